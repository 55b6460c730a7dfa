"""What happens, minute by minute, to a ticket that nobody answers: reckoned, not described."""

from datetime import datetime, timedelta

from msgspec import Struct

from rung.core import actors
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import fold
from rung.core.conditions.satisfiable import Witness
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Actions, Fact
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.reckon import reckon
from rung.core.vocabulary import Priority

#: Nobody in particular is there, and everybody can be reached.
_STAFFED = Roster(staffed=True)
_MOST_LOOKS = 200


class Rung(Struct, frozen=True):
    """One thing that happens, `elapsed` after the ticket was opened. `level`: the one it is offered to, if it is."""

    at: datetime
    elapsed: timedelta
    rule: str
    actions: Actions
    level: str | None = None
    #: Offered there before, at the end of the path.
    again: bool = False


def unanswered(compiled: Compiled, ticket: Witness, opened_at: datetime, most: timedelta) -> tuple[Rung, ...]:
    """Everything the policy does in `most` time to a ticket with these facts that no person touches.

    It ends where the last level is offered the ticket for the second time, from where on all repeats.
    """
    case = Case()
    fold(case, opened_as(ticket, opened_at))
    rungs: list[Rung] = []
    now: datetime | None = opened_at
    for _ in range(_MOST_LOOKS):
        if now is None or now > opened_at + most:
            break
        decision = reckon(case, compiled, _STAFFED, now)
        case = decision.case
        rungs += _rungs(compiled, decision.events, now, opened_at)
        if any(isinstance(event, e.Offered) and event.repeat > 0 for event in decision.events):
            break
        now = decision.wake_at
    return tuple(rungs)


def opened_as(ticket: Witness, opened_at: datetime) -> e.Opened:
    """The opening of a ticket with these facts."""
    priority = ticket.get(Fact.PRIORITY)
    return e.Opened(
        at=opened_at,
        by=actors.SYSTEM,
        number=1,
        customer=ticket.get(Fact.CUSTOMER),
        tier=ticket.get(Fact.CUSTOMER_TIER),
        category=ticket.get(Fact.CATEGORY),
        priority=Priority(priority) if priority else None,
    )


def _rungs(compiled: Compiled, events: tuple[e.AnyEvent, ...], now: datetime, opened_at: datetime) -> list[Rung]:
    offers = {(event.rule, event.step): event for event in events if isinstance(event, e.Offered)}
    found = []
    for event in events:
        if not isinstance(event, e.StepFired) or event.outcome is not e.StepOutcome.FIRED:
            continue
        rule = next((rule for rule in compiled.policy.rules if rule.id == event.rule), None)
        if rule is None:
            continue
        does = next((step.actions for step in rule.steps if step.id == event.step), rule.do)
        if does is not None:
            offer = offers.get((event.rule, event.step))
            to, again = (offer.level, offer.repeat > 0) if offer is not None else (None, False)
            found.append(Rung(now, now - opened_at, rule.name, does, to, again))
    return found
