"""The first page: what needs somebody now, in order, with why and by when."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rung.core.vocabulary import Priority, Reason
from rung.frame.access import agent_of, may, needs
from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.policies.versions import compiled, current_number
from rung.tickets import triage_board
from rung.tickets.models import Ticket
from rung.web.queue import saved_views
from rung.web.queue.filters import Filters
from rung.web.setup import guide
from rung.web.templatetags.formatting import clock

#: Rows of a lane on the page at first; the rest comes when asked for.
SIZES = {
    triage_board.NOW: 40,
    triage_board.OURS: 15,
    triage_board.CUSTOMER: 15,
    triage_board.ELSEWHERE: 10,
    triage_board.SNOOZED: 10,
}
LIST_SIZE = 60
MORE = 50
#: So many rows of a lane stay on the page when it is drawn again.
MOST = 500
#: A desk with more tickets than these is in use, and is not offered a sample day any more.
FEW = 5
PRIORITIES = tuple(Priority)

NAMES: dict[str, str | Promise] = {
    triage_board.NOW: gettext_lazy("Needs somebody now"),
    triage_board.OURS: gettext_lazy("Under way"),
    triage_board.CUSTOMER: gettext_lazy("The customer's turn"),
    triage_board.ELSEWHERE: gettext_lazy("On hold"),
    triage_board.SNOOZED: gettext_lazy("Snoozed"),
    triage_board.ALL: gettext_lazy("Open tickets"),
}


@dataclass(frozen=True)
class Need:
    """Why a ticket is where it is on the page. `at` is the moment the sentence is about."""

    sentence: str
    tone: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Row:
    """One ticket on the page. `claimable` is whether the reader may claim it with one click."""

    ticket: Ticket
    number: str
    need: Need
    claimable: bool


@dataclass(frozen=True)
class Lane:
    """Tickets that wait for the same kind of thing. `after`: the last one shown, if there are more."""

    key: str
    name: str | Promise
    rows: list[Row]
    total: int
    after: int | None


@dataclass(frozen=True)
class Reader:
    """Who looks at the page, and when. `works`: may act on tickets."""

    agent: Agent
    works: bool
    now: datetime


@needs(Role.OBSERVER)
def triage(request: HttpRequest) -> HttpResponse:
    """The page; or only its lanes, when it asks for them again; or more rows of one lane (`lane`, `after`)."""
    reader = Reader(agent_of(request), may(request, Role.AGENT), database_now())
    filters, is_fragment = Filters.of(request), bool(request.headers.get("HX-Request"))
    context = {"now": reader.now, "works": reader.works, "filters": filters, "query": filters.query, "said": _words()}
    lane = request.GET.get("lane", "")
    if lane in NAMES:
        context["lanes"] = [_rest(lane, filters, request.GET.get("after", ""), reader)]
        if is_fragment:
            return render(request, "queue/triage/more.html", context)
    sizes = _sizes(request, {triage_board.ALL: LIST_SIZE} if filters.is_list else SIZES)
    laid = triage_board.lay_out(filters.seen, filters.wanted, reader.agent, reader.now, sizes)
    context = {"lanes": _lanes(laid, reader), "counts": laid} | context
    if is_fragment:
        return render(request, "queue/triage/again.html", context)
    return render(request, "queue/triage/page.html", context | _around(request))


def _sizes(request: HttpRequest, usual: dict[str, int]) -> dict[str, int]:
    """How many rows of each lane: the usual ones, or as many as the page shows already (`rows=now:90,ours:15`)."""
    shown = dict(part.partition(":")[::2] for part in request.GET.get("rows", "").split(",")[: len(NAMES)])
    asked = {lane: int(word) for lane, word in shown.items() if word.isdecimal() and len(word) < 5}
    return {lane: min(MOST, max(size, asked.get(lane, 0))) for lane, size in usual.items()}


def _words() -> dict[str, str]:
    """The words that every row says, looked up once."""
    return {"select": _("Select"), "offered": _("offered to"), "nobody": _("nobody"), "claim": _("Claim")}


def _around(request: HttpRequest) -> dict[str, object]:
    """What the whole page shows beside its lanes."""
    policy = compiled(current_number()).policy
    return {
        "live": ["triage"],
        "guide_next": guide.due(request),
        "saved": saved_views.of_reader(request),
        "policy": policy,
        "priorities": PRIORITIES,
        "agents": list(
            Agent.objects.filter(is_active=True).exclude(role=Role.OBSERVER).only("handle", "name", "level")
        ),
        "categories": [rule.name for rule in policy.categories],
        "reasons": list(Reason),
        "handoff_fields": list(dict.fromkeys(name for each in policy.levels.values() for name in each.handoff.require)),
        "offers_sample_day": settings.OFFERS_SAMPLE_DAY and not Ticket.objects.order_by()[FEW:].exists(),
    }


def _lanes(laid: triage_board.Board, reader: Reader) -> list[Lane]:
    tickets = triage_board.rows(number for lane in laid.lanes for number in lane.numbers)
    return [_lane(lane, tickets, reader) for lane in laid.lanes]


def _rest(lane: str, filters: Filters, after: str, reader: Reader) -> Lane:
    """The rows of a lane after a ticket."""
    numbers: list[int] = []
    if after.isdecimal() and len(after) < 18:
        numbers = triage_board.following(filters.seen & filters.wanted, reader.now, lane, int(after), MORE + 1)
    return _lane(triage_board.LanePart(lane, numbers[:MORE], len(numbers)), triage_board.rows(numbers[:MORE]), reader)


def _lane(laid: triage_board.LanePart, tickets: dict[int, Ticket], reader: Reader) -> Lane:
    found = [tickets[number] for number in laid.numbers if number in tickets]
    shown = [
        Row(each, str(each.number), need_of(each, reader.now), reader.works and _claimable(each, reader.agent))
        for each in found
    ]
    has_more = laid.total > len(laid.numbers) > 0
    return Lane(laid.lane, NAMES[laid.lane], shown, laid.total, laid.numbers[-1] if has_more else None)


def _claimable(ticket: Ticket, agent: Agent) -> bool:
    """One click will do: it is offered to the reader's level, or stands there without anybody."""
    if ticket.offered_to:
        return ticket.offered_to == agent.level
    return ticket.assignee_id is None and bool(agent.level) and ticket.level == agent.level


def need_of(ticket: Ticket, now: datetime) -> Need:  # noqa: PLR0911  one line a reason, the most pressing first
    """Why it is where it is: the most pressing reason."""
    due = ticket.next_deadline_at
    if ticket.parked_at is not None:
        return Need(_("Rung could not process this ticket"), "urgent", ticket.parked_at)
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
