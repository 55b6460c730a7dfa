"""Addresses of the API."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from rung.api.v1 import api


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Any other address below /api: the answer is JSON, as everywhere here."""
    return JsonResponse(
        {"error": f"There is nothing at {request.path}; /api/v1/openapi.json names what is"}, status=404
    )


urlpatterns = [
    path("v1/", api.urls),
    path("scim/v2/", include("rung.api.scim.urls")),
    re_path("", nothing_here, name="api-nothing"),
]
