"""Addresses: each part brings its own."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from rung.frame import health

#: A channel or tracker that is called from outside has `urls`; they stand below its name, such as /slack/.
_CALLED = [app for app in (*settings.CHANNELS, *settings.TRACKERS) if find_spec(f"{app}.urls")]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("metrics", health.metrics),
    path("api/", include("rung.api.urls")),
    path("account/", include("rung.web.people.account_urls")),
    *(path(f"{app.rpartition('.')[2]}/", include(f"{app}.urls")) for app in _CALLED),
    path("", include("rung.web.urls")),
]
