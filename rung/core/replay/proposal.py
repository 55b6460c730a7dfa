"""Proposes when a rule should warn: the share of its target that catches the most breaches for the fewest messages.

What people did is fixed in a record, so a breach counts as caught when a warning would have come early enough before it
for somebody to act: `reaction`, working time on the target's calendar. That is an assumption, and shown as one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta

from msgspec import Struct

from rung.core.calendar import ALWAYS
from rung.core.calendar.durations import From
from rung.core.calendar.moments import SECOND_US, duration_us
from rung.core.case.case import Cycle
from rung.core.case.events import CyclesJudged
from rung.core.conditions.evaluation import Predicate, predicate
from rung.core.log.events import History
from rung.core.oncall.roster import Roster
from rung.core.policy.model import All, Policy, Rule
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.facts import facts
from rung.core.reckoning.look import Look
from rung.core.reckoning.timetable import ran
from rung.core.replay.replay import SHARE, STAFFED
from rung.core.replay.ticket import Replay
from rung.core.replay.totals import Totals
from rung.core.vocabulary import METRICS, ClockName

#: Shares that are tried, in percent.
SHARES = tuple(range(5, 100, 5))

#: Gained or saved less than this of what is possible, a change is not worth proposing.
_WORTH_IT = 0.02


class Point(Struct, frozen=True):
    """What a warning at this share of the target would have meant."""

    percent: int
    messages: int
    caught: int


class Proposal(Struct, frozen=True):
    """One rule. `step`: the number of its first step measured by a share. `best` None: good as it is."""

    rule: str
    clock: str
    number: int
    step: int
    cycles: int
    breaches: int
    now: Point
    best: Point | None
    curve: tuple[Point, ...]


#: (rule's place, goal in microseconds, how many of SHARES were passed, whether the goal was) -> cycles.
_Counts = Counter[tuple[int, int, int, bool]]


class _Share(Struct, frozen=True):
    histories: tuple[History, ...]
    policy: Policy
    end: datetime
    roster: Roster


def propose(
    histories: Sequence[History],
    policy: Policy,
    *,
    end: datetime,
    reaction: timedelta,
    roster: Roster = STAFFED,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _tickets: None,
) -> tuple[Proposal, ...]:
    """For every rule that warns by a share of a target: its curve, and the share to choose."""
    shares = [_Share(tuple(histories[at : at + SHARE]), policy, end, roster) for at in range(0, len(histories), SHARE)]
    parts = map(_observe, shares) if executor is None else executor.map(_observe, shares)
    counts: _Counts = Counter()
    done = 0
    for part, share in zip(parts, shares, strict=True):
        counts.update(part)
        done += len(share.histories)
        on_progress(done)
    return tuple(_proposal(policy, place, step, counts, reaction) for place, _, step in _warnings(policy))


def _warnings(policy: Policy) -> Iterator[tuple[int, Rule, int]]:
    """(place, rule, step): the first step of each rule that stands at a share of a target below all of it."""
    for place, rule in enumerate(policy.rules):
        if rule.clock not in METRICS:
            continue
        for number, step in enumerate(rule.steps):
            if step.at.measured is From.SHARE and step.at.percent < 100:
                yield place, rule, number
                break


class _Observer(Replay):
    """A replay that keeps how long the cycles of each rule's clock ran."""

    def __init__(
        self, history: History, compiled: Compiled, roster: Roster, watched: "_Watched", counts: _Counts
    ) -> None:
        super().__init__(history, compiled, roster, Totals())
        self.watched = watched
        self.counts = counts

    def _judge(self, event: CyclesJudged) -> None:
        super()._judge(event)
        for result in event.results:
            if result.goal:
                goal = round(result.goal * SECOND_US)
                self._count(result.clock, round(result.ran * SECOND_US), goal, missed=result.met is False)

    def _count_running(self, end: datetime) -> None:
        super()._count_running(end)
        look = Look(self.case, self.compiled, self.roster, end)
        cycles: list[Cycle] = [cycle for clock, cycle in self.case.running.items() if clock in METRICS]
        for cycle in cycles:
            so_far, goal, missed_us = ran(look, cycle)
            if goal:
                self._count(cycle.clock, so_far, goal, missed=missed_us is not None)

    def _count(self, clock: ClockName, ran_us: int, goal_us: int, *, missed: bool) -> None:
        known = facts(self.case)
        passed = sum(ran_us > goal_us * percent // 100 for percent in SHARES)
        for place, applies in self.watched.get(clock, ()):
            if applies(known):
                self.counts[place, goal_us, passed, missed] += 1


_Watched = dict[ClockName, list[tuple[int, Predicate]]]


def _observe(share: _Share) -> _Counts:
    watched: _Watched = {}
    for place, rule, step in _warnings(share.policy):
        if rule.clock is not None:
            applies = predicate(All((rule.when, rule.steps[step].when)))
            watched.setdefault(rule.clock, []).append((place, applies))
    counts: _Counts = Counter()
    compiled = Compiled(share.policy)
    for history in share.histories:
        _Observer(history, compiled, share.roster, watched, counts).run(share.end)
    return counts


def _proposal(policy: Policy, place: int, step: int, counts: _Counts, reaction: timedelta) -> Proposal:
    rule = policy.rules[place]
    own = {key: count for key, count in counts.items() if key[0] == place}
    needed = duration_us(reaction)
    curve = tuple(_point(percent, own, needed) for percent in SHARES)
    now = _point(rule.steps[step].at.percent, own, needed)
    return Proposal(
        rule=rule.name,
        clock=str(rule.clock),
        number=place,
        step=step,
        cycles=sum(own.values()),
        breaches=sum(count for (_, _, _, breached), count in own.items() if breached),
        now=now,
        best=_best(curve, now, _latest(policy, rule, step)),
        curve=curve,
    )


def _point(percent: int, own: dict[tuple[int, int, int, bool], int], needed: int) -> Point:
    messages = caught = 0
    for (_, goal, passed, breached), count in own.items():
        # A share between two that were tried counts as the later of them, so that nothing is promised too much.
        if passed < sum(share < percent for share in SHARES) + 1 and not breached:
            continue
        messages += count
        if breached and goal * (100 - percent) // 100 >= needed:
            caught += count
    return Point(percent, messages, caught)


def _latest(policy: Policy, rule: Rule, step: int) -> float:
    """A warning stays before the next steps of its rule, for every target: the share of it at which they stand."""
    found = [100.0]
    for target in policy.targets:
        goal = target.goal(rule.clock) if rule.clock is not None else None
        if goal is None:
            continue
        calendar = policy.calendars.get(rule.calendar or target.calendar or "", ALWAYS)
        length = goal.on(calendar)
        later = [at for each in rule.steps[step + 1 :] if (at := each.at.of(length, calendar)) is not None]
        found += [100 * (at / length) for at in later]
    return min(found)


def _best(curve: Sequence[Point], now: Point, latest: float) -> Point | None:
    """The point furthest above the diagonal from nothing to everything (the knee of the curve); None: stay."""
    most_caught = max((point.caught for point in curve), default=0)
    most_messages = max((point.messages for point in curve), default=0)
    if not most_caught or not most_messages:
        return None

    def worth(point: Point) -> float:
        return point.caught / most_caught - point.messages / most_messages

    allowed = [point for point in curve if point.percent < latest]
    best = max(allowed, key=lambda point: (worth(point), point.percent), default=now)
    return best if best.percent != now.percent and worth(best) > worth(now) + _WORTH_IT else None
