"""How long a clock has run, and when it will have run so long: sums over the spans of a case."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

from rung.core.calendar import Calendar
from rung.core.case.case import Case, Cycle, Span
from rung.core.vocabulary import ClockName, Turn

#: Clocks that stand still while it is the customer's turn.
_REPLY_CLOCKS = frozenset({ClockName.FIRST_RESPONSE, ClockName.NEXT_RESPONSE, ClockName.UPDATE})
_PAUSABLE = frozenset({ClockName.RESOLUTION, ClockName.AT_LEVEL})
_OURS = frozenset({ClockName.UNASSIGNED, ClockName.IDLE})
#: Clocks that do not run in every span of a case.
STANDING_STILL = _REPLY_CLOCKS | _PAUSABLE | _OURS

#: No limit, in microseconds.
UNLIMITED = 1 << 62


class Stretch(Struct, frozen=True):
    """A time during which the clock runs; `end_us` None: it still does."""

    start_us: int
    end_us: int | None


class Pauses(Struct, frozen=True):
    """The turns that pause `resolution` and `at_level`, each with the longest a pause may last: microseconds of
    working time on the ticket's own calendar, whichever calendar a rule counts on."""

    limits: Mapping[Turn, int]
    calendar: Calendar


class Reading(Struct, frozen=True):
    """A cycle's running time. `ran_us`: working time of the finished stretches; `open_us`: since when it runs now,
    or will run again by itself (None: it stands still until something happens)."""

    stretches: tuple[Stretch, ...]
    ran_us: int
    open_us: int | None


def reading(case: Case, cycle: Cycle, pauses: Pauses, calendar: Calendar) -> Reading:
    """Read one cycle on a calendar."""
    stretches = tuple(_stretches(case, cycle, pauses))
    ran = 0
    open_us = None
    for stretch in stretches:
        if stretch.end_us is None:
            open_us = stretch.start_us
        else:
            ran += calendar.between_us(stretch.start_us, stretch.end_us)
    return Reading(stretches, ran, open_us)


def running_since(start_us: int) -> Reading:
    """Of a cycle that has run without a break."""
    return Reading((), 0, start_us)


def is_unbroken(case: Case, cycle: Cycle, pauses: Pauses) -> bool:
    """Whether a running cycle is sure to have run without a break since it started; if it does not look so at once,
    `reading` will tell."""
    clock, span = cycle.clock, case.spans[-1]
    if clock not in STANDING_STILL:
        return True
    if cycle.carried:
        return False
    if span.since_us > cycle.started_us or span.number > cycle.number:
        return False
    if clock in _REPLY_CLOCKS:
        return span.turn is not Turn.CUSTOMER
    if clock in _PAUSABLE:
        return span.turn not in pauses.limits
    return span.turn is Turn.OURS and span.snoozed_until_us is None and not span.offering


def ran_until(read: Reading, now_us: int, calendar: Calendar) -> int:
    """The running time at a moment, in microseconds of working time."""
    if read.open_us is None or now_us <= read.open_us:
        return read.ran_us
    return read.ran_us + calendar.between_us(read.open_us, now_us)


def crossing(read: Reading, threshold_us: int, calendar: Calendar) -> int | None:
    """The moment at which the clock, still running, reaches a threshold; None: not as things stand, or centuries ahead.

    What ends or stops it in that very instant has come first: it is reached when the clock runs on.
    """
    try:
        return _crossing(read, threshold_us, calendar)
    except OverflowError:
        return None


def _crossing(read: Reading, threshold_us: int, calendar: Calendar) -> int | None:
    left = threshold_us - read.ran_us
    if left <= 0:
        left = threshold_us
        for stretch in read.stretches:
            if stretch.end_us is None:
                break
            ran = calendar.between_us(stretch.start_us, stretch.end_us)
            if left <= ran and (at := calendar.add_us(stretch.start_us, left)) < stretch.end_us:
                return at
            left -= ran
    return None if read.open_us is None else calendar.add_us(read.open_us, left)


def overruns(case: Case, pauses: Pauses) -> Iterator[tuple[int, Turn, int]]:
    """The present pause of the resolution clock, if limited: (number of its first event, turn, when it is used up)."""
    if case.turn not in pauses.limits or not case.spans:
        return
    pause = case.spans[-1]
    for span in reversed(case.spans):
        if span.turn is not case.turn:
            break
        pause = span
    limit = pauses.limits[case.turn]
    if limit < UNLIMITED:
        yield pause.number, pause.turn, pauses.calendar.add_us(pause.since_us, limit)


def _stretches(case: Case, cycle: Cycle, pauses: Pauses) -> Iterator[Stretch]:
    clock = cycle.clock
    if clock in _REPLY_CLOCKS:
        return _while_not_the_customers_turn(case.spans, cycle)
    if clock in _PAUSABLE:
        return _unless_paused(case.spans, cycle, pauses)
    if clock in _OURS:
        return _while_ours(case.spans, cycle, idle=clock is ClockName.IDLE)
    return iter((Stretch(cycle.started_us, cycle.ended_us),))


def _first(spans: list[Span], start_us: int, number: int) -> int:
    """The place of the span in which a cycle started: the newest that began no later than its event."""
    place = len(spans) - 1
    while place > 0 and (spans[place].since_us > start_us or spans[place].number > number):
        place -= 1
    return place


def _pieces(spans: list[Span], cycle: Cycle) -> Iterator[tuple[int, int | None, Span, int]]:
    """(start, end, span, place) of every part of the cycle; the last has no end while it runs."""
    for place in range(_first(spans, cycle.started_us, cycle.number), len(spans)):
        start = max(spans[place].since_us, cycle.started_us)
        end = spans[place + 1].since_us if place + 1 < len(spans) else cycle.ended_us
        if cycle.ended_us is not None:
            if start >= cycle.ended_us and start > cycle.started_us:
                return
            end = cycle.ended_us if end is None else min(end, cycle.ended_us)
        if end is None or end > start:
            yield start, end, spans[place], place


def _while_not_the_customers_turn(spans: list[Span], cycle: Cycle) -> Iterator[Stretch]:
    if cycle.carried:
        yield from (Stretch(start, end) for start, end in cycle.carried)
        cycle = msgspec.structs.replace(cycle, started_us=cycle.carried[-1][1], carried=())
    for start, end, span, _ in _pieces(spans, cycle):
        if span.turn is not Turn.CUSTOMER:
            yield Stretch(start, end)


def _while_ours(spans: list[Span], cycle: Cycle, *, idle: bool) -> Iterator[Stretch]:
    for start, end, span, _ in _pieces(spans, cycle):
        if span.turn is not Turn.OURS or (idle and span.offering):
            continue
        woken = start if span.snoozed_until_us is None else max(start, span.snoozed_until_us)
        if end is None or woken < end:
            yield Stretch(woken, end)


def _unless_paused(spans: list[Span], cycle: Cycle, pauses: Pauses) -> Iterator[Stretch]:
    for start, end, span, place in _pieces(spans, cycle):
        limit = pauses.limits.get(span.turn)
        if limit is None:
            yield Stretch(start, end)
        elif limit < UNLIMITED:
            resumes = max(start, pauses.calendar.add_us(_pause_began(spans, place), limit))
            if end is None or resumes < end:
                yield Stretch(resumes, end)


def _pause_began(spans: list[Span], place: int) -> int:
    """When the uninterrupted pause began that the span at `place` belongs to."""
    while place > 0 and spans[place - 1].turn is spans[place].turn:
        place -= 1
    return spans[place].since_us
