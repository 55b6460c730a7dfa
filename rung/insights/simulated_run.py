"""One simulated run of a workload under a policy: who might have taken what when, if people heed what they are told."""

from collections.abc import Generator, Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from rung.core.calendar import Calendar
from rung.core.reckoning.compiled import Compiled
from rung.core.vocabulary import ClockName, Priority
from rung.insights.extras import extra
from rung.insights.message_schedule import Alert, MessageSchedule
from rung.insights.staffing import Staff
from rung.insights.workload import Job, Spell, Workload

if TYPE_CHECKING:
    import simpy

#: Tickets of one level and priority from which routes are drawn among their own; fewer draw from a wider choice.
ENOUGH = 20

Route = tuple[Spell, ...]


class Habits(Struct, frozen=True):
    """How people react. `heed`: the chance that one message makes somebody take the ticket; `reaction_us`: the mean
    time that then takes, working time."""

    heed: float
    reaction_us: int


class Run(Struct):
    """What one run came to, in microseconds of working time."""

    responses: list[int] = []
    resolutions: list[int] = []
    #: Level -> how long each ticket waited for its people, and was then worked on there.
    waits: dict[str, list[int]] = {}
    works: dict[str, list[int]] = {}
    messages: int = 0
    late_responses: int = 0
    late_resolutions: int = 0


class Judge(Struct, frozen=True):
    """Whose promises and messages count: the policy in force (`side` 0) or the one that is tried (1)."""

    compiled: Compiled
    side: int


def simulate(work: Workload, in_force: Compiled, judge: Judge, habits: Habits, seed: int) -> Run:
    """Tickets come as recorded; each goes a way drawn anew from those of tickets of its level and priority."""
    return _Model(work, in_force, judge, habits, seed).run()


