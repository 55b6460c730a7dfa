"""What may be kept from one look at a ticket to the next. It saves work and never changes a conclusion."""

from msgspec import Struct

from rung.core.case.case import Cycle, Offer
from rung.core.reckoning.compiled import ApplicableRules, ClockRule, TimedStep
from rung.core.vocabulary import ClockName

#: Later than any moment, microseconds.
NEVER = 1 << 62

#: What the moments of a cycle depend on: its number, how many spans there are (if it stands still in some), the target,
#: the level.
Basis = tuple[int, int, int | None, str | None]


class Moment(Struct, frozen=True):
    """When a cycle reaches a step, as things stand."""

    at_us: int
    rule: ClockRule
    timed: TimedStep


class Plan(Struct):
    """When a running cycle reaches its goal and its steps; the same whatever the hour."""

    basis: Basis
    goal_us: int | None
    #: Earliest first within a rule; rules as in the policy. None: not worked out yet.
    moments: tuple[Moment, ...] | None
    #: Nothing of it is due before.
    next_us: int


class LookCache:
    """Of one case under one policy, for further looks at the same case object."""

    __slots__ = (
        "applicable",
        "horizon_us",
        "judged",
        "number",
        "offered_on",
        "offers",
        "offers_stand",
        "plans",
        "running",
    )

    def __init__(self) -> None:
        #: The case's number when a look came to rest. Still the same: only time has passed.
        self.number = -1
        self.applicable: ApplicableRules | None = None
        self.plans: dict[ClockName, Plan] = {}
        #: There will be another look by then in any case: what is due only later need not be known exactly.
        self.horizon_us = NEVER
        #: The running cycles that are watched, with their plans.
        self.running: tuple[tuple[Cycle, Plan], ...] = ()
        #: Offers that were seen to stand: the list they are in, the cycles of the clocks they were made on, and they.
        self.offers: list[Offer] | None = None
        self.offered_on: tuple[int | None, ...] = ()
        self.offers_stand: dict[int, None] = {}
        #: Ended cycles whose steps have been accounted for, and the events that ended them.
        self.judged: dict[tuple[ClockName, int], int] = {}

    def forget(self) -> None:
        """Of a case that has become another."""
        self.number, self.offers = -1, None
        self.plans.clear()
        self.judged.clear()
