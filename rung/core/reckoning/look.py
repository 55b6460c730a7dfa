"""One look at one ticket: the case it works on, what it has concluded so far, and what holds while it looks."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from rung.core import actors
from rung.core.calendar import Calendar
from rung.core.calendar.moments import to_us
from rung.core.case import events as e
from rung.core.case.case import Case, Cycle
from rung.core.case.events import AnyEvent
from rung.core.case.fold import fold
from rung.core.case.then import Then
from rung.core.conditions.evaluation import Facts
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Actions
from rung.core.reckoning.at_the_end import standing_then
from rung.core.reckoning.clocks import Reading, reading
from rung.core.reckoning.compiled import ApplicableRules, ClockRule, Compiled, TimedStep
from rung.core.reckoning.earlier_case import EarlierCase, as_of
from rung.core.reckoning.effects import Notice
from rung.core.reckoning.look_cache import LookCache
from rung.core.vocabulary import Status

#: Below the rank of every offer.
NO_OFFER = -2

#: What is only written down: it changes no fact and no clock, so it brings nothing else about.
WITHOUT_CONSEQUENCE: frozenset[type[e.Event]] = frozenset(
    {e.StepFired, e.TargetMissed, e.CyclesJudged, e.PauseOverrun, e.EpisodeEnded, e.NobodyReached, e.AutoReplied}
)


class BeforeOffer(NamedTuple):
    """A look before it made its first offer: the case, how much was concluded, and what was about to be done."""

    case: Case
    events: int
    notices: int
    escalation: tuple[str, str, int]
    act: Callable[[], None]


class Look:
    """Mutable, and alive only for the length of one reckoning. The case is its own: pass it a copy."""

    __slots__ = (
        "_applicable",
        "_happened_us",
        "_measured",
        "_past",
        "anew",
        "before_offer",
        "case",
        "compiled",
        "decided",
        "events",
        "highest",
        "memory",
        "notices",
        "now",
        "now_us",
        "roster",
        "stirred",
        "suppressed",
        "undone",
        "unjudged",
        "unplanned",
    )

    def __init__(
        self,
        case: Case,
        compiled: Compiled,
        roster: Roster,
        now: datetime,
        memory: LookCache | None = None,
        *,
        past: EarlierCase | None = None,
    ) -> None:
        self.memory = LookCache() if memory is None else memory
        self._past = past
        #: The last facts at an end that somebody asked for, and what the policy says to them.
        self._measured: tuple[Then, ApplicableRules] | None = None
        #: When the newest event happened that this look found.
        self._happened_us = 0 if past is None or case.last_at is None else to_us(case.last_at)
        self.case = case
        self.compiled = compiled
        self.roster = roster
        #: An event is never earlier than the ticket's last one, whatever the clock of the machine says.
        self.now = now if case.last_at is None or now >= case.last_at else case.last_at
        self.now_us = to_us(self.now)
        self.events: list[AnyEvent] = []
        self.notices: list[Notice] = []
        #: The rank of the highest offer made in this look.
        self.highest = NO_OFFER
        #: How it stood before that offer, if a higher one may follow in the same look.
        self.before_offer: BeforeOffer | None = None
        #: What was undone for a higher one; and whether that is over.
        self.undone: BeforeOffer | None = None
        self.decided = False
        #: Escalations that a higher one of this look has overtaken: (rule, step, cycle).
        self.suppressed: set[tuple[str, str, int]] = set()
        new = self.memory.number != case.number
        self._applicable = None if new else self.memory.applicable
        #: Whether this pass recorded anything that may bring about something else.
        self.stirred = False
        #: Whether facts may have changed, ended cycles wait for a verdict, and moments of running ones for a plan: not
        #: where nothing has happened since the last look came to rest, and only time has passed.
        self.anew = self.unjudged = self.unplanned = new

    @property
    def number(self) -> int:
        """The number of the next event."""
        return self.case.number + 1

    @property
    def applicable(self) -> ApplicableRules:
        """What the policy says to the facts as they are now."""
        if self._applicable is None:
            self._applicable = self.compiled.applicable(self.case)
        return self._applicable

    @property
    def facts(self) -> Facts:
        return self.applicable.facts

    @property
    def target(self) -> int | None:
        """The place of the ticket's target among those of the policy."""
        return self.applicable.target

    @property
    def calendar(self) -> Calendar:
        """The ticket's calendar: its target's, else its level's, else `always`."""
        return self.applicable.calendar

    def measure(self, cycle: Cycle) -> ApplicableRules:
        """By what a cycle is measured: while it runs by the facts as they are now, then by those at its end."""
        then = cycle.then
        if then is None:
            return self.applicable
        known = self._measured
        if known is None or known[0] is not then:
            known = self._measured = then, standing_then(self.compiled, then)
        return known[1]

    def crossed(self, rule: ClockRule, timed: TimedStep, cycle: Cycle, at_us: int) -> tuple[bool, datetime | None]:
        """Whether a step's `when` held when it was crossed; without a past, whether it holds now, or at the end. And
        since when it is due, where that is later: it was crossed in hindsight."""
        if self._past is None or at_us >= self._happened_us:
            return self.measure(cycle).applies(rule, timed), None
        known, since = as_of(self._past, self.compiled, cycle.then or self.case, at_us)
        return self.compiled.applicable(known).applies(rule, timed), since

    def read(self, cycle: Cycle, calendar: Calendar) -> Reading:
        """A cycle of this ticket, counted on a calendar."""
        by = self.measure(cycle)
        return reading(self.case, cycle, self.compiled.pauses(by.target, by.calendar), calendar)

    def record(self, event: AnyEvent) -> None:
        """Add an event numbered `number`; from here on the look sees its consequences."""
        again = type(event) is e.Offered and self._is_again(event)
        fold(self.case, event)
        self.events.append(event)
        if again:
            self.stirred = self.unplanned = True
        elif type(event) not in WITHOUT_CONSEQUENCE:
            self._applicable = None
            self.stirred = self.anew = self.unjudged = self.unplanned = True

    def _is_again(self, event: e.Offered) -> bool:
        """Whether a rule offers an open ticket where it is offered already: all stays but the clock of the offer."""
        newest = self.case.open_offer
        return (
            newest is not None
            and newest.level == event.level
            and self.case.status is Status.OPEN
            and actors.is_rule(event.by)
        )

    def may_be_overtaken(self, does: Iterable[Actions]) -> bool:
        """Whether the first escalation of this look may bring about a higher one in it."""
        return self.highest == NO_OFFER and not self.decided and self.compiled.may_climb_again(does)

    def keep(self, escalation: tuple[str, str, int], act: Callable[[], None]) -> None:
        """Remember how it stands before an escalation is carried out; `act` carries out all that is due with it."""
        self.before_offer = BeforeOffer(self.case.copy(), len(self.events), len(self.notices), escalation, act)

    def undo_offer(self) -> None:
        """As if this look had not made its offer, but recorded it as overtaken."""
        before = self.before_offer
        if before is None:
            return
        self.undone = before
        self.case.become(before.case.copy())
        del self.events[before.events :], self.notices[before.notices :]
        self.highest, self.before_offer, self._applicable = NO_OFFER, None, None
        self.memory.forget()
        self.anew = self.unjudged = self.unplanned = self.stirred = True
        before.act()

    def redo_offer(self) -> bool:
        """Make the offer after all, where only it would have brought about the higher one."""
        if self.undone is None or self.highest != NO_OFFER:
            return False
        self.suppressed.clear()
        self.decided, self.before_offer = True, self.undone
        self.undo_offer()
        self.undone = None
        return True

    def rest(self) -> None:
        """Remember that for now everything has been concluded."""
        self.memory.number = self.case.number
        self.memory.applicable = self._applicable

    def say(self, notice: Notice) -> None:
        self.notices.append(notice)