class _Model:
    def __init__(self, work: Workload, in_force: Compiled, judge: Judge, habits: Habits, seed: int) -> None:
        self.work = work
        self.in_force = in_force
        self.judge = judge
        self.voice = MessageSchedule(judge.compiled)
        self.habits = habits
        self.seed = seed
        self.result = Run()
        self.routes = _Routes(work.jobs)
        self.start_us = min((job.opened_us for job in work.jobs), default=0)
        events = extra("simulation", "simpy")
        self.env: simpy.Environment = events.Environment()
        self.people: dict[str, simpy.PriorityResource] = {
            level: events.PriorityResource(self.env, capacity=staff.at_once) for level, staff in work.staff.items()
        }

    def run(self) -> Run:
        """Every ticket to its end."""
        luck = Random(f"work {self.seed}")  # noqa: S311  chance, not secrecy
        for job in self.work.jobs:
            route = self.routes.drawn(job, luck)
            comes_back = luck.random() < self._staff(route[-1].level).reopened
            again = self.routes.drawn(job, luck)[-1] if comes_back else None
            self.env.process(self._ticket(job, route, again))
        self.env.run()
        return self.result

    def _ticket(self, job: Job, route: Route, again: Spell | None) -> "Generator[simpy.Event, Any, None]":
        own = self.in_force.calendar(None, job.targets[0], None)
        # A stream of its own for each ticket: under two policies it meets the same luck.
        luck = Random(f"heed {self.seed} {job.ticket}")  # noqa: S311
        level = ""
        yield self._until(job.opened_us)
        for place, spell in enumerate(route):
            arrived = self._now_us()
            if place == 0:
                level, at = self._first_taken(job, own.add_us(arrived, spell.wait_us), spell.level, luck)
            else:
                level, at = spell.level, self._taken_over(job, own.add_us(arrived, spell.wait_us), spell.level, luck)
            yield self._until(at)
            yield from self._worked(job, level, arrived, spell.work_us, own, is_first=place == 0)
        self._resolved(job, own)
        if again is not None:
            yield self._until(own.add_us(self._now_us(), again.wait_us))
            yield from self._worked(job, level, self._now_us(), again.work_us, own)

    def _worked(
        self, job: Job, level: str, arrived: int, work_us: int, own: Calendar, *, is_first: bool = False
    ) -> "Generator[simpy.Event, Any, None]":
        """Queued for the people of a level, urgent ones first, and worked on by one of them."""
        people = self.people.get(level)
        turn = None if people is None else people.request(priority=job.priority.rank)
        if turn is not None:
            yield turn
        taken = self._now_us()
        if is_first:
            self._answered(job, own)
        self.result.waits.setdefault(level, []).append(own.between_us(arrived, taken))
        yield self._until(own.add_us(taken, work_us))
        self.result.works.setdefault(level, []).append(own.between_us(taken, self._now_us()))
        if people is not None and turn is not None:
            people.release(turn)

    def _first_taken(self, job: Job, by_itself: int, level: str, luck: Random) -> tuple[str, int]:
        """(level, moment): by itself as drawn, or sooner because somebody heeds a message."""
        alerts = self.voice.of_new(job.targets[self.judge.side], job.known, self.work.facts[job.known])
        heeded = [(at, alert.to or job.level) for alert, at in self._heeded(alerts, job.opened_us, job.level, luck)]
        soonest = min(heeded, key=lambda each: each[0], default=(by_itself, level))
        at, to = soonest if soonest[0] < by_itself else (by_itself, level)
        return (to if to in self.people else level), at

    def _taken_over(self, job: Job, by_itself: int, level: str, luck: Random) -> int:
        target, facts = job.targets[self.judge.side], self.work.facts[job.known]
        alerts = self.voice.of_offered(target, job.known, facts, level)
        return min([by_itself, *(at for _, at in self._heeded(alerts, self._now_us(), level, luck))])

    def _heeded(self, alerts: Sequence[Alert], since: int, level: str, luck: Random) -> Iterator[tuple[Alert, int]]:
        """The messages that would make somebody take it, each with the moment at which they would."""
        mean = max(1, self.habits.reaction_us)
        for alert in alerts:
            chance, takes = luck.random(), luck.expovariate(1 / mean)
            willing = self.habits.heed * (1 - self._staff(alert.to or level).returned)
            if chance < willing:
                yield alert, alert.calendar.add_us(since, alert.after_us + round(takes))

    def _staff(self, level: str) -> Staff:
        return self.work.staff.get(level) or Staff(1, 1)

    def _answered(self, job: Job, own: Calendar) -> None:
        target, now = job.targets[self.judge.side], self._now_us()
        calendar = self.judge.compiled.calendar(None, target, None)
        self.result.responses.append(own.between_us(job.opened_us, now))
        alerts = self.voice.of_new(target, job.known, self.work.facts[job.known])
        self.result.messages += sum(alert.after_us < alert.calendar.between_us(job.opened_us, now) for alert in alerts)
        goal = self.judge.compiled.goal_us(ClockName.FIRST_RESPONSE, target, calendar)
        self.result.late_responses += goal is not None and calendar.between_us(job.opened_us, now) > goal

    def _resolved(self, job: Job, own: Calendar) -> None:
        target, now = job.targets[self.judge.side], self._now_us()
        calendar = self.judge.compiled.calendar(None, target, None)
        self.result.resolutions.append(own.between_us(job.opened_us, now))
        goal = self.judge.compiled.goal_us(ClockName.RESOLUTION, target, calendar)
        self.result.late_resolutions += goal is not None and calendar.between_us(job.opened_us, now) > goal

    def _until(self, moment_us: int) -> "simpy.Event":
        return self.env.timeout(max(0, moment_us - self._now_us()))

    def _now_us(self) -> int:
        return self.start_us + round(self.env.now)


class _Routes:
    """The recorded ways of tickets through the levels, by the level they come to and their priority."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._all: list[Route] = [job.spells for job in jobs if job.spells] or [(Spell("", 0, 0),)]
        self._narrow: dict[tuple[str, Priority], list[Route]] = {}
        self._wide: dict[str, list[Route]] = {}
        for job in jobs:
            if job.spells:
                self._narrow.setdefault((job.level, job.priority), []).append(job.spells)
                self._wide.setdefault(job.level, []).append(job.spells)

    def drawn(self, job: Job, luck: Random) -> Route:
        """One of those like the job's own, as long as there are enough of them."""
        for routes in (self._narrow.get((job.level, job.priority), []), self._wide.get(job.level, [])):
            if len(routes) >= ENOUGH:
                return luck.choice(routes)
        return luck.choice(self._all)
