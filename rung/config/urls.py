"""Addresses: each part brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from rung.frame import health
from rung.hooks import folders

handler500 = "rung.frame.database_away.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("metrics", health.metrics),
    path("api/", include("rung.api.urls")),
    path("account/", include("rung.web.people.account_urls")),
    *(path(f"{folder.name}/", include(folder.urls)) for folder in folders() if folder.urls),
    *(page for folder in folders() for page in folder.setup.pages),
    path("", include("rung.web.urls")),
]
