"""One look at one ticket: the case it works on, what it has concluded so far, and what holds while it looks."""

from datetime import datetime

from rung.core.calendar import Calendar
from rung.core.case import Case, Cycle
from rung.core.clocks import Reading, reading
from rung.core.compiled import Compiled
from rung.core.conditions import Facts
from rung.core.desk import Desk
from rung.core.effects import Notice
from rung.core.events import AnyEvent
from rung.core.facts import facts
from rung.core.fold import fold
from rung.core.moments import to_us

#: `by` of what the ticker itself concludes.
SYSTEM = "system"


class Look:
    """Mutable, and alive only for the length of one reckoning. The case is its own: pass it a copy."""

    __slots__ = ("_facts", "_target", "case", "compiled", "desk", "events", "highest", "notices", "now", "now_us")

    def __init__(self, case: Case, compiled: Compiled, desk: Desk, now: datetime) -> None:
        self.case = case
        self.compiled = compiled
        self.desk = desk
        #: An event is never earlier than the ticket's last one, whatever the clock of the machine says.
        self.now = now if case.last_at is None or now >= case.last_at else case.last_at
        self.now_us = to_us(self.now)
        self.events: list[AnyEvent] = []
        self.notices: list[Notice] = []
        #: The rank of the highest offer made in this look.
        self.highest = -2
        self._facts: Facts | None = None
        self._target: int | None = -1

    @property
    def number(self) -> int:
        """The number of the next event."""
        return self.case.number + 1

    @property
    def facts(self) -> Facts:
        if self._facts is None:
            self._facts = facts(self.case)
        return self._facts

    @property
    def target(self) -> int | None:
        """The place of the ticket's target among those of the policy."""
        if self._target == -1:
            self._target = self.compiled.target(self.facts)
        return self._target

    @property
    def calendar(self) -> Calendar:
        """The ticket's calendar: its target's, else its level's, else `always`."""
        return self.compiled.calendar(None, self.target, self.case.level)

    def read(self, cycle: Cycle, calendar: Calendar) -> Reading:
        """A cycle of this ticket, counted on a calendar."""
        return reading(self.case, cycle, self.compiled.pauses(self.target, self.calendar), calendar)

    def record(self, event: AnyEvent) -> None:
        """Add an event numbered `number`; from here on the look sees its consequences."""
        fold(self.case, event)
        self.events.append(event)
        self._facts = None
        self._target = -1

    def say(self, notice: Notice) -> None:
        self.notices.append(notice)
