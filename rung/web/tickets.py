"""All tickets: found by words, number and filters, the newest first."""

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.policies.versions import compiled, current_number
from rung.tickets.models import IS_OPEN, Message, Ticket
from rung.tickets.sight import sees, visible
from rung.web import views
from rung.web.access import agent_of, needs
from rung.web.triage import PRIORITIES

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
    found = _filtered(request, words).select_related("customer", "assignee").defer("snapshot")
    rows = list(found[: PAGE + 1])
    policy = compiled(current_number()).policy
    query = request.GET.copy()
    query.pop("before", None)
    return render(
        request,
        "tickets/page.html",
        {
            "live": [],
            "now": database_now(),
            "rows": rows[:PAGE],
            "saved": views.of_reader(request),
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


def _filtered(request: HttpRequest, words: str) -> QuerySet[Ticket]:
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
    if (before := request.GET.get("before", "")).isdecimal() and len(before) < 18:
        wanted &= Q(number__lt=int(before))
    if words := _clean(words):
        wanted &= _said(words)
    return visible(agent_of(request)).filter(wanted).order_by("-number")


def _said(words: str) -> Q:
    """In the subject, the customer's name, or anything written on it."""
    query = SearchQuery(words, config="simple", search_type="websearch")
    spoken = Message.objects.annotate(found=SearchVector("text", config="simple")).filter(
        ticket=OuterRef("pk"), found=query
    )
    return Q(subject__icontains=words) | Q(customer__name__icontains=words) | Q(Exists(spoken))


def _clean(word: str) -> str:
    return word.replace("\x00", "").strip()
