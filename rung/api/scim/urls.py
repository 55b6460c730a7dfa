"""Addresses of SCIM, and what the desk says of its own abilities (RFC 7643, 5)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from rung.api.scim import groups, users
from rung.api.scim.protocol import API, CORE, MOST_ROWS, ScimError, answer, scim
from rung.people.models import SignInProvider

_TYPES = {
    "User": {"endpoint": "/Users", "schema": f"{CORE}User"},
    "Group": {"endpoint": "/Groups", "schema": f"{CORE}Group"},
}


@scim("GET")
def abilities(request: HttpRequest, directory: SignInProvider) -> HttpResponse:
    """PATCH and filters of one comparison; nothing in bulk, no sorting, no passwords, no versions."""
    off = {"supported": False}
    return answer(
        {
            "schemas": [f"{CORE}ServiceProviderConfig"],
            "patch": {"supported": True},
            "bulk": off | {"maxOperations": 0, "maxPayloadSize": 0},
            "filter": {"supported": True, "maxResults": MOST_ROWS},
            "changePassword": off,
            "sort": off,
            "etag": off,
            "authenticationSchemes": [
                {"type": "oauthbearertoken", "name": "Bearer", "description": "The key of `rung sign-in scim`."}
            ],
        }
    )


@scim("GET")
def types(request: HttpRequest, directory: SignInProvider) -> HttpResponse:
    """Users and groups."""
    rows = [_type(name) for name in _TYPES]
    return answer({"schemas": [f"{API}ListResponse"], "totalResults": len(rows), "Resources": rows})


@scim("GET")
def one_type(request: HttpRequest, directory: SignInProvider, name: str) -> HttpResponse:
    """One of them."""
    if name not in _TYPES:
        raise ScimError(404, "there is no such resource type")
    return answer(_type(name))


def _type(name: str) -> dict[str, Any]:
    return {"schemas": [f"{CORE}ResourceType"], "id": name, "name": name, **_TYPES[name]}


urlpatterns = [
    path("ServiceProviderConfig", abilities, name="scim-abilities"),
    path("ResourceTypes", types, name="scim-types"),
    path("ResourceTypes/<str:name>", one_type, name="scim-type"),
    path("Users", users.users, name="scim-users"),
    path("Users/<str:number>", users.user, name="scim-user"),
    path("Groups", groups.groups, name="scim-groups"),
    path("Groups/<str:number>", groups.group, name="scim-group"),
]
