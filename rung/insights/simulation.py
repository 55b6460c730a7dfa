"""Two policies over many simulated runs: what people might have done, with intervals, and how far to believe it."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from math import sqrt
from statistics import fmean, stdev

from msgspec import Struct

from rung.core.bars_picture import paired_bars
from rung.core.compiled import Compiled
from rung.core.policy import Policy
from rung.insights.queueing import Habits, Judge, Run, simulate
from rung.insights.workload import Workload

QUANTILES = (0.25, 0.5, 0.75, 0.9, 0.95)
FEWEST_RUNS = 30
_HOUR_US = 3_600_000_000
_FEW_HOURS = 10
#: Two-sided 95 % of the normal distribution; with 30 runs and more Student's is within 4 % of it.
_NORMAL = 1.96

ASSUMPTIONS = (
    "Tickets come exactly as recorded; how long each waits and then takes is drawn anew from recorded tickets.",
    "A message about a ticket nobody has taken makes somebody take it, with that chance and after that time.",
    "One pool of people takes as many tickets at once as the record shows at its busiest, urgent ones first.",
    "Messages bring a ticket's beginning forward, not its end: what is said after it was taken changes nothing.",
    "Returning tickets are worked on once more, as often as recorded.",
)


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


class Simulation(Struct, frozen=True):
    runs: int
    tickets: int
    slots: int
    return_rate: float
    habits: Habits
    figures: tuple[Figure, ...]
    fidelity: tuple[Fidelity, ...]


class _Task(Struct, frozen=True):
    work: Workload
    in_force: Policy
    policy: Policy
    side: int
    habits: Habits
    seed: int


def compare_by_simulation(
    work: Workload,
    old: Policy,
    new: Policy,
    habits: Habits,
    *,
    runs: int = FEWEST_RUNS,
    seed: int = 1,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> Simulation:
    """Both policies over the same seeds, and the model held against the record. Same seeds, same result."""
    unheeding = Habits(0.0, habits.reaction_us)
    seeds = range(seed, seed + max(runs, FEWEST_RUNS))
    batches = [
        [_Task(work, old, policy, side, how, each) for each in seeds]
        for policy, side, how in ((old, 0, habits), (new, 1, habits), (old, 0, unheeding))
    ]
    done = 0
    results: list[list[Run]] = []
    for batch in batches:
        found: list[Run] = []
        for run in map(_run, batch) if executor is None else executor.map(_run, batch):
            found.append(run)
            done += 1
            on_progress(done)
        results.append(found)
    before, after, plain = results
    figures = tuple(_figure(name, reads, before, after) for name, reads in _FIGURES)
    fidelity = (*_fidelity("taken", work.waits, plain, _waits), *_fidelity("resolved", work.resolutions, plain, _ends))
    return Simulation(len(seeds), len(work.jobs), work.slots, work.return_rate, habits, figures, fidelity)


def as_text(found: Simulation) -> str:
    """The figures with their intervals, the assumptions, and how well the model reproduces the record."""
    habits = f"with a chance of {found.habits.heed:.0%}, after {found.habits.reaction_us / _HOUR_US:.2g} h on average"
    lines = [
        f"Simulated: {found.runs} runs of {found.tickets:,} tickets; a message is heeded {habits}",
        f"  {'':<42} {'before':>18} {'after':>18} {'difference':>20}",
    ]
    lines += [
        f"  {each.name:<42} {_said(each.before):>18} {_said(each.after):>18} {_said(each.difference, sign='+'):>20}"
        for each in found.figures
    ]
    lines += ["It assumes:", *(f"  - {assumption}" for assumption in ASSUMPTIONS)]
    lines.append("How well the model, without any messages, gives back what is recorded (hours of working time):")
    lines += [
        f"  {each.name:<10} {each.quantile:>4.0%}  recorded {each.recorded:>10.2f}  modelled {_said(each.modelled):>18}"
        for each in found.fidelity
    ]
    return "\n".join(lines) + "\n"


def fidelity_picture(found: Simulation) -> str:
    """The recorded quantiles beside the modelled ones, in hours of working time, in minutes where all are short."""
    longest = max((max(each.recorded, each.modelled.mean) for each in found.fidelity), default=0.0)
    unit, each_hour = ("minutes", 60) if longest < _FEW_HOURS else ("hours", 1)
    rows = [
        (f"{each.name}, {each.quantile:.0%}", round(each.recorded * each_hour), round(each.modelled.mean * each_hour))
        for each in found.fidelity
    ]
    title = f"How well the model gives back what is recorded ({unit} of working time)"
    return paired_bars(title, rows, ("recorded", "modelled"))


def _run(task: _Task) -> Run:
    judge = Judge(Compiled(task.policy), task.side)
    return simulate(task.work, Compiled(task.in_force), judge, task.habits, task.seed)


def _waits(run: Run) -> list[int]:
    return run.waits


def _ends(run: Run) -> list[int]:
    return run.resolutions


_FIGURES: tuple[tuple[str, Callable[[Run], float]], ...] = (
    ("hours until taken, half of the tickets", lambda run: _quantile(run.waits, 0.5)),
    ("hours until taken, nine in ten", lambda run: _quantile(run.waits, 0.9)),
    ("taken later than promised", lambda run: run.late_answers),
    ("hours until resolved, half of the tickets", lambda run: _quantile(run.resolutions, 0.5)),
    ("hours until resolved, nine in ten", lambda run: _quantile(run.resolutions, 0.9)),
    ("resolved later than promised", lambda run: run.late_resolutions),
    ("messages about tickets nobody had taken", lambda run: run.messages),
)


def _figure(name: str, reads: Callable[[Run], float], before: Sequence[Run], after: Sequence[Run]) -> Figure:
    old, new = [reads(run) for run in before], [reads(run) for run in after]
    return Figure(name, _estimate(old), _estimate(new), _estimate([b - a for a, b in zip(old, new, strict=True)]))


def _fidelity(
    name: str, recorded: Sequence[int], runs: Sequence[Run], reads: Callable[[Run], list[int]]
) -> list[Fidelity]:
    if not recorded:
        return []
    return [
        Fidelity(name, share, _quantile(recorded, share), _estimate([_quantile(reads(run), share) for run in runs]))
        for share in QUANTILES
    ]


def _quantile(values: Sequence[int], share: float) -> float:
    """In hours; of nothing, 0."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] / _HOUR_US if ordered else 0.0


def _estimate(values: Sequence[float]) -> Estimate:
    margin = _NORMAL * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    return Estimate(fmean(values), margin)


def _said(value: Estimate, sign: str = "") -> str:
    return f"{value.mean:{sign},.2f} ± {value.margin:,.2f}"
