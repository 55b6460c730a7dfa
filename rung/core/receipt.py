"""The clock receipt: every second of every clock accounted for, what fired and why, what is next, and why not."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from rung.core import clocks, timetable
from rung.core import events as e
from rung.core import plain_words as words
from rung.core.calendar import Calendar
from rung.core.case import Case, Cycle
from rung.core.compiled import ClockRule, Compiled, PlainRule, TimedStep
from rung.core.conditions import Facts, holds
from rung.core.desk import Desk
from rung.core.explain import Part, deciding
from rung.core.facts import facts as facts_of
from rung.core.fold import fold, rebuild
from rung.core.hindsight import as_they_count
from rung.core.look import Look
from rung.core.moments import from_us, to_us
from rung.core.outlook import Upcoming, upcoming
from rung.core.past import Past, as_of
from rung.core.policy import Rule, Step, When
from rung.core.told_late import ToldLate, told_late
from rung.core.vocabulary import METRICS, ClockName
from rung.core.wording import say, word

_MICROSECOND = timedelta(microseconds=1)


class Why(StrEnum):
    """What a stretch of time did to a clock."""

    RAN = "ran"
    PAUSED = "paused"
    OUTSIDE = "outside hours"


class Line(Struct, frozen=True):
    """A stretch of one cycle. `event`: the number of the event that began it; `elapsed` is `end - start`."""

    start: datetime
    end: datetime
    why: Why
    event: int
    turn: str

    @property
    def elapsed(self) -> timedelta:
        return self.end - self.start


class CycleReceipt(Struct, frozen=True):
    """One cycle. The elapsed times of `lines` add up to `elapsed`; those that ran add up to `ran`."""

    clock: ClockName
    cycle: int
    started_at: datetime
    until: datetime
    ended: bool
    lines: tuple[Line, ...]
    ran: timedelta
    paused: timedelta
    outside: timedelta
    goal: timedelta | None
    deadline_at: datetime | None
    #: None without a goal; a running cycle is met so far.
    met: bool | None

    @property
    def elapsed(self) -> timedelta:
        return self.until - self.started_at


class Fired(Struct, frozen=True):
    """A step acted upon: when it was due, how late, and through which condition with the facts of that moment."""

    number: int
    rule: str
    rule_name: str
    step: str
    clock: ClockName | None
    cycle: int
    due_at: datetime
    at: datetime
    outcome: e.StepOutcome
    because: tuple[Part, ...]
    #: The number of the event that, by what was told later, had ended the clock before the step was due.
    unknown: int | None = None

    @property
    def late(self) -> timedelta:
        return self.at - self.due_at


class NotYet(Struct, frozen=True):
    """Why a rule has not acted, or not gone further: one sentence, and the parts of its condition that decide."""

    rule: str
    rule_name: str
    sentence: str
    parts: tuple[Part, ...] = ()
    #: Only its time has not come: it is among what is next.
    ahead: bool = False


class Receipt(Struct, frozen=True):
    now: datetime
    policy: int
    target: int | None
    #: Place and opening of the calendar the targets count on: its name, None for `always`.
    calendar: str | None
    cycles: tuple[CycleReceipt, ...]
    fired: tuple[Fired, ...]
    next: tuple[Upcoming, ...]
    why_not: tuple[NotYet, ...]
    told_late: tuple[ToldLate, ...] = ()


def receipt(history: Sequence[e.AnyEvent], compiled: Compiled, desk: Desk, now: datetime) -> Receipt:
    """The receipt of a ticket from all its events, at a moment. Costs one more fold of the history."""
    case = rebuild(history)
    look = Look(case, compiled, desk, now)
    goals = _judged(history)
    ended = {(cycle.clock, cycle.number): cycle for cycle in _ended_cycles(history)}
    judging = dict(_judging(history, compiled, desk))
    cycles = [*ended.values(), *case.running.values()]
    return Receipt(
        now=look.now,
        policy=case.policy,
        target=look.target,
        calendar=_calendar_name(look),
        cycles=tuple(
            _cycle(judging.get((cycle.clock, cycle.number), look), cycle, goals)
            for cycle in sorted(cycles, key=lambda c: (c.number, c.clock))
        ),
        fired=tuple(_fired(history, compiled)),
        next=upcoming(look),
        why_not=tuple(_why_not(look)),
        told_late=tuple(told_late(history)),
    )


def lines(look: Look, cycle: Cycle, calendar: Calendar) -> tuple[Line, ...]:
    """Every stretch of a cycle up to now: when it ran, was paused, or lay outside hours. No gap, no overlap."""
    end_us = look.now_us if cycle.ended_us is None else cycle.ended_us
    read = look.read(cycle, calendar)
    running = [(s.start_us, end_us if s.end_us is None else s.end_us) for s in read.stretches]
    cuts = {cycle.started_us, end_us}
    cuts.update(span.since_us for span in look.case.spans if cycle.started_us < span.since_us < end_us)
    cuts.update(edge for stretch in running for edge in stretch if cycle.started_us < edge < end_us)
    edges = sorted(cuts)
    found: list[Line] = []
    for start, end in pairwise(edges):
        runs = any(from_ <= start and end <= to for from_, to in running)
        found += _split(look.case, cycle, start, end, calendar) if runs else [_paused(look.case, cycle, start, end)]
    return tuple(found)


def _cycle(look: Look, cycle: Cycle, goals: dict[tuple[ClockName, int], e.Judgement]) -> CycleReceipt:
    own = look.calendar
    every = lines(look, cycle, own)
    judged = goals.get((cycle.clock, cycle.number))
    goal_us = look.compiled.goal_us(cycle.clock, look.target, own) if cycle.clock in METRICS else None
    goal = None if goal_us is None else goal_us * _MICROSECOND
    if judged is not None:
        goal = None if judged.goal is None else timedelta(seconds=judged.goal)
    ran = _sum(every, Why.RAN)
    deadline = None
    if goal is not None and cycle.ended_us is None:
        at = clocks.crossing(look.read(cycle, own), goal // _MICROSECOND, own)
        deadline = None if at is None else from_us(at)
    return CycleReceipt(
        clock=cycle.clock,
        cycle=cycle.number,
        started_at=from_us(cycle.started_us),
        until=look.now if cycle.ended_us is None else from_us(cycle.ended_us),
        ended=cycle.ended_us is not None,
        lines=every,
        ran=ran,
        paused=_sum(every, Why.PAUSED),
        outside=_sum(every, Why.OUTSIDE),
        goal=goal,
        deadline_at=deadline,
        met=judged.met if judged is not None else (None if goal is None else timetable.ran(look, cycle)[2] is None),
    )


def _split(case: Case, cycle: Cycle, start_us: int, end_us: int, calendar: Calendar) -> Iterator[Line]:
    """A running stretch cut at the openings and closings of its calendar."""
    at = start_us
    while at < end_us:
        here = from_us(at)
        if calendar.is_open_us(at):
            closing = calendar.next_closing(here)
            why, edge = Why.RAN, closing
        else:
            why, edge = Why.OUTSIDE, calendar.next_opening(here)
        until = from_us(end_us) if edge is None else min(edge, from_us(end_us))
        yield Line(here, until, why, *_began(case, cycle, at))
        at = to_us(until)


def _paused(case: Case, cycle: Cycle, start_us: int, end_us: int) -> Line:
    return Line(from_us(start_us), from_us(end_us), Why.PAUSED, *_began(case, cycle, start_us))


def _began(case: Case, cycle: Cycle, at_us: int) -> tuple[int, str]:
    """The event that began the span a moment lies in, or the cycle where it began later, and whose turn it was."""
    span = next((span for span in reversed(case.spans) if span.since_us <= at_us), case.spans[0])
    return cycle.number if span.since_us <= cycle.started_us else span.number, str(span.turn)


def _sum(every: Sequence[Line], why: Why) -> timedelta:
    return sum((line.elapsed for line in every if line.why is why), timedelta())


def _judged(history: Sequence[e.AnyEvent]) -> dict[tuple[ClockName, int], e.Judgement]:
    return {
        (result.clock, result.cycle): result
        for event in history
        if isinstance(event, e.CyclesJudged)
        for result in event.results
    }


def _judging(
    history: Sequence[e.AnyEvent], compiled: Compiled, desk: Desk
) -> Iterator[tuple[tuple[ClockName, int], Look]]:
    """Each judged cycle with the look that judged it: on its calendar it was counted, whatever became of the ticket
    later. What another version has judged is counted by the present one; its goal stays."""
    case = Case()
    for event in as_they_count(history):
        if isinstance(event, e.CyclesJudged):
            look = Look(case.copy(), compiled, desk, event.at)
            yield from (((result.clock, result.cycle), look) for result in event.results)
        fold(case, event)


def _ended_cycles(history: Sequence[e.AnyEvent]) -> Iterator[Cycle]:
    """Every cycle that has ended, in the order of their ends, read off the fold as it goes."""
    case = Case()
    known: set[tuple[ClockName, int]] = set()
    for event in as_they_count(history):
        fold(case, event)
        for cycle in case.ended:
            if (cycle.clock, cycle.number) not in known:
                known.add((cycle.clock, cycle.number))
                yield cycle


def _fired(history: Sequence[e.AnyEvent], compiled: Compiled) -> Iterator[Fired]:
    case = Case()
    rules = {rule.id: rule for rule in compiled.policy.rules}
    plain = {rule.rule.id: rule.rule for rule in compiled.plain_rules}
    every = as_they_count(history)
    for place, event in enumerate(every):
        if isinstance(event, e.StepFired):
            rule = rules.get(event.rule) or plain.get(event.rule)
            yield Fired(
                number=event.number,
                rule=event.rule,
                rule_name=event.rule if rule is None else rule.name,
                step=event.step,
                clock=event.clock,
                cycle=event.cycle,
                due_at=event.due_at,
                at=event.at,
                outcome=event.outcome,
                because=()
                if rule is None
                else _because(rule, event.step, _facts_at(event, every[:place], case, compiled)),
                unknown=_ended_unknown(event, case),
            )
        fold(case, event)


def _ended_unknown(event: e.StepFired, case: Case) -> int | None:
    """What had ended the step's clock before it, though the desk was told of it only afterwards."""
    if case.number < event.number or event.outcome is not e.StepOutcome.FIRED:
        return None
    ends = (each.ended for each in case.ended if each.clock is event.clock and each.number == event.cycle)
    return next((number for number in ends if number > event.number), None)


