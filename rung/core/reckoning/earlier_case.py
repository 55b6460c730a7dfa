"""A ticket as it was at an earlier moment, for looks that come late."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from rung.core.calendar.moments import from_us
from rung.core.case.case import Case
from rung.core.case.events import AnyEvent
from rung.core.case.fold import fold
from rung.core.case.late_events import as_they_count
from rung.core.case.then import Then
from rung.core.reckoning.compiled import Compiled


class EarlierCase:
    """The events of one ticket, read when somebody asks and not before."""

    def __init__(self, read: Callable[[], Sequence[AnyEvent]]) -> None:
        self._read = read
        self._events: list[AnyEvent] | None = None

    @property
    def last_at(self) -> datetime | None:
        """When the newest of them happened."""
        return self._events[-1].at if self._events else None

    def since(self, moment: datetime) -> Iterator[Case]:
        """The case as it was at a moment, and after each later event but the newest: one object, which changes."""
        if self._events is None:
            self._events = as_they_count(self._read())
        case = Case()
        for event in self._events:
            if case.last_at is not None and event.at > case.last_at and event.at > moment:
                yield case
            fold(case, event)


def as_of(
    past: EarlierCase, compiled: Compiled, measured: Case | Then, crossed_us: int
) -> tuple[Case | Then, datetime | None]:
    """The case by whose facts a step is judged that was crossed at `crossed_us`: as it was then.

    `measured`: the facts by which its clock is measured. Where a target or a version came later, a step is crossed in
    hindsight: it is judged by the facts from which on it was measured so, and was due from that moment, which comes
    with it; None: it was measured so all along.
    """
    by = compiled.applicable(measured)
    hindsight = False
    for case in past.since(from_us(crossed_us)):
        then = compiled.applicable(case)
        if case.policy == measured.policy and then.target == by.target and then.calendar is by.calendar:
            return case, case.last_at if hindsight else None
        hindsight = True
    return measured, past.last_at if hindsight else None
