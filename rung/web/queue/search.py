"""All tickets: found by words, number and filters, the newest first."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from rung.frame.access import agent_of, needs
from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.policies.versions import compiled, current_number
from rung.tickets import search, triage_board
from rung.tickets.models import IS_OPEN, Ticket
from rung.tickets.visibility import sees, visible
from rung.web.queue import saved_views
from rung.web.queue.triage import PRIORITIES

PAGE = 50
STATES = ("open", "over", "all")
EXACT = {"level": "level", "priority": "priority", "status": "status", "category": "category", "path": "path"}


@needs(Role.OBSERVER)
def tickets(request: HttpRequest) -> HttpResponse:
    """The list; a number alone leads straight to its ticket."""
    words = request.GET.get("q", "").strip()
    number = words.lstrip("#")
    if number.isdecimal() and len(number) < 18 and sees(agent_of(request), int(number)):
        return redirect("ticket", number=int(number))
    before = request.GET.get("before", "")
    is_few = request.GET.get("state") == "open" or bool(request.GET.get("customer"))
    rows = _found(
        _filtered(request), words, int(before) if before.isdecimal() and len(before) < 18 else None, is_few=is_few
    )
    policy = compiled(current_number()).policy
    query = request.GET.copy()
    query.pop("before", None)
    return render(
        request,
        "queue/search.html",
        {
            "live": [],
            "now": database_now(),
            "rows": rows[:PAGE],
            "saved": saved_views.of_reader(request),
            "before": rows[PAGE - 1].number if len(rows) > PAGE else None,
            "query": query.urlencode(),
            "words": words,
            "chosen": {name: request.GET.get(name, "") for name in ("state", "assignee", "customer", *EXACT)},
            "states": STATES,
            "levels": list(policy.levels),
            "priorities": PRIORITIES,
            "categories": [rule.name for rule in policy.categories],
            "agents": Agent.objects.filter(is_active=True),
        },
    )


def _found(among: QuerySet[Ticket], words: str, before: int | None, *, is_few: bool) -> list[Ticket]:
    """One more than a page, the newest first."""
    if before is not None:
        among = among.filter(number__lt=before)
    if words := _clean(words):
        return search.newest(triage_board.for_rows(among), words, PAGE + 1, before=before, few=is_few)
    return list(triage_board.for_rows(among).order_by("-number")[: PAGE + 1])


def _filtered(request: HttpRequest) -> QuerySet[Ticket]:
    wanted = Q()
    for name, column in EXACT.items():
        if value := _clean(request.GET.get(name, "")):
            wanted &= Q(**{column: value})
    if customer := _clean(request.GET.get("customer", "")):
        wanted &= Q(customer__name__iexact=customer)
    if assignee := _clean(request.GET.get("assignee", "")):
        wanted &= Q(assignee=None) if assignee == "none" else Q(assignee=assignee)
    state = request.GET.get("state", "")
    if state in ("open", "over"):
        wanted &= IS_OPEN if state == "open" else ~IS_OPEN
    return visible(agent_of(request)).filter(wanted)


def _clean(word: str) -> str:
    return word.replace("\x00", "").strip()
