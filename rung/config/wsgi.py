"""The web process's application."""

import os

from rung.config import pulse
from rung.config.parent_death import die_with_server

die_with_server()  # the worker processes import this; a killed server must not leave them its port

from django.core.wsgi import get_wsgi_application  # noqa: E402  it takes a second, in which the server may end

pulse.begin()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
application = get_wsgi_application()
