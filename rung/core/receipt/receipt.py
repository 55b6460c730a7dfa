"""The clock receipt: every second of every clock accounted for, what fired and why, what is next, and why not."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from rung.core.calendar import Calendar
from rung.core.calendar.moments import from_us, to_us
from rung.core.case import events as e
from rung.core.case.case import Case, Cycle
from rung.core.case.fold import fold, rebuild
from rung.core.case.late_events import as_they_count
from rung.core.oncall.roster import Roster
from rung.core.receipt.late_messages import LateMessage, told_late
from rung.core.receipt.outlook import Upcoming, upcoming
from rung.core.receipt.reasons import Fired, NotYet, fired, why_not
from rung.core.reckoning import clocks, timetable
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.look import Look
from rung.core.vocabulary import METRICS, ClockName

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
    told_late: tuple[LateMessage, ...] = ()
    #: Answers known not to have arrived.
    taken_back: tuple[e.TakenBack, ...] = ()


def receipt(history: Sequence[e.AnyEvent], compiled: Compiled, roster: Roster, now: datetime) -> Receipt:
    """The receipt of a ticket from all its events, at a moment. Costs one more fold of the history."""
    case = rebuild(history)
    look = Look(case, compiled, roster, now)
    goals = _judged(history)
    ended = {(cycle.clock, cycle.number): cycle for cycle in _ended_cycles(history)}
    cycles = [*ended.values(), *case.running.values()]
    return Receipt(
        now=look.now,
        policy=case.policy,
        target=look.target,
        calendar=_calendar_name(look),
        cycles=tuple(_cycle(look, cycle, goals) for cycle in sorted(cycles, key=lambda c: (c.number, c.clock))),
        fired=tuple(fired(history, compiled)),
        next=upcoming(look),
        why_not=tuple(why_not(look)),
        told_late=tuple(told_late(history)),
        taken_back=tuple(event for event in history if isinstance(event, e.TakenBack)),
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
    by = look.measure(cycle)
    own = by.calendar
    every = lines(look, cycle, own)
    judged = goals.get((cycle.clock, cycle.number))
    goal_us = look.compiled.goal_us(cycle.clock, by.target, own) if cycle.clock in METRICS else None
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


def _calendar_name(look: Look) -> str | None:
    own = look.calendar
    return next((name for name, calendar in look.compiled.policy.calendars.items() if calendar is own), None)
