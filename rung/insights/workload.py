"""The work a history shows: when tickets came, who had them how long at which level, and which came back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from rung.core import actors
from rung.core.calendar import Calendar
from rung.core.calendar.moments import to_us
from rung.core.case import events as e
from rung.core.case.case import Cycle
from rung.core.conditions.evaluation import Facts
from rung.core.log.events import History
from rung.core.oncall.roster import Roster
from rung.core.reckoning.clocks import Stretch
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.effects import Decision
from rung.core.reckoning.facts import facts
from rung.core.reckoning.look import Look
from rung.core.replay.replay import STAFFED
from rung.core.replay.ticket import Replay
from rung.core.replay.totals import Totals
from rung.core.vocabulary import ClockName, Priority
from rung.insights.staffing import Held, Staff, staffing

#: The level of all work where the history knows none.
EVERYBODY = "everybody"

_TAKEN = (e.Assigned, e.Claimed, e.Answered)


class Spell(Struct, frozen=True):
    """A stay at one level: until somebody there had taken the ticket, and from there until it went on. Microseconds of
    working time on the calendar of the ticket's target in the policy in force, pauses left out."""

    level: str
    wait_us: int
    work_us: int


class Job(Struct, frozen=True):
    """One ticket. Times are microseconds."""

    ticket: str
    opened_us: int
    #: The target that counts under the policy in force and under the one that is tried; None: none matches.
    targets: tuple[int | None, int | None]
    priority: Priority
    #: Where it is placed when it comes.
    level: str
    #: Its stays in order until it was first resolved; empty: it never was.
    spells: tuple[Spell, ...]
    #: Place of its facts among those of the workload.
    known: int
    #: Until somebody took or answered it; None: nobody has.
    response_us: int | None

    @property
    def resolution_us(self) -> int | None:
        return sum(spell.wait_us + spell.work_us for spell in self.spells) if self.spells else None


class Workload(Struct, frozen=True):
    """`knows_levels`: whether the history says at which level people worked; without it all are one pool."""

    jobs: tuple[Job, ...]
    staff: Mapping[str, Staff]
    facts: tuple[Facts, ...]
    knows_levels: bool

    @property
    def responses(self) -> list[int]:
        """As recorded, sorted."""
        return sorted(job.response_us for job in self.jobs if job.response_us is not None)

    @property
    def resolutions(self) -> list[int]:
        """From opening to the first resolution, as recorded, sorted."""
        return sorted(job.resolution_us for job in self.jobs if job.resolution_us is not None)

    def works(self, level: str) -> list[int]:
        """How long tickets were worked on at a level, as recorded, sorted."""
        return sorted(spell.work_us for job in self.jobs for spell in job.spells if spell.level == level)


def fit(
    histories: Sequence[History],
    compiled: Compiled,
    tried: Compiled,
    end: datetime,
    roster: Roster = STAFFED,
    *,
    on_each: Callable[[], None] = lambda: None,
) -> Workload:
    """The workload of a history, read under the policy in force, for a comparison with the one that is tried."""
    knows_levels = any(isinstance(event, e.Claimed) for history in histories for event in history.events)
    jobs: list[Job] = []
    held: list[Held] = []
    known: dict[frozenset[object], int] = {}
    every: list[Facts] = []
    for history in histories:
        on_each()
        run = _Observer(history, compiled, roster, Totals())
        run.run(end)
        if run.case.opened_at is None:
            continue
        key = frozenset(run.opening.items())
        if key not in known:
            known[key] = len(every)
            every.append(run.opening)
        reader = _Reader(run, compiled, tried, end, levels=knows_levels)
        jobs.append(reader.job(known[key]))
        held += reader.held
    return Workload(tuple(jobs), staffing(held), tuple(every), knows_levels)


