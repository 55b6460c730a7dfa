"""Which steps are due by now, which targets are missed, and the next moment that matters."""

from collections.abc import Sequence

from msgspec import Struct

from rung.core.calendar.moments import to_us
from rung.core.case.case import Cycle
from rung.core.reckoning import clocks
from rung.core.reckoning.compiled import ClockRule, TimedStep, repeated
from rung.core.reckoning.look import Look
from rung.core.reckoning.look_cache import NEVER, Basis, Moment, Plan
from rung.core.vocabulary import METRICS, ClockName, Turn

_METRICS = frozenset(METRICS)


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
    """Everything the running clocks say at this moment. What comes after the memory's horizon is not worked out: of
    that `next_us` tells only that it is not due before."""
    case, now_us = look.case, look.now_us
    due: list[Due] = []
    missed: list[Missed] = []
    next_us = NEVER
    if look.unplanned:
        _plan_anew(look)
    horizon_us = max(look.memory.horizon_us, now_us)
    for cycle, plan in look.memory.running:
        if plan.next_us <= horizon_us:
            if plan.moments is None:
                _work_out(look, cycle, plan)
            if plan.next_us <= now_us:
                plan.next_us = _collect(look, cycle, plan, due, missed)
        next_us = min(next_us, plan.next_us)
    overruns = _overruns(look) if case.turn in _PAUSING else ()
    for overrun in overruns:
        if now_us < overrun.due_us < next_us:
            next_us = overrun.due_us
    if case.snoozed_until is not None:
        next_us = min(next_us, to_us(case.snoozed_until))
    if len(due) > 1:
        due.sort(key=lambda each: (each.due_us, each.rule.place, each.timed.place))
    return Timetable(
        tuple(due),
        tuple(missed),
        tuple(over for over in overruns if over.due_us <= now_us) if overruns else (),
        None if next_us == NEVER else next_us,
    )


def _plan_anew(look: Look) -> None:
    """The running cycles that somebody watches, with their plans: new ones where what they stand on has changed."""
    look.unplanned = False
    memory, case, compiled, plans = look.memory, look.case, look.compiled, look.memory.plans
    watched, target, level, spans = compiled.watched, look.applicable.target, case.level, len(case.spans)
    running = []
    for clock, cycle in case.running.items():
        if clock not in watched:
            continue
        basis: Basis = (cycle.number, spans if clock in clocks.STANDING_STILL else 0, target, level)
        plan = plans.get(clock)
        if plan is None or plan.basis != basis:
            # Working time is never longer than the time that passes.
            earliest_us = cycle.started_us + compiled.least_us(clock, target, level)
            plan = plans[clock] = Plan(basis, None, None, earliest_us)
        running.append((cycle, plan))
    memory.running = tuple(running)


def _work_out(look: Look, cycle: Cycle, plan: Plan) -> None:
    """The moments of a running cycle. They are looked through at once, whatever has fired: `_collect` knows."""
    case, compiled, standing, clock = look.case, look.compiled, look.applicable, cycle.clock
    target, own = standing.target, standing.calendar
    pauses = compiled.pauses(target, own)
    unbroken = clocks.is_unbroken(case, cycle, pauses)
    read = clocks.running_since(cycle.started_us) if unbroken else clocks.reading(case, cycle, pauses, own)
    goal = compiled.goal_us(clock, target, own) if clock in _METRICS else None
    plan.goal_us = None if goal is None else clocks.crossing(read, goal, own)
    moments = []
    for rule in compiled.by_clock[clock]:
        calendar = own if rule.rule.calendar is None else compiled.calendar(rule.rule, target, case.level)
        of_rule = read if unbroken or calendar is own else clocks.reading(case, cycle, pauses, calendar)
        for timed in compiled.thresholds(rule, target, calendar):
            at = clocks.crossing(of_rule, repeated(timed, cycle.repeat), calendar)
            if at is not None:
                moments.append(Moment(at, rule, timed))
    plan.moments = tuple(moments)
    plan.next_us = -NEVER