def _facts_at(event: e.StepFired, before: Sequence[e.AnyEvent], case: Case, compiled: Compiled) -> Facts:
    """The facts by which a step was judged: those of its crossing, also where the look came late."""
    if event.clock is None or case.last_at is None or event.due_at >= case.last_at:
        return facts_of(case)
    return facts_of(as_of(Past(lambda: before), compiled, case, to_us(event.due_at)))


def _because(rule: Rule, step: str, facts: Facts) -> tuple[Part, ...]:
    whens: list[When] = [rule.when]
    whens += [each.when for each in rule.steps if each.id == step]
    return tuple(part for when in whens for part in deciding(when, facts))


def _why_not(look: Look) -> Iterator[NotYet]:
    for rule in look.compiled.clock_rules:
        for step in rule.rule.steps:
            yield _step_not_yet(look, rule, step)
    for plain in look.compiled.plain_rules:
        yield _plain_not_yet(look, plain)


def _step_not_yet(look: Look, of_clock: ClockRule, step: Step) -> NotYet:
    rule = of_clock.rule
    name = f"{rule.name}, {step.at}"
    cycle = look.case.running.get(of_clock.clock)
    if cycle is None:
        return NotYet(rule.id, name, say("its clock %(clock)s is not running", clock=word(of_clock.clock)))
    if look.case.has_fired(rule.id, step.id, cycle.number):
        return NotYet(rule.id, name, say("it has been acted upon in this cycle; once is all"))
    failing = [when for when in (rule.when, step.when) if not holds(when, look.facts)]
    if failing:
        parts = tuple(part for when in failing for part in deciding(when, look.facts))
        return NotYet(rule.id, name, say("its condition does not hold as things stand"), parts)
    calendar = look.compiled.calendar(rule, look.target, look.case.level)
    thresholds = look.compiled.thresholds(of_clock, look.target, calendar)
    timed = next((each for each in thresholds if each.step is step), None)
    if timed is None:
        none = say("this ticket has no target for it, or one shorter than the step stands before it")
        return NotYet(rule.id, name, none)
    return _time_not_come(look, rule, cycle, timed)