def grown(work: Workload, percent: int) -> Workload:
    """With so many per cent more tickets: some come twice, spread evenly over the record."""
    if percent <= 0:
        return work
    again = [
        replace(job, ticket=f"{job.ticket}+{copy}")
        for number, job in enumerate(work.jobs)
        for copy in range((number + 1) * percent // 100 - number * percent // 100)
    ]
    jobs = sorted([*work.jobs, *again], key=lambda job: (job.opened_us, job.ticket))
    return replace(work, jobs=tuple(jobs))


def restaffed(work: Workload, people: Mapping[str, int]) -> Workload:
    """With so many more people at levels, or fewer; at least one stays."""
    staff = {level: replace(own, agents=max(1, own.agents + people.get(level, 0))) for level, own in work.staff.items()}
    return replace(work, staff=staff)


class _Observer(Replay):
    """A replay that keeps the facts a ticket came with, and since when each level that took it had been asked."""

    def __init__(self, history: History, compiled: Compiled, roster: Roster, tally: Totals) -> None:
        super().__init__(history, compiled, roster, tally)
        self.opening: Facts = {}
        self.asked: dict[datetime, datetime] = {}
        self.returned: list[str] = []

    def _take_in(self, decision: Decision, now: datetime) -> None:
        super()._take_in(decision, now)
        if not self.opening:
            self.opening = facts(self.case)

    def _record(self, event: e.AnyEvent) -> None:
        if isinstance(event, e.Claimed):
            offers = [offer.at for offer in self.case.offers if offer.level == event.level]
            self.asked[event.at] = min([event.at, *offers])
        elif isinstance(event, e.OfferReturned):
            self.returned.append(event.level)
        super()._record(event)


class _Reader:
    """One replayed ticket as a job."""

    def __init__(self, run: _Observer, compiled: Compiled, tried: Compiled, end: datetime, *, levels: bool) -> None:
        self.run = run
        self.look = Look(run.case, compiled, run.roster, end)
        self.tried = Look(run.case.copy(), tried, run.roster, end)
        self.calendar: Calendar = compiled.calendar(None, self.look.target, None)
        self.levels = levels
        self.held: list[Held] = []
        self.opened_at = run.case.opened_at or end
        events = run.history.events
        self.taken = next((event for event in events if isinstance(event, _TAKEN) and _person(event)), None)
        self.ended_at = next((event.at for event in events if isinstance(event, e.Resolved | e.Closed)), None)
        self.end = self.ended_at or end

    def job(self, known: int) -> Job:
        taken_at = self.ended_at if self.taken is None else min(self.taken.at, self.end)
        spells = tuple(self._spells(taken_at)) if taken_at is not None else ()
        return Job(
            ticket=self.run.history.ticket,
            opened_us=to_us(self.opened_at),
            targets=(self.look.target, self.tried.target),
            priority=self.run.case.priority or Priority.NORMAL,
            level=self._level(self.opened_at),
            spells=spells if self.ended_at is not None else (),
            known=known,
            response_us=None if taken_at is None else self._between(self.opened_at, taken_at),
        )

    def _spells(self, taken_at: datetime) -> Iterator[Spell]:
        """From when somebody took it to each level that took it over, to the end."""
        stays = [stay for stay in self.run.case.stays if self.levels and taken_at < stay.since < self.end]
        asked_at = [self.run.asked.get(stay.since, stay.since) for stay in stays]
        begins = [taken_at, *(stay.since for stay in stays)]
        waits = [self._between(self.opened_at, taken_at)]
        waits += [self._ran(max(asked, taken_at), stay.since) for asked, stay in zip(asked_at, stays, strict=True)]
        finishes = [*(max(asked, begin) for asked, begin in zip(asked_at, begins, strict=False)), self.end]
        for place, (begin, wait, finish) in enumerate(zip(begins, waits, finishes, strict=True)):
            work = self._ran(begin, finish)
            if not place:
                work = max(0, self._ran(self.opened_at, finish) - wait)
            level = self._level(begin)
            self.held.append(
                Held(
                    level=level,
                    who=self._who(begin),
                    start_us=to_us(begin),
                    end_us=to_us(finish),
                    resolved=finish == self.end and self.ended_at is not None,
                    reopened=finish == self.end and self.run.case.reopens > 0,
                    returned=self.run.returned.count(level),
                )
            )
            yield Spell(level, wait, work)

    def _level(self, at: datetime) -> str:
        if not self.levels:
            return EVERYBODY
        stays = [stay.level for stay in self.run.case.stays if stay.since <= at]
        return stays[-1] if stays else self.run.case.level or EVERYBODY

    def _who(self, at: datetime) -> str:
        return next((_person(event) for event in self.run.history.events if event.at >= at and _person(event)), "")

    def _between(self, start: datetime, end: datetime) -> int:
        return max(0, self.calendar.between_us(to_us(start), to_us(end)))

    def _ran(self, start: datetime, end: datetime) -> int:
        """Working time from start to end, without pauses."""
        cycle = Cycle(ClockName.RESOLUTION, 1, to_us(self.opened_at), to_us(self.end))
        spans = [(s.start_us, to_us(self.end) if s.end_us is None else s.end_us) for s in self._stretches(cycle)]
        inside = [(max(from_, to_us(start)), min(to, to_us(end))) for from_, to in spans]
        return sum(self.calendar.between_us(from_, to) for from_, to in inside if from_ < to)

    def _stretches(self, cycle: Cycle) -> Sequence[Stretch]:
        return self.look.read(cycle, self.calendar).stretches


def _person(event: e.AnyEvent) -> str:
    """Who has the ticket after an event that gives it to somebody; empty: nobody."""
    match event:
        case e.Assigned():
            return event.assignee or ""
        case e.Claimed():
            return event.agent
        case e.Answered():
            return actors.name_of(event.by)
    return ""
