"""Django's settings, from the environment."""

import os

SECRET_KEY = os.environ.get("SECRET_KEY", "for-checks-only")
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "rung"}}
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
