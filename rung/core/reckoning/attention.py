"""Whether a message may interrupt now: quiet hours and budgets hold back moments, and nothing else, and no clock."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from rung.core.calendar import ALWAYS
from rung.core.policy.model import Budget, Policy
from rung.core.reckoning.effects import NoticeKind
from rung.core.vocabulary import Priority

#: What interrupts. Cards are looked at when somebody has time; pages are meant to interrupt.
INTERRUPTING = frozenset({NoticeKind.MOMENT, NoticeKind.DIGEST})


class Interruption(Struct, frozen=True):
    """What is about to be said. `deadline`: it is never held beyond that moment."""

    kind: NoticeKind
    to_person: bool
    priority: Priority | None = None
    exempt: bool = False
    deadline: datetime | None = None


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
    if said.kind not in INTERRUPTING or said.exempt or (said.deadline is not None and said.deadline <= now):
        return None
    hold = _quiet(said, policy, now) or _over_budget(said, policy, lately, now)
    if hold is None or said.deadline is None:
        return hold
    return Hold(hold.why, said.deadline if hold.until is None else min(hold.until, said.deadline))


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