def _time_not_come(look: Look, rule: Rule, cycle: Cycle, timed: TimedStep) -> NotYet:
    name, calendar = f"{rule.name}, {timed.step.at}", look.compiled.calendar(rule, look.target, look.case.level)
    threshold = timetable.threshold_us(look.case, cycle, timed)
    read = look.read(cycle, calendar)
    at = clocks.crossing(read, threshold, calendar)
    if at is None:
        return NotYet(rule.id, name, say("its clock is paused"))
    if at <= look.now_us:
        return NotYet(rule.id, name, say("its time has come: it acts at the next look"))
    ran = clocks.ran_until(read, look.now_us, calendar) * _MICROSECOND
    has_run = words.span(ran) if ran >= timedelta(seconds=1) else say("no time")
    said = say("its clock has run %(ran)s of %(whole)s", ran=has_run, whole=words.span(threshold * _MICROSECOND))
    if threshold != timed.threshold_us:
        said += say(", since each repeat of an offer waits twice as long")
    return NotYet(rule.id, name, said, ahead=True)


def _plain_not_yet(look: Look, plain: PlainRule) -> NotYet:
    rule = plain.rule
    if plain.when(look.facts):
        if rule.id in look.case.episodes:
            return NotYet(rule.id, rule.name, say("it has acted, and acts again only after its condition has ceased"))
        return NotYet(rule.id, rule.name, say("its condition holds: it acts at the next look"))
    return NotYet(rule.id, rule.name, say("its condition does not hold"), deciding(rule.when, look.facts))


def _calendar_name(look: Look) -> str | None:
    own = look.calendar
    return next((name for name, calendar in look.compiled.policy.calendars.items() if calendar is own), None)
