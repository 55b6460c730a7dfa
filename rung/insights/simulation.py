"""Two policies over many simulated runs: what people might have done, with intervals, and how far to believe it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from math import sqrt
from statistics import fmean, stdev

from msgspec import Struct

from rung.core.policy.model import Policy
from rung.core.reckoning.compiled import Compiled
from rung.insights.simulated_run import Habits, Judge, Run, simulate
from rung.insights.staffing import Staff
from rung.insights.workload import Workload, grown, restaffed

QUANTILES = (0.25, 0.5, 0.75, 0.9, 0.95)
FEWEST_RUNS = 30
#: Runs given to an executor at a time: the workload goes along with each of these.
SHARE = 5
_HOUR_US = 3_600_000_000
#: Two-sided 95 % of the normal distribution; with 30 runs and more Student's is within 4 % of it.
_NORMAL = 1.96


class Estimate(Struct, frozen=True):
    """A mean over runs, and half the width of its 95 % interval."""

    mean: float
    margin: float


class Figure(Struct, frozen=True):
    name: str
    before: Estimate
    after: Estimate
    #: Of the difference, run by run: both policies meet the same luck.
    difference: Estimate


class Fidelity(Struct, frozen=True):
    """How well the model, without any messages, gives the record back. Hours of working time."""

    name: str
    quantile: float
    recorded: float
    modelled: Estimate


class Fitted(Struct, frozen=True):
    """A level as the history shows it. Half of the tickets were worked on for `service` hours of working time."""

    level: str
    staff: Staff
    service: float


class Simulation(Struct, frozen=True):
    runs: int
    tickets: int
    #: Whether the history says at which level people worked; else all are one pool.
    knows_levels: bool
    fitted: tuple[Fitted, ...]
    habits: Habits
    figures: tuple[Figure, ...]
    fidelity: tuple[Fidelity, ...]
    what_if: "WhatIf"


class WhatIf(Struct, frozen=True):
    """What else is different: so many per cent more tickets on both sides, and level -> so many more people on the new
    one; fewer where negative."""

    tickets: int = 0
    people: Mapping[str, int] = {}


class _Task(Struct, frozen=True):
    """Some runs of one policy."""

    work: Workload
    in_force: Policy
    policy: Policy
    side: int
    habits: Habits
    seeds: range


_AS_RECORDED = WhatIf()

#: What one run came to: figure -> value.
_Values = dict[str, float]


def compare_by_simulation(
    work: Workload,
    old: Policy,
    new: Policy,
    habits: Habits,
    *,
    runs: int = FEWEST_RUNS,
    seed: int = 1,
    executor: Executor | None = None,
    what_if: WhatIf = _AS_RECORDED,
    runs_at_a_time: int = SHARE,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> Simulation:
    """Both policies over the same seeds, and the model held against the record. Same seeds, same result."""
    runs = max(runs, FEWEST_RUNS)
    unheeding = Habits(0.0, habits.reaction_us)
    more = grown(work, what_if.tickets)
    sides = (
        (more, old, 0, habits),
        (restaffed(more, what_if.people), new, 1, habits),
        (work, old, 0, unheeding),
    )
    tasks = [
        _Task(of, old, policy, side, how, range(first, min(first + runs_at_a_time, seed + runs)))
        for of, policy, side, how in sides
        for first in range(seed, seed + runs, runs_at_a_time)
    ]
    done: list[_Values] = []
    for part in map(_run, tasks) if executor is None else executor.map(_run, tasks):
        done += part
        on_progress(len(done))
    before, after, plain = done[:runs], done[runs : 2 * runs], done[2 * runs :]
    return Simulation(
        runs=runs,
        tickets=len(more.jobs),
        knows_levels=work.knows_levels,
        fitted=tuple(Fitted(level, staff, _quantile(work.works(level), 0.5)) for level, staff in work.staff.items()),
        habits=habits,
        figures=tuple(_figure(name, before, after) for name in _names(work)),
        fidelity=tuple(_fidelity(work, plain)),
        what_if=what_if,
    )


def _run(task: _Task) -> list[_Values]:
    judge, in_force = Judge(Compiled(task.policy), task.side), Compiled(task.in_force)
    return [_values(task.work, simulate(task.work, in_force, judge, task.habits, seed)) for seed in task.seeds]


def _values(work: Workload, run: Run) -> _Values:
    """Everything that is asked of a run, so that no run has to be kept whole."""
    values = {name: reads(run) for name, reads in _FIGURES}
    for level in _levels(work):
        for name, reads in _OF_LEVEL:
            values[f"{level}: {name}"] = reads(run, level)
    for name, of_run, _ in _samples(work):
        values.update((f"{name} {share}", _quantile(of_run(run), share)) for share in QUANTILES)
    return values


_FIGURES: tuple[tuple[str, Callable[[Run], float]], ...] = (
    ("hours until response, half of the tickets", lambda run: _quantile(run.responses, 0.5)),
    ("hours until response, nine in ten", lambda run: _quantile(run.responses, 0.9)),
    ("responses later than promised", lambda run: run.late_responses),
    ("hours until resolved, half of the tickets", lambda run: _quantile(run.resolutions, 0.5)),
    ("hours until resolved, nine in ten", lambda run: _quantile(run.resolutions, 0.9)),
    ("resolved later than promised", lambda run: run.late_resolutions),
    ("messages about tickets nobody had taken", lambda run: run.messages),
)
_OF_LEVEL: tuple[tuple[str, Callable[[Run, str], float]], ...] = (
    ("tickets worked on", lambda run, level: len(run.works.get(level, ()))),
    ("hours waited for its people, nine in ten", lambda run, level: _quantile(run.waits.get(level, ()), 0.9)),
)


def _names(work: Workload) -> Iterator[str]:
    yield from (name for name, _ in _FIGURES)
    yield from (f"{level}: {name}" for level in _levels(work) for name, _ in _OF_LEVEL)


def _levels(work: Workload) -> Sequence[str]:
    return tuple(work.staff) if work.knows_levels else ()


_Sample = tuple[str, Callable[[Run], Sequence[int]], Sequence[int]]


def _samples(work: Workload) -> Iterator[_Sample]:
    """(name, as a run has it, as recorded) of everything by which the model is held against the record."""
    yield "response", lambda run: run.responses, work.responses
    yield "resolution", lambda run: run.resolutions, work.resolutions
    for level in _levels(work):
        yield f"work at {level}", partial(_works, level), work.works(level)


def _works(level: str, run: Run) -> Sequence[int]:
    return run.works.get(level, ())


def _figure(name: str, before: Sequence[_Values], after: Sequence[_Values]) -> Figure:
    old, new = [values[name] for values in before], [values[name] for values in after]
    return Figure(name, _estimate(old), _estimate(new), _estimate([b - a for a, b in zip(old, new, strict=True)]))


def _fidelity(work: Workload, plain: Sequence[Mapping[str, float]]) -> Iterator[Fidelity]:
    for name, _, recorded in _samples(work):
        for share in QUANTILES if recorded else ():
            modelled = _estimate([values[f"{name} {share}"] for values in plain])
            yield Fidelity(name, share, _quantile(recorded, share), modelled)


def _quantile(values: Sequence[int], share: float) -> float:
    """In hours; of nothing, 0."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] / _HOUR_US if ordered else 0.0


def _estimate(values: Sequence[float]) -> Estimate:
    margin = _NORMAL * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    return Estimate(fmean(values), margin)
