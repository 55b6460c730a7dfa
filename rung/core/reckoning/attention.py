"""Whether a message may interrupt now: quiet hours and budgets hold back moments, and nothing else, and no clock."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from rung.core.calendar import ALWAYS
from rung.core.case.events import AnyEvent, StepFired, StepOutcome
from rung.core.policy.model import Budget, Policy
from rung.core.reckoning.effects import NoticeKind
from rung.core.vocabulary import Priority

#: What interrupts. Cards are looked at when somebody has time; pages are meant to interrupt.
#: More cards for one channel than this, within so long, are a burst.
MOST_CARDS, WITHIN = 5, timedelta(minutes=1)
INTERRUPTING = frozenset({NoticeKind.MOMENT, NoticeKind.DIGEST})


class Interruption(Struct, frozen=True):
    """What is about to be said. A `deadline` that was still ahead when it began to wait, at `since`, releases it: then
    only the budget may hold it. What is overdue from its beginning has no privilege."""

    kind: NoticeKind
    to_person: bool
    priority: Priority | None = None
    exempt: bool = False
    deadline: datetime | None = None
    since: datetime | None = None


class Why(StrEnum):
    """What holds a message back."""

    QUIET_HOURS = "quiet_hours"
    BUDGET = "budget"


class Hold(Struct, frozen=True):
    """Not now. `until`: when to ask again, None: not foreseeable."""

    why: Why
    until: datetime | None


def held_back(said: Interruption, policy: Policy, lately: Sequence[datetime], now: datetime) -> Hold | None:
    """Why this waits for a digest; None: it may be said now.

    `lately`: when the same destination was last interrupted, in any order, at least as far back as its budget counts.
    """
    if said.kind not in INTERRUPTING or said.exempt:
        return None
    was_ahead = said.deadline is not None and (said.since is None or said.deadline > said.since)
    if said.deadline is not None and was_ahead and said.deadline <= now:
        return _over_budget(said, policy, lately, now)
    hold = _quiet(said, policy, now) or _over_budget(said, policy, lately, now)
    if hold is None or said.deadline is None or not was_ahead:
        return hold
    return Hold(hold.why, said.deadline if hold.until is None else min(hold.until, said.deadline))


def is_burst(cards: Sequence[datetime], now: datetime) -> bool:
    """Whether a card for a channel is one of too many at once. `cards`: when those for it, this one among them, became
    due; a burst is more than MOST_CARDS within WITHIN."""
    return sum(1 for at in cards if now - WITHIN < at <= now) > MOST_CARDS


def is_overtaken(events: Iterable[AnyEvent], said_by: int, rule: str, cycle: int | None) -> bool:
    """Whether a later step of the same rule and cycle has fired since: then the earlier one is no news any more.

    `said_by`: the number of the event the message is about.
    """
    return any(
        isinstance(event, StepFired)
        and event.number > said_by
        and (event.rule, event.cycle) == (rule, cycle)
        and event.outcome is StepOutcome.FIRED
        for event in events
    )


def budget_of(policy: Policy, *, to_person: bool) -> Budget | None:
    return policy.attention.person if to_person else policy.attention.channel


def _quiet(said: Interruption, policy: Policy, now: datetime) -> Hold | None:
    quiet = policy.attention.quiet
    if quiet is None or said.priority in quiet.except_:
        return None
    calendar = policy.calendars.get(quiet.outside, ALWAYS)
    return None if calendar.is_open(now) else Hold(Why.QUIET_HOURS, calendar.next_opening(now))


def _over_budget(said: Interruption, policy: Policy, lately: Sequence[datetime], now: datetime) -> Hold | None:
    budget = budget_of(policy, to_person=said.to_person)
    if budget is None:
        return None
    within = sorted(at for at in lately if now - budget.per < at <= now)
    if len(within) < budget.count:
        return None
    # Free again when enough of them have left the window for one more to fit.
    return Hold(Why.BUDGET, within[len(within) - budget.count] + budget.per)
