"""Which steps are due by now, which targets are missed, and the next moment that matters."""

from collections.abc import Iterator

from msgspec import Struct

from rung.core import clocks
from rung.core.case import Case, Cycle
from rung.core.compiled import ClockRule, TimedStep, repeated
from rung.core.look import Look
from rung.core.memory import Basis, Moment, Plan
from rung.core.moments import to_us
from rung.core.vocabulary import METRICS, ClockName, Turn

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
    case, now_us = look.case, look.now_us
    due: list[Due] = []
    missed: list[Missed] = []
    next_us = _NEVER
    for cycle, plan in _running(look):
        if plan.next_us <= now_us:
            plan.next_us = _collect(look, cycle, plan, due, missed)
        next_us = min(next_us, plan.next_us)
    overruns = _overruns(look)
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
        None if next_us == _NEVER else next_us,
    )


def _running(look: Look) -> tuple[tuple[Cycle, Plan], ...]:
    """The running cycles that somebody watches, with their plans: made again where what they stand on has changed."""
    memory = look.memory
    if look.unplanned:
        look.unplanned = False
        case, watched, plans = look.case, look.compiled.watched, memory.plans
        target, level, spans = look.standing.target, case.level, len(case.spans)
        running = []
        for clock, cycle in case.running.items():
            if clock not in watched:
                continue
            basis = (cycle.number, spans if clock in clocks.STANDING_STILL else 0, target, level)
            plan = plans.get(clock)
            if plan is None or plan.basis != basis:
                plan = plans[clock] = _plan(look, cycle, basis)
            running.append((cycle, plan))
        memory.running = tuple(running)
    return memory.running


def _plan(look: Look, cycle: Cycle, basis: Basis) -> Plan:
    """The moments of a running cycle."""
    case, compiled, target, clock = look.case, look.compiled, look.target, cycle.clock
    rules = compiled.by_clock[clock]
    own = look.calendar
    goal = compiled.goal_us(clock, target, own) if clock in _METRICS else None
    read = look.read(cycle, own)
    goal_at = None if goal is None else clocks.crossing(read, goal, own)
    moments = []
    for rule in rules:
        calendar = own if rule.rule.calendar is None else compiled.calendar(rule.rule, target, case.level)
        of_rule = read if calendar is own else look.read(cycle, calendar)
        for timed in compiled.thresholds(rule, target, calendar):
            at = clocks.crossing(of_rule, threshold_us(case, cycle, timed), calendar)
            if at is not None:
                moments.append(Moment(at, rule, timed))
    # Looked through at once, whatever has fired: `_collect` knows.
    return Plan(basis, goal_at, tuple(moments), -_NEVER)


def _collect(look: Look, cycle: Cycle, plan: Plan, due: list[Due], missed: list[Missed]) -> int:
    """Add what a cycle has reached by now and nobody has acted upon. Returns when it reaches the next."""
    case, now_us, goal_us = look.case, look.now_us, plan.goal_us
    next_us = _NEVER
    if goal_us is not None and case.missed.get(cycle.clock) != cycle.number:
        if goal_us <= now_us:
            missed.append(Missed(cycle.clock, cycle.number, goal_us))
        else:
            next_us = goal_us
    waiting: dict[int, int] = {}
    reached: list[Moment] = []
    for moment in plan.moments:
        if cycle.number in case.fired.get(moment.timed.key, ()):
            continue
        if moment.at_us <= now_us:
            reached.append(moment)
        else:
            waiting.setdefault(moment.rule.place, moment.at_us)
    for moment in reached:
        ahead = [at for at in (goal_us, waiting.get(moment.rule.place)) if at is not None and at > now_us]
        due.append(Due(moment.at_us, moment.rule, moment.timed, cycle, min(ahead, default=None)))
    return min(next_us, min(waiting.values(), default=_NEVER))


def crossed_before_the_end(look: Look, cycle: Cycle) -> Iterator[Due]:
    """The steps an ended cycle had crossed and nobody has acted upon: the engine was late."""
    case, compiled = look.case, look.compiled
    rules = compiled.by_clock[cycle.clock]
    if not rules:
        return
    basis = (cycle.number, cycle.ended, look.target, case.level)
    if look.memory.judged.get(cycle.clock) == basis:
        return
    look.memory.judged[cycle.clock] = basis
    for rule in rules:
        calendar = compiled.calendar(rule.rule, look.target, case.level)
        read: clocks.Reading | None = None
        for timed in compiled.thresholds(rule, look.target, calendar):
            threshold = threshold_us(case, cycle, timed)
            if cycle.ended_us is None or threshold >= cycle.ended_us - cycle.started_us:
                continue
            if case.has_fired(rule.rule.id, timed.step.id, cycle.number):
                continue
            read = read or look.read(cycle, calendar)
            at = clocks.crossing(read, threshold, calendar) if read.ran_us >= threshold else None
            if at is not None:
                yield Due(at, rule, timed, cycle)


def ran(look: Look, cycle: Cycle) -> tuple[int, int | None, int | None]:
    """(running time, goal, when the goal was missed) of a cycle on the ticket's calendar, in microseconds.

    It is missed when the clock, still running, has reached it: whoever answers in the night a goal that was used up at
    closing time answers too late, whoever answers in its last instant does not.
    """
    own = look.calendar
    goal = look.compiled.goal_us(cycle.clock, look.target, own)
    read = look.read(cycle, own)
    total = clocks.ran_until(read, look.now_us, own)
    if goal is None or total < goal:
        return total, goal, None
    at = clocks.crossing(read, goal, own)
    if (at is None or at > look.now_us) and total == goal and look.case.missed.get(cycle.clock) == cycle.number:
        # Ended or stopped in that instant, but a look had come first: it is on the timeline.
        at = look.now_us
    return total, goal, at if at is not None and at <= look.now_us else None


def threshold_us(case: Case, cycle: Cycle, timed: TimedStep) -> int:
    """The running time at which a step stands in this cycle: repeated offers wait longer, microseconds."""
    if cycle.clock is not ClockName.UNACCEPTED:
        return timed.threshold_us
    offer = case.offer(cycle.number)
    return timed.threshold_us if offer is None else repeated(timed, offer.repeat)


def _overruns(look: Look) -> tuple[Overrun, ...]:
    case = look.case
    if case.turn not in _PAUSING or look.target is None or ClockName.RESOLUTION not in case.running:
        return ()
    return tuple(
        Overrun(pause, turn, at)
        for pause, turn, at in clocks.overruns(case, look.compiled.pauses(look.target, look.calendar))
        if pause not in case.overruns
    )


#: The turns a target may pause on.
_PAUSING = frozenset({Turn.CUSTOMER, Turn.THIRD_PARTY})
