"""The clock receipt of a ticket, drawn: every second of every clock, what fired and why, and why not yet."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from rung.core.conditions.explain import sentence
from rung.core.receipt.reasons import Fired
from rung.core.receipt.receipt import CycleReceipt, Why, receipt
from rung.core.receipt.text import as_text
from rung.core.sentences import speaking
from rung.frame.access import agent_of, needs
from rung.people.clock import database_now
from rung.people.models import Role
from rung.people.who_is_there import roster_at
from rung.policies.versions import compiled
from rung.tickets.history import events_of
from rung.tickets.visibility import visible

#: The picture's own units: a thousand to the whole length.
LENGTH = 1000.0
CLASSES = {Why.RAN: "ran", Why.PAUSED: "paused", Why.OUTSIDE: "outside"}


@dataclass(frozen=True)
class Piece:
    """A stretch of a clock in the picture."""

    x: str
    width: str
    css: str


@dataclass(frozen=True)
class Track:
    """One cycle, drawn from its start to its end or its deadline, whichever is later."""

    cycle: CycleReceipt
    pieces: list[Piece]
    goal_x: str | None
    fired_x: list[str]
    ends_at: datetime


@needs(Role.OBSERVER)
def why(request: HttpRequest, number: int) -> HttpResponse:
    """The page; `?as=text` and `?as=json` to take it along."""
    ticket = visible(agent_of(request)).filter(number=number).defer("snapshot").first()
    if ticket is None:
        raise Http404(f"there is no ticket {number}")
    now, policy = database_now(), compiled(ticket.policy)
    taken_along = request.GET.get("as")
    with speaking() if taken_along else nullcontext():  # what is taken along is for others, and for programs
        drawn = receipt(events_of(number), policy, roster_at(now), now)
        text = as_text(drawn, policy.policy.timezone) if taken_along == "text" else ""
    match taken_along:
        case "json":
            return HttpResponse(msgspec.json.encode(drawn), content_type="application/json")
        case "text":
            return HttpResponse(text, content_type="text/plain; charset=utf-8")
    tracks = [track(cycle, drawn.fired) for cycle in drawn.cycles]
    context = {
        "live": [],
        "ticket": ticket,
        "receipt": drawn,
        "running": [each for each in tracks if not each.cycle.ended],
        "ended": [each for each in tracks if each.cycle.ended],
        "why_not": [(each, [sentence(part) for part in each.parts]) for each in drawn.why_not if not each.ahead],
        "because": [(each, [sentence(part) for part in each.because]) for each in drawn.fired],
    }
    return render(request, "ticket/why.html", context)


def track(cycle: CycleReceipt, fired: tuple[Fired, ...]) -> Track:
    """One cycle's picture. Running time past the goal is drawn as over it."""
    end = max(cycle.until, cycle.deadline_at or cycle.until)
    whole = max((end - cycle.started_at).total_seconds(), 1.0)

    def x(at: datetime) -> float:
        return LENGTH * (at - cycle.started_at).total_seconds() / whole

    pieces: list[Piece] = []
    ran = 0.0
    goal = cycle.goal.total_seconds() if cycle.goal is not None else None
    missed_x: float | None = None
    for line in cycle.lines:
        start, stop = x(line.start), x(line.end)
        if line.why is Why.RAN and goal is not None and ran + line.elapsed.total_seconds() > goal:
            left = max(goal - ran, 0.0)
            missed_x = missed_x if missed_x is not None else start + LENGTH * left / whole
            pieces += [_piece(start, missed_x, "ran")] if missed_x > start else []
            pieces.append(_piece(max(start, missed_x), stop, "ran over"))
        else:
            pieces.append(_piece(start, stop, CLASSES[line.why]))
        ran += line.elapsed.total_seconds() if line.why is Why.RAN else 0.0
    at = missed_x if missed_x is not None else x(cycle.deadline_at) if cycle.deadline_at else None
    steps = [x(each.due_at) for each in fired if each.clock is cycle.clock and each.cycle == cycle.cycle]
    return Track(cycle, pieces, None if at is None else _mark(at), [_mark(each) for each in steps], end)


def _piece(start: float, stop: float, css: str) -> Piece:
    return Piece(f"{start:.2f}", f"{max(stop - start, 0.0):.2f}", css)


def _mark(at: float) -> str:
    """Where a mark of three units begins, so that it stays inside."""
    return f"{min(max(at - 1.5, 0.0), LENGTH - 3):.2f}"
