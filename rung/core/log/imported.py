"""History taken into the record: numbered, placed and judged by a policy, with no step firing for the past."""

from datetime import datetime

import msgspec
from msgspec import Struct

from rung.core import actors
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import fold
from rung.core.log.events import History
from rung.core.oncall.roster import Roster
from rung.core.reckoning.arrival import raise_priority
from rung.core.reckoning.claims import claim_of
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.look import Look
from rung.core.reckoning.reckon import reckon, reckon_in_place

_ARRIVAL = (e.CategorySet, e.PrioritySet, e.Placed)


class Imported(Struct, frozen=True):
    """All events of a ticket, their case, and when the ticker looks first."""

    events: tuple[e.AnyEvent, ...]
    case: Case
    wake_at: datetime | None


def imported(history: History, version: int, compiled: Compiled, roster: Roster, now: datetime) -> Imported:
    """The history as if it had happened here: it arrives when it was opened; at `now` the policy takes over, and what
    its clocks have crossed by then is recorded as settled. Nobody is told of any of it."""
    case = Case()
    events: list[e.AnyEvent] = []

    def record(event: e.AnyEvent) -> None:
        numbered = msgspec.structs.replace(event, number=case.number + 1)
        fold(case, numbered)
        events.append(numbered)

    opened, *rest = history.events
    record(msgspec.structs.replace(opened, policy=version) if isinstance(opened, e.Opened) else opened)
    for event in reckon(case, compiled, roster, opened.at).events:
        if not isinstance(event, _ARRIVAL):
            break
        record(event)
    for event in rest:
        record(claim_of(event, case, compiled.policy) if isinstance(event, e.Claimed) else event)
        look = Look(case, compiled, roster, event.at)
        raise_priority(look)
        events += look.events
    last = max(now, events[-1].at)
    record(e.PolicyChosen(at=last, by=actors.SYSTEM, version=version))
    decision = reckon_in_place(case, compiled, roster, last)
    return Imported((*events, *decision.events), decision.case, decision.wake_at)
