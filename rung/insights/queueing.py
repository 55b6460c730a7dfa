"""One simulated run of a workload under a policy: who might have been taken when, if people heed what they are told."""

from collections.abc import Generator, Sequence
from random import Random
from typing import Any

import simpy
from msgspec import Struct

from rung.core.calendar import Calendar
from rung.core.compiled import Compiled
from rung.core.durations import From
from rung.core.policy import Actions
from rung.core.vocabulary import ClockName
from rung.insights.workload import Job, Workload

#: What makes somebody look at a ticket that nobody has taken.
_CLOCKS = (ClockName.FIRST_RESPONSE, ClockName.UNASSIGNED)
_SECOND = 1_000_000


class Habits(Struct, frozen=True):
    """How people react. `heed`: the chance that one message makes somebody take the ticket; `reaction_us`: the mean
    time that then takes, working time."""

    heed: float
    reaction_us: int


class Run(Struct):
    """What one run came to, in microseconds of working time."""

    waits: list[int] = []
    resolutions: list[int] = []
    messages: int = 0
    late_answers: int = 0
    late_resolutions: int = 0


class Judge(Struct, frozen=True):
    """Whose promises and messages count: the policy in force (`side` 0) or the one that is tried (1)."""

    compiled: Compiled
    side: int


def simulate(work: Workload, in_force: Compiled, judge: Judge, habits: Habits, seed: int) -> Run:
    """Tickets come as recorded; waits and work are drawn anew from those of tickets of the same priority."""
    return _Model(work, in_force, judge, habits, seed).run()


class _Model:
    def __init__(self, work: Workload, in_force: Compiled, judge: Judge, habits: Habits, seed: int) -> None:
        self.work = work
        self.in_force = in_force
        self.judge = judge
        self.habits = habits
        self.seed = seed
        self.luck = Random(f"work {seed}")  # noqa: S311  chance, not secrecy
        self.result = Run()
        self.samples = _samples(work.jobs)
        targets = {job.targets[judge.side] for job in work.jobs}
        self.alerts = {target: _alerts(judge.compiled, target) for target in targets}
        self.start_us = min((job.opened_us for job in work.jobs), default=0)
        self.env = simpy.Environment()
        self.people = simpy.PriorityResource(self.env, capacity=work.slots)

    def run(self) -> Run:
        """Every ticket to its end."""
        for job in self.work.jobs:
            wait, work = self.luck.choice(self.samples[job.priority])
            returns = self.luck.random() < self.work.return_rate
            self.env.process(self._ticket(job, wait, work, returns=returns))
        self.env.run()
        return self.result

    def _ticket(self, job: Job, wait: int, work: int, *, returns: bool) -> Generator[simpy.Event, Any, None]:
        own = self.in_force.calendar(None, job.targets[0], None)
        yield self._until(min([own.add_us(job.opened_us, wait), *self._heeded(job)]))
        with self.people.request(priority=job.priority.rank) as turn:
            yield turn
            self._taken(job, own)
            yield self._until(own.add_us(self._now_us(), work))
        self._resolved(job, own)
        if returns:
            again_wait, again_work = self.luck.choice(self.samples[job.priority])
            yield self._until(own.add_us(self._now_us(), again_wait))
            with self.people.request(priority=job.priority.rank) as turn:
                yield turn
                yield self._until(own.add_us(self._now_us(), again_work))

    def _heeded(self, job: Job) -> list[int]:
        """The moments at which messages about it would make somebody take it."""
        target = job.targets[self.judge.side]
        calendar = self.judge.compiled.calendar(None, target, None)
        mean = max(1, self.habits.reaction_us)
        # A stream of its own for each ticket: under two policies it meets the same luck.
        luck = Random(f"heed {self.seed} {job.ticket}")  # noqa: S311
        drawn = [(at, luck.random(), luck.expovariate(1 / mean)) for at in self.alerts[target]]
        heeded = [at + round(takes) for at, chance, takes in drawn if chance < self.habits.heed]
        return [calendar.add_us(job.opened_us, at) for at in heeded]

    def _taken(self, job: Job, own: Calendar) -> None:
        target, now = job.targets[self.judge.side], self._now_us()
        calendar = self.judge.compiled.calendar(None, target, None)
        waited = calendar.between_us(job.opened_us, now)
        self.result.waits.append(own.between_us(job.opened_us, now))
        self.result.messages += sum(at < waited for at in self.alerts[target])
        goal = self.judge.compiled.goal_us(ClockName.FIRST_RESPONSE, target, calendar)
        self.result.late_answers += goal is not None and waited > goal

    def _resolved(self, job: Job, own: Calendar) -> None:
        target, now = job.targets[self.judge.side], self._now_us()
        calendar = self.judge.compiled.calendar(None, target, None)
        self.result.resolutions.append(own.between_us(job.opened_us, now))
        goal = self.judge.compiled.goal_us(ClockName.RESOLUTION, target, calendar)
        self.result.late_resolutions += goal is not None and calendar.between_us(job.opened_us, now) > goal

    def _until(self, moment_us: int) -> simpy.Event:
        return self.env.timeout(max(0, moment_us - self._now_us()))

    def _now_us(self) -> int:
        return self.start_us + round(self.env.now)


def _samples(jobs: Sequence[Job]) -> dict[Any, list[tuple[int, int]]]:
    """Recorded (wait, work) of each priority; a priority with too few of its own draws from all."""
    known = [(job.priority, (job.wait_us, job.work_us)) for job in jobs]
    whole = [(wait, work) for _, (wait, work) in known if wait is not None and work is not None] or [(0, 0)]
    samples = {}
    for priority in {job.priority for job in jobs}:
        own = [(w, k) for each, (w, k) in known if each is priority and w is not None and k is not None]
        samples[priority] = own if len(own) >= 20 else whole
    return samples


def _alerts(compiled: Compiled, target: int | None) -> list[int]:
    """The running times at which a ticket that nobody takes is spoken of, offers to each further level included."""
    calendar = compiled.calendar(None, target, None)
    moments: list[int] = []
    repeats = _repeats(compiled)
    for clock in _CLOCKS:
        for rule in compiled.by_clock[clock]:
            for timed in compiled.thresholds(rule, target, calendar):
                if not _speaks(timed.step.actions):
                    continue
                moments.append(timed.threshold_us)
                if timed.step.actions.escalate is not None:
                    levels = max(len(path) for path in compiled.policy.paths.values()) - 1
                    moments += [timed.threshold_us + after * step for step in range(1, levels) for after in repeats]
    return sorted(moments)


def _repeats(compiled: Compiled) -> list[int]:
    """After how long an offer that nobody accepts goes on to the next level."""
    return [
        round(step.at.duration.elapsed.total_seconds()) * _SECOND
        for rule in compiled.by_clock[ClockName.UNACCEPTED]
        for step in rule.rule.steps
        if step.at.measured is From.START and step.actions.escalate == "next"
    ][:1]


def _speaks(actions: Actions) -> bool:
    return bool(actions.escalate or actions.notify or actions.remind or actions.assign or actions.page)
