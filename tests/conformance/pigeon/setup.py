"""What owners see of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from rung.frame.access import needs
from rung.hooks import GuidePart, Inbox, Setup
from rung.people.models import Role
from tests.conformance.pigeon import loft


@needs(Role.OWNER)
def lofts(request: HttpRequest) -> HttpResponse:
    return render(request, "pigeon/page.html", {"live": [], **context_of(request)})


def context_of(request: HttpRequest) -> dict[str, object]:
    return {"lofts": sorted(loft.KNOWN)}


def inbox(request: HttpRequest) -> Inbox:
    return Inbox("pigeon", "Pigeon post", bool(loft.KNOWN), "Two lofts.", reverse("pigeon"), "Set up")


SETUP = Setup(
    pages=(path("inboxes/pigeon", lofts, name="pigeon"),),
    inbox=inbox,
    tab=("pigeon", "Pigeons"),
    guide=GuidePart("pigeon", "pigeon/parts.html", context_of),
    nouns={"loft": "pigeon loft"},
)
