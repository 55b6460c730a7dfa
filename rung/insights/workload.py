"""The work a history shows: when tickets came, how long nobody took them, how long they then took, who came back."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from rung.core import events as e
from rung.core.calendar import Calendar
from rung.core.compiled import Compiled
from rung.core.desk import Desk
from rung.core.log_events import History
from rung.core.look import Look
from rung.core.moments import SECOND_US, to_us
from rung.core.replay import STAFFED, Replay
from rung.core.tally import Tally
from rung.core.vocabulary import ClockName, Priority

_TAKEN = (e.Assigned, e.Claimed, e.Answered)


class Job(Struct, frozen=True):
    """One ticket. Times are microseconds; waits and work are working time on the calendar of its target in the policy
    in force."""

    ticket: str
    opened_us: int
    #: The target that counts under the policy in force and under the one that is tried; None: none matches.
    targets: tuple[int | None, int | None]
    priority: Priority
    #: Until somebody took it, and from there until it was resolved; None: neither is in the record.
    wait_us: int | None
    work_us: int | None


class Workload(Struct, frozen=True):
    """`slots`: the most tickets that were worked on at once. `return_rate`: reopened tickets among those resolved."""

    jobs: tuple[Job, ...]
    slots: int
    return_rate: float

    @property
    def waits(self) -> list[int]:
        """As recorded, sorted."""
        return sorted(job.wait_us for job in self.jobs if job.wait_us is not None)

    @property
    def resolutions(self) -> list[int]:
        """From opening to resolution, as recorded, sorted."""
        return sorted(
            job.wait_us + job.work_us for job in self.jobs if job.wait_us is not None and job.work_us is not None
        )


def fit(
    histories: Sequence[History], compiled: Compiled, tried: Compiled, end: datetime, desk: Desk = STAFFED
) -> Workload:
    """The workload of a history, read under the policy in force, for a comparison with the one that is tried."""
    jobs: list[Job] = []
    busy: list[tuple[int, int]] = []
    resolved = reopened = 0
    for history in histories:
        run = _Observer(history, compiled, desk, Tally())
        run.run(end)
        if run.case.opened_at is None:
            continue
        job, span = _job(run, history, compiled, tried, end)
        jobs.append(job)
        busy += span
        resolved += any(isinstance(event, e.Resolved | e.Closed) for event in history.events)
        reopened += run.case.reopens > 0
    return Workload(tuple(jobs), max(1, _most_at_once(busy)), reopened / resolved if resolved else 0.0)


class _Observer(Replay):
    """A replay that keeps how long the first resolution took, in seconds of working time."""

    resolution: float | None = None

    def _judge(self, event: e.CyclesJudged) -> None:
        super()._judge(event)
        for result in event.results:
            if result.clock is ClockName.RESOLUTION and self.resolution is None:
                self.resolution = result.ran


def _job(
    run: _Observer, history: History, compiled: Compiled, tried: Compiled, end: datetime
) -> tuple[Job, list[tuple[int, int]]]:
    opened_at = run.case.opened_at or end
    look = Look(run.case.copy(), compiled, run.desk, end)
    calendar: Calendar = compiled.calendar(None, look.target, None)
    taken_at = next((event.at for event in history.events if isinstance(event, _TAKEN)), None)
    ended_at = next((event.at for event in history.events if isinstance(event, e.Resolved | e.Closed)), None)
    wait = work = None
    span: list[tuple[int, int]] = []
    if taken_at is not None or ended_at is not None:
        start = taken_at if taken_at is not None else ended_at
        start = min(start, ended_at) if start is not None and ended_at is not None else start
        wait = None if start is None else max(0, calendar.between_us(to_us(opened_at), to_us(start)))
        span = [(to_us(start), to_us(ended_at or end))] if start is not None else []
    if wait is not None and run.resolution is not None:
        work = max(0, round(run.resolution * SECOND_US) - wait)
    priority = run.case.priority or Priority.NORMAL
    targets = look.target, Look(run.case.copy(), tried, run.desk, end).target
    return Job(history.ticket, to_us(opened_at), targets, priority, wait, work), span


def _most_at_once(spans: Sequence[tuple[int, int]]) -> int:
    return max(_at_once(spans), default=0)


def _at_once(spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    """How many are being worked on, at each moment at which that changes."""
    changes = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    count = 0
    for _, change in changes:
        count += change
        yield count
