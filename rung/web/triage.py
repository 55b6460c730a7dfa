"""The first page: what needs somebody now, in order, with why and by when."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.policies.versions import compiled, current_number
from rung.tickets.models import IS_OPEN, Ticket
from rung.tickets.sight import visible
from rung.web import start, views
from rung.web.access import agent_of, may, needs
from rung.web.templatetags.desk import clock

#: Rows of one lane on the page; the rest is counted and found under Tickets.
MOST = 50
#: A desk with more tickets than these is in use, and is not offered a sample day any more.
FEW = 5
PRIORITIES = ("urgent", "high", "normal", "low")


@dataclass(frozen=True)
class Need:
    """Why a ticket is where it is on the page. `at` is the moment the sentence is about."""

    sentence: str
    tone: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Row:
    """One ticket on the page. `mine` is whether the reader may claim it with one click."""

    ticket: Ticket
    need: Need
    claimable: bool


@dataclass(frozen=True)
class Lane:
    """Tickets that wait for the same kind of thing."""

    key: str
    name: str | Promise
    rows: list[Row]
    more: int
    empty: str | Promise = ""


@needs(Role.OBSERVER)
def triage(request: HttpRequest) -> HttpResponse:
    """The page, or only its lanes when it asks for them again."""
    now = database_now()
    wanted = _wanted(request)
    context = {
        "live": ["triage"],
        "now": now,
        "lanes": _lanes(wanted, agent_of(request), now, works=may(request, Role.AGENT)),
        "counts": _counts(agent_of(request), now),
        "is_new": start.is_new(request),
        "saved": views.of_reader(request),
        "chosen": {name: request.GET.get(name, "") for name in ("whose", "level", "priority", "customer")},
        "query": request.GET.urlencode(),
        "levels": list(compiled(current_number()).policy.levels),
        "priorities": PRIORITIES,
        "offers_sample_day": settings.OFFERS_SAMPLE_DAY and not Ticket.objects.order_by()[FEW:].exists(),
    }
    return render(request, "triage/lanes.html" if request.headers.get("HX-Request") else "triage/page.html", context)


def _wanted(request: HttpRequest) -> Q:
    """The filters of the address."""
    wanted = IS_OPEN
    agent = agent_of(request)
    match request.GET.get("whose"):
        case "mine":
            wanted &= Q(assignee=agent.handle)
        case "nobody":
            wanted &= Q(assignee=None)
        case "level":
            wanted &= Q(level=agent.level) | Q(offered_to=agent.level)
    for name, column in (("level", "level"), ("priority", "priority"), ("customer", "customer__name")):
        if value := request.GET.get(name):
            wanted &= Q(**{column: value})
    return wanted


def needs_somebody(now: datetime) -> Q:
    """Our turn, not snoozed, and missed, at risk, offered, critical, parked or nobody's."""
    pressing = Q(critical=True) | Q(missed=True) | Q(at_risk_at__lte=now) | ~Q(offered_to="") | Q(assignee=None)
    return Q(parked_at__isnull=False) | (_ours(now) & pressing) | (~Q(offered_to="") & IS_OPEN)


def _ours(now: datetime) -> Q:
    return Q(turn="ours") & (Q(snoozed_until=None) | Q(snoozed_until__lte=now))


def _lanes(wanted: Q, agent: Agent, now: datetime, *, works: bool) -> list[Lane]:
    pressing, ours = needs_somebody(now), _ours(now)
    snoozed = Q(snoozed_until__gt=now)
    found = visible(agent).filter(wanted).select_related("customer", "assignee").defer("snapshot", "error")
    kinds = (
        (
            "now",
            gettext_lazy("Needs somebody now"),
            found.filter(pressing),
            gettext_lazy("Nothing needs anybody. Well done."),
        ),
        ("ours", gettext_lazy("Under way"), found.filter(ours).exclude(pressing), ""),
        (
            "customer",
            gettext_lazy("The customer's turn"),
            found.filter(turn="customer").exclude(pressing).exclude(snoozed),
            "",
        ),
        ("elsewhere", gettext_lazy("On hold"), found.filter(turn="third_party").exclude(pressing).exclude(snoozed), ""),
        ("snoozed", gettext_lazy("Snoozed"), found.filter(snoozed).exclude(pressing), ""),
    )
    return [_lane(key, name, empty, _rows(tickets, agent, now, works=works)) for key, name, tickets, empty in kinds]


def _rows(found: QuerySet[Ticket], agent: Agent, now: datetime, *, works: bool) -> tuple[list[Row], int]:
    """The rows of a lane, and how many more there are."""
    tickets = list(found.order_by("-critical", "priority_rank", "next_deadline_at", "number")[: MOST + 1])
    more = found.count() - MOST if len(tickets) > MOST else 0
    return [Row(each, need_of(each, now), works and _claimable(each, agent)) for each in tickets[:MOST]], more


def _lane(key: str, name: Promise | str, empty: Promise | str, rows: tuple[list[Row], int]) -> Lane:
    shown, more = rows
    return Lane(key, name, shown, more, empty)


def _claimable(ticket: Ticket, agent: Agent) -> bool:
    """One click will do: it is offered to the reader's level, or stands there without anybody."""
    if ticket.offered_to:
        return ticket.offered_to == agent.level
    return ticket.assignee_id is None and bool(agent.level) and ticket.level == agent.level


def need_of(ticket: Ticket, now: datetime) -> Need:  # noqa: PLR0911  one line a reason, the most pressing first
    """Why it is where it is: the most pressing reason."""
    due = ticket.next_deadline_at
    if ticket.parked_at is not None:
        return Need(_("Rung could not reckon this one"), "urgent", ticket.parked_at)
    if ticket.offered_to:
        return Need(_("Offered to %(level)s") % {"level": ticket.offered_to}, "high", ticket.offered_at)
    if ticket.turn == "customer":
        return Need(_("Waits for the customer"))
    if ticket.turn == "third_party":
        return Need(_("Waits for a third party"))
    if ticket.snoozed_until and ticket.snoozed_until > now:
        return Need(_("Snoozed"), "", ticket.snoozed_until)
    if ticket.missed:
        return Need(_("Target missed"), "urgent")
    if ticket.at_risk_at and ticket.at_risk_at <= now and due:
        return Need(_("%(clock)s at risk") % {"clock": clock(ticket.next_deadline_clock).capitalize()}, "high")
    if ticket.assignee_id is None:
        return Need(_("Nobody has it"), "high" if ticket.critical else "", ticket.opened_at)
    return Need(_("Under way"))


def _counts(agent: Agent, now: datetime) -> dict[str, int]:
    """For the views beside the list."""
    return (
        visible(agent)
        .filter(IS_OPEN)
        .aggregate(
            all=Count("number"),
            now=Count("number", filter=needs_somebody(now)),
            mine=Count("number", filter=Q(assignee=agent.handle)),
            nobody=Count("number", filter=Q(assignee=None)),
            level=Count(
                "number", filter=Q(level=agent.level) | Q(offered_to=agent.level) if agent.level else Q(pk=None)
            ),
        )
    )
