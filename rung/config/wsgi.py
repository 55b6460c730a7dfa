"""The web process's application."""

import os

from django.core.wsgi import get_wsgi_application

from rung.config.parent_death import die_with_parent

if os.environ.get("RUNG_PART") == "web":
    die_with_parent()  # the web server's worker processes import this; a killed server must not leave them its port
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
application = get_wsgi_application()
