"""The openings of a span of years in a table, with the working time before each: prefix sums to search by halving."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rung.core.calendar.holidays import Holidays
from rung.core.calendar.hours import Hours, Span
from rung.core.calendar.instants import NAIVE_EPOCH, SECOND, reached

FIRST_YEAR, LAST_YEAR = 1900, 2400  # a table of all of them takes half a second; a mistyped year must not take more
MIDNIGHT = time()
MICROSECONDS = 1_000_000


class Openings(NamedTuple):
    """Openings in order, none touching the next, as microseconds since 1970, over `years`.

    `before[i]` is the working time in the table before `opens[i]`. Row 0 is empty and stands at the table's start, so
    that every moment covered has a row at or before it. The table is right for moments in `[covered_from, covered_to)`.
    """

    opens: list[int]
    closes: list[int]
    before: list[int]
    covered_from: int
    covered_to: int
    years: range


def build(hours: Hours, holidays: Holidays, where: ZoneInfo, years: range) -> Openings:
    """The table of those years, each from its 1 January, local. A night that starts on 31 December is whole."""
    first, after = date(years.start, 1, 1), date(years.stop, 1, 1)
    start = reached(datetime.combine(first, MIDNIGHT), where)
    rows = [(start, start), *_merged(_rows(hours, holidays.in_years(years), where, first, after))]
    before, total = [], 0
    for opens, closes in rows:
        before.append(total * MICROSECONDS)
        total += closes - opens
    return Openings(
        opens=[opens * MICROSECONDS for opens, _ in rows],
        closes=[closes * MICROSECONDS for _, closes in rows],
        before=before,
        # A night of the day before the first one is missing from the table and can reach into the first day.
        covered_from=reached(datetime.combine(first + timedelta(days=1), MIDNIGHT), where) * MICROSECONDS,
        covered_to=reached(datetime.combine(after, MIDNIGHT), where) * MICROSECONDS,
        years=years,
    )


def on_day(day: date, spans: tuple[Span, ...], where: ZoneInfo) -> list[tuple[int, int]]:
    """The spans of one local day in seconds since 1970. One that the clock skips whole is left out."""
    midnight = datetime.combine(day, MIDNIGHT)
    ends = [
        (reached(midnight + timedelta(minutes=start), where), reached(midnight + timedelta(minutes=end), where))
        for start, end in spans
    ]
    return [(opens, closes) for opens, closes in ends if opens < closes]


def _rows(hours: Hours, closed: frozenset[date], where: ZoneInfo, first: date, after: date) -> list[tuple[int, int]]:
    """Each opening by the day it starts on, in seconds. Days on which the clock keeps its offset take a short way."""
    rows: list[tuple[int, int]] = []
    special = dict(hours.dates)
    offsets = [_offset_at_midnight(first + timedelta(days=step), where) for step in range(2)]
    for step in range((after - first).days):
        day = first + timedelta(days=step)
        offsets.append(_offset_at_midnight(day + timedelta(days=2), where))
        spans = special[day] if day in special else () if day in closed else hours.days[day.weekday()]
        offset = offsets[step]
        if not spans:
            continue
        if offset == offsets[step + 1] == offsets[step + 2]:
            midnight = (datetime.combine(day, MIDNIGHT) - NAIVE_EPOCH) // SECOND - offset
            rows += [(midnight + start * 60, midnight + end * 60) for start, end in spans]
        else:
            rows += on_day(day, spans, where)
    return rows


def _offset_at_midnight(day: date, where: ZoneInfo) -> int:
    """Seconds ahead of UTC when the day's midnight is first reached, or just before one that is skipped."""
    offset = datetime.combine(day, MIDNIGHT, where).utcoffset()
    return 0 if offset is None else offset // SECOND


def _merged(rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for opens, closes in sorted(rows):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
        else:
            merged.append((opens, closes))
    return merged
