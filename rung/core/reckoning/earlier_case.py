"""A ticket as it was at an earlier moment, for looks that come late."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from rung.core.calendar.moments import from_us
from rung.core.case.case import Case
from rung.core.case.events import AnyEvent
from rung.core.case.fold import fold
from rung.core.case.late_events import as_they_count
from rung.core.reckoning.compiled import Compiled


class Past:
    """The events of one ticket, read when somebody asks and not before."""

    def __init__(self, read: Callable[[], Sequence[AnyEvent]]) -> None:
        self._read = read
        self._events: list[AnyEvent] | None = None

    def since(self, moment: datetime) -> Iterator[Case]:
        """The case as it was at a moment, and after each later event but the newest: one object, which changes."""
        if self._events is None:
            self._events = as_they_count(self._read())
        case = Case()
        for event in self._events:
            if case.last_at is not None and event.at > case.last_at and event.at > moment:
                yield case
            fold(case, event)


def as_of(past: Past, compiled: Compiled, present: Case, crossed_us: int) -> Case:
    """The case by whose facts a step is judged that was crossed at `crossed_us`: as it was then.

    Measured by a target or a version that came later, a step is crossed in hindsight: it is judged by the facts from
    which on it was measured so.
    """
    now = compiled.standing(present)
    for case in past.since(from_us(crossed_us)):
        then = compiled.standing(case)
        if case.policy == present.policy and then.target == now.target and then.calendar is now.calendar:
            return case
    return present
