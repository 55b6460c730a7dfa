"""Which steps are due by now, which targets are missed, and the next moment that matters."""

from collections.abc import Iterator

from msgspec import Struct

from rung.core import clocks
from rung.core.calendar import Calendar
from rung.core.case import Case, Cycle
from rung.core.compiled import ClockRule, Compiled, TimedStep, repeated
from rung.core.look import Look
from rung.core.moments import to_us
from rung.core.vocabulary import METRICS, ClockName

_METRICS = frozenset(METRICS)
_NEVER = 1 << 62


class Due(Struct, frozen=True):
    """A step whose running time was reached at `due_us`."""

    due_us: int
    rule: ClockRule
    timed: TimedStep
    cycle: Cycle
    #: When the next step of the rule, or the clock's target, is reached: a notice is never held beyond it.
    deadline_us: int | None = None


class Missed(Struct, frozen=True):
    """A running clock that has passed its target."""

    metric: ClockName
    cycle: int
    due_us: int


class Overrun(Struct, frozen=True):
    """A pause that is used up."""

    pause: int
    turn: str
    due_us: int


class Timetable(Struct, frozen=True):
    due: tuple[Due, ...]
    missed: tuple[Missed, ...]
    overruns: tuple[Overrun, ...]
    #: The next moment at which something will be due, None if nothing ever is by itself.
    next_us: int | None


def timetable(look: Look) -> Timetable:
    """Everything the running clocks say at this moment."""
    case, compiled, now_us = look.case, look.compiled, look.now_us
    target, level = look.target, case.level
    own = compiled.calendar(None, target, level)
    due: list[Due] = []
    missed: list[Missed] = []
    next_us = _NEVER
    for clock, cycle in case.running.items():
        rules = compiled.by_clock[clock]
        goal = compiled.goal_us(clock, target, own) if clock in _METRICS else None
        if not rules and goal is None:
            continue
        if goal is not None:
            goal_at = clocks.crossing(look.read(cycle, own), goal, own)
            if goal_at is not None and case.missed.get(clock) != cycle.number:
                if goal_at <= now_us:
                    missed.append(Missed(clock, cycle.number, goal_at))
                else:
                    next_us = min(next_us, goal_at)
        else:
            goal_at = None
        for rule in rules:
            found, soonest = _of_rule(look, rule, cycle, own)
            if found:
                ahead = [at for at in (goal_at, soonest) if at is not None and at > now_us]
                limit = min(ahead, default=None)
                due += [Due(at, rule, timed, cycle, limit) for at, timed in found]
            if soonest is not None:
                next_us = min(next_us, soonest)
    overruns = tuple(_overruns(case, compiled, target, own))
    next_us = min(next_us, *(over.due_us for over in overruns if over.due_us > now_us), _NEVER)
    if case.snoozed_until is not None:
        next_us = min(next_us, to_us(case.snoozed_until))
    due.sort(key=lambda each: (each.due_us, each.rule.place, each.timed.place))
    return Timetable(
        tuple(due),
        tuple(missed),
        tuple(over for over in overruns if over.due_us <= now_us),
        None if next_us == _NEVER else next_us,
    )


def crossed_before_the_end(look: Look, cycle: Cycle) -> Iterator[Due]:
    """The steps an ended cycle had crossed and nobody has acted upon: the engine was late."""
    case, compiled = look.case, look.compiled
    for rule in compiled.by_clock[cycle.clock]:
        calendar = compiled.calendar(rule.rule, look.target, case.level)
        read: clocks.Reading | None = None
        for timed in compiled.thresholds(rule, look.target, calendar):
            threshold = _threshold(case, cycle, timed)
            if cycle.ended_us is None or threshold >= cycle.ended_us - cycle.started_us:
                continue
            if case.has_fired(rule.rule.id, timed.step.id, cycle.number):
                continue
            read = read or look.read(cycle, calendar)
            if read.ran_us > threshold:
                at = clocks.crossing(read, threshold, calendar)
                yield Due(cycle.ended_us if at is None else at, rule, timed, cycle)


def ran(look: Look, cycle: Cycle) -> tuple[int, int | None, int | None]:
    """(running time, goal, when the goal was reached) of a cycle on the ticket's calendar, in microseconds."""
    own = look.calendar
    goal = look.compiled.goal_us(cycle.clock, look.target, own)
    read = look.read(cycle, own)
    total = clocks.ran_until(read, look.now_us, own)
    return total, goal, None if goal is None or total <= goal else clocks.crossing(read, goal, own)


def _of_rule(
    look: Look, rule: ClockRule, cycle: Cycle, own: Calendar
) -> tuple[list[tuple[int, TimedStep]], int | None]:
    """The rule's steps that are due in this cycle, and when the first of the others will be."""
    case, compiled = look.case, look.compiled
    calendar = own if rule.rule.calendar is None else compiled.calendar(rule.rule, look.target, case.level)
    read: clocks.Reading | None = None
    due = []
    soonest: int | None = None
    for timed in compiled.thresholds(rule, look.target, calendar):
        cycles = case.fired.get(timed.key)
        if cycles is not None and cycle.number in cycles:
            continue
        if read is None:
            read = look.read(cycle, calendar)
        at = clocks.crossing(read, _threshold(case, cycle, timed), calendar)
        if at is None:
            continue
        if at <= look.now_us:
            due.append((at, timed))
        elif soonest is None or at < soonest:
            soonest = at
    return due, soonest


def _threshold(case: Case, cycle: Cycle, timed: TimedStep) -> int:
    if cycle.clock is not ClockName.UNACCEPTED:
        return timed.threshold_us
    offer = case.offer(cycle.number)
    return timed.threshold_us if offer is None else repeated(timed, offer.repeat)


def _overruns(case: Case, compiled: Compiled, target: int | None, own: Calendar) -> Iterator[Overrun]:
    if ClockName.RESOLUTION not in case.running or target is None:
        return
    for pause, turn, at in clocks.overruns(case, compiled.pauses(target, own)):
        if pause not in case.overruns:
            yield Overrun(pause, turn, at)