def _collect(look: Look, cycle: Cycle, plan: Plan, due: list[Due], missed: list[Missed]) -> int:
    """Add what a cycle has reached by now and nobody has acted upon. Returns when it reaches the next."""
    case, now_us, goal_us, number = look.case, look.now_us, plan.goal_us, cycle.number
    next_us = NEVER
    if goal_us is not None and case.missed.get(cycle.clock) != number:
        if goal_us <= now_us:
            missed.append(Missed(cycle.clock, number, goal_us))
        else:
            next_us = goal_us
    fired = case.fired
    waiting: dict[int, int] = {}
    reached: list[Moment] = []
    for moment in plan.moments or ():
        if number in fired.get(moment.timed.key, ()):
            continue
        at_us = moment.at_us
        if at_us <= now_us:
            reached.append(moment)
        elif moment.rule.place not in waiting:
            waiting[moment.rule.place] = at_us
            next_us = min(next_us, at_us)
    for moment in reached:
        deadline_us = waiting.get(moment.rule.place)
        if goal_us is not None and goal_us > now_us and (deadline_us is None or goal_us < deadline_us):
            deadline_us = goal_us
        due.append(Due(moment.at_us, moment.rule, moment.timed, cycle, deadline_us))
    return next_us


def crossed_before_the_end(look: Look, cycle: Cycle) -> Sequence[Due]:
    """The steps an ended cycle had crossed and nobody has acted upon: the engine was late."""
    case, compiled, clock = look.case, look.compiled, cycle.clock
    rules = compiled.by_clock[clock]
    if not rules or cycle.ended_us is None:
        return ()
    lasted_us = cycle.ended_us - cycle.started_us
    if compiled.least_of(clock) >= lasted_us or look.memory.judged.get((clock, cycle.number)) == cycle.ended:
        return ()
    look.memory.judged[clock, cycle.number] = cycle.ended
    standing = look.measure(cycle)
    target, level = standing.target, standing.level
    crossed = []
    for rule in rules:
        calendar = compiled.calendar(rule.rule, target, level)
        read: clocks.Reading | None = None
        for timed in compiled.thresholds(rule, target, calendar):
            threshold = repeated(timed, cycle.repeat)
            if threshold >= lasted_us or cycle.number in case.fired.get(timed.key, ()):
                continue
            read = read or look.read(cycle, calendar)
            at = clocks.crossing(read, threshold, calendar) if read.ran_us >= threshold else None
            if at is not None:
                crossed.append(Due(at, rule, timed, cycle))
    return crossed


def ran(look: Look, cycle: Cycle) -> tuple[int, int | None, int | None]:
    """(running time, goal, when the goal was missed) of a cycle on the ticket's calendar, in microseconds.

    It is missed when the clock, still running, has reached it: an answer in the night to a goal that was used up at
    closing time is too late, an answer in its last instant is not.
    """
    by = look.measure(cycle)
    own = by.calendar
    goal = look.compiled.goal_us(cycle.clock, by.target, own)
    read = look.read(cycle, own)
    total = clocks.ran_until(read, look.now_us, own)
    if goal is None or total < goal:
        return total, goal, None
    at = clocks.crossing(read, goal, own)
    return total, goal, at if at is not None and at <= look.now_us else None


def _overruns(look: Look) -> tuple[Overrun, ...]:
    case = look.case
    if look.target is None or ClockName.RESOLUTION not in case.running:
        return ()
    return tuple(
        Overrun(pause, turn, at)
        for pause, turn, at in clocks.overruns(case, look.compiled.pauses(look.target, look.calendar))
        if pause not in case.overruns
    )


#: The turns a target may pause on.
_PAUSING = frozenset({Turn.CUSTOMER, Turn.THIRD_PARTY})
