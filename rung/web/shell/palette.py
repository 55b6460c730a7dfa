"""What the command palette finds: tickets, customers, people, pages and kept views, as the words are typed."""

from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from rung.frame.access import agent_of, needs
from rung.people.models import Agent, Customer, Role
from rung.tickets import search, triage_board
from rung.tickets.visibility import visible
from rung.web.queue import saved_views
from rung.web.shell.context import places

MOST = 6
LONGEST = 100


@dataclass(frozen=True)
class Found:
    """One thing to go to."""

    name: str | Promise
    address: str
    beside: str = ""


@dataclass(frozen=True)
class Group:
    """Things of one kind."""

    key: str
    name: str
    found: list[Found]


@needs(Role.OBSERVER)
def palette(request: HttpRequest) -> HttpResponse:
    """The list under the field; without words the pages and the kept views."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    groups = [
        Group("tickets", _("Tickets"), _tickets(request, words) if words else []),
        Group("customers", _("Customers"), _customers(words) if words else []),
        Group("people", _("People"), _people(words) if words else []),
        Group("views", _("Views"), [Found(view.name, view.address) for view, _here in saved_views.of_reader(request)]),
        Group("places", _("Pages"), [Found(place.name, place.address) for place in places(request)]),
    ]
    kept = [Group(each.key, each.name, _matching(each, words)) for each in groups]
    context = {"groups": [each for each in kept if each.found], "words": words}
    return render(request, "shell/palette/found.html", context)


def _matching(group: Group, words: str) -> list[Found]:
    """Of pages and views those whose name has the words in it; the others were looked for already."""
    if group.key not in ("views", "places"):
        return group.found
    return [each for each in group.found if words.casefold() in str(each.name).casefold()]


def _tickets(request: HttpRequest, words: str) -> list[Found]:
    seen = triage_board.for_rows(visible(agent_of(request)))
    number = words.lstrip("#")
    exact = seen.filter(number=int(number)).first() if number.isdecimal() and len(number) < 18 else None
    found = [*([exact] if exact else []), *search.newest(seen, words, MOST)]
    return [
        Found(
            f"#{each.number} {each.subject}",
            reverse("ticket", args=[each.number]),
            each.customer.name if each.customer else "",
        )
        for each in dict.fromkeys(found)
    ][:MOST]


def _customers(words: str) -> list[Found]:
    named = Customer.objects.filter(Q(name__icontains=words) | Q(domains__contains=[words.casefold()]))
    address = "/tickets?" + urlencode({"state": "open", "customer": ""})
    return [Found(each.name, address + quote_plus(each.name), each.tier) for each in named.order_by("name")[:MOST]]


def _people(words: str) -> list[Found]:
    found = Agent.objects.filter(is_active=True).filter(Q(name__icontains=words) | Q(handle__istartswith=words))
    return [Found(each.name, f"/?assignee={each.handle}", each.level) for each in found[:MOST]]
