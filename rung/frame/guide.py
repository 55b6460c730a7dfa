"""The first-run guide, for the pages of a channel that are a part of it."""

from django.http import HttpRequest, HttpResponse
from django.urls import resolve, reverse

#: In a form of the guide, the field `back` says so.
GUIDE = "guide"


def address_of(way: str) -> str:
    """The guide, at the parts of a way in."""
    return f"{reverse('start')}?way={way}#channel"


def is_from_guide(request: HttpRequest) -> bool:
    """Whether a form was sent from there."""
    return request.POST.get("back") == GUIDE


def shown_again(request: HttpRequest, way: str, context: dict[str, object]) -> HttpResponse:
    """The guide with a form that was not kept: what was typed and what is wrong with it, where it was typed."""
    answer: HttpResponse = resolve(reverse("start")).func(request, way=way, way_context=context)
    return answer
