"""Working time: when a calendar is open, and how much of it lies between two moments.

Public: `Calendar`, `ALWAYS`, `CalendarError` with its `Mistake`s. What holds in every case:

- An amount used up exactly at closing time ends at the closing instant, which is itself outside hours.
- Zero working time from outside hours is the next opening. Backwards everything is mirrored: an amount used up exactly
  at an opening ends at the opening.
- Local times are passed when the clock first reads or jumps over them, so on the night it goes back a Sunday open
  00:00-24:00 counts 25 hours, and an opening that the clock skips is at the jump.
- A date with hours of its own has these and no others, also on a weekend or a holiday: half a day, a day worked in
  exchange, a day off.
- A holiday takes away what starts on that local day: the whole night that begins on it, none of the night before.
- Nothing is rounded: microseconds stay.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from rung.core.calendar.holidays import Holidays, parse_holidays
from rung.core.calendar.hours import Hours, parse_hours
from rung.core.calendar.instants import EPOCH, MICROSECOND, from_us, naive, to_us, zone
from rung.core.calendar.mistakes import CalendarError, Mistake
from rung.core.calendar.openings import FIRST_YEAR, LAST_YEAR, MICROSECONDS, Openings, build, on_day
from rung.core.sentences import say

__all__ = ["ALWAYS", "Calendar", "CalendarError", "Mistake"]

LONGEST_OPENING = 10 * 366 * 86_400 * MICROSECONDS


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours in a time zone, less holidays. Equal when written alike; may be shared among threads.

    The table of openings is built when first needed and grows with the moments asked about, in the years 1900
    to 2400; beyond them OverflowError. The `*_us` methods are the same in microseconds since 1970, for tight loops.
    """

    timezone: str
    hours: Hours
    holidays: Holidays
    always: bool = field(init=False, repr=False, compare=False)
    ordinary_day: timedelta = field(init=False, repr=False, compare=False)
    ordinary_week: timedelta = field(init=False, repr=False, compare=False)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _openings: Openings | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "always", self.hours.whole_week and self.holidays.never)
        object.__setattr__(self, "ordinary_day", self.hours.ordinary_day())
        object.__setattr__(self, "ordinary_week", self.hours.ordinary_week())
        object.__setattr__(self, "_zone", zone(self.timezone))
        object.__setattr__(self, "_openings", None)

    def __reduce__(self) -> tuple[type[Self], tuple[str, Hours, Holidays]]:
        """Another process gets what was written, and builds its own table."""
        return type(self), (self.timezone, self.hours, self.holidays)

    @classmethod
    def parse(cls, document: object, *, timezone: str | None = None) -> Self:
        """A calendar from `{timezone, hours, holidays}`; `timezone` stands in where the document names none.

        CalendarError lists every mistake with its path in the document and a sentence.
        """
        if not isinstance(document, Mapping):
            sentence = say(
                'a calendar is written as {timezone, hours, holidays}, not as "%(document)s"', document=document
            )
            raise CalendarError([Mistake((), sentence)])
        mistakes: list[Mistake] = []
        name = _parse_timezone(document.get("timezone", timezone), mistakes)
        hours = parse_hours(document.get("hours"), mistakes)
        holidays = parse_holidays(document.get("holidays"), mistakes)
        if mistakes:
            raise CalendarError(mistakes)
        return cls(name, hours, holidays)

    def frozen(self, years: Iterable[int]) -> dict[str, object]:
        """The document of this calendar with its holidays in those years as dates; `parse` reads it back.

        A published policy keeps this, so that a newer holidays package moves none of its deadlines.
        """
        wanted = sorted(set(years))
        closed = self.holidays.in_years(range(wanted[0], wanted[-1] + 1)) if wanted else frozenset[date]()
        return {
            "timezone": self.timezone,
            "hours": self.hours.written(),
            "holidays": sorted(day.isoformat() for day in closed if day.year in wanted),
        }

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The moment, in UTC, at which that much working time after `start` is used up. Negative amounts go back."""
        try:
            us = (start - EPOCH) // MICROSECOND
        except TypeError:
            raise naive(start) from None
        # `to_us` and `from_us` written out: the two calls would cost a tenth of the time.
        return EPOCH + self.add_us(us, working // MICROSECOND) * MICROSECOND

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; negative when `end` is earlier."""
        return self.between_us(to_us(start), to_us(end)) * MICROSECOND

    def is_open(self, at: datetime) -> bool:
        """Whether a moment is inside hours. An opening instant is, a closing instant is not."""
        return self.is_open_us(to_us(at))

    def next_opening(self, at: datetime) -> datetime:
        """The first moment inside hours, in UTC: `at` itself when it is."""
        return from_us(self.add_us(to_us(at), 0))

    def next_closing(self, at: datetime) -> datetime | None:
        """The end, in UTC, of the opening that holds or follows `at`. None when that stays open for ten years."""
        us = to_us(at)
        if self.always:
            return None
        opening = self.add_us(us, 0)
        table = self._table_over(opening)
        while True:
            closing = table.closes[bisect_right(table.opens, opening) - 1]
            if closing - opening > LONGEST_OPENING:
                return None
            if closing < table.covered_to:
                return from_us(closing)
            table = self._grow(table, table.years.stop)

    def intervals(self, day: date) -> list[tuple[datetime, datetime]]:
        """The openings, in UTC, that start on a local day; the last may end on the day after."""
        special = dict(self.hours.dates).get(day)
        closed = special is None and day in self.holidays.in_years(range(day.year, day.year + 1))
        spans = special or (() if closed or special is not None else self.hours.days[day.weekday()])
        return [
            (from_us(opens * MICROSECONDS), from_us(closes * MICROSECONDS))
            for opens, closes in on_day(day, spans, self._zone)
        ]

    def is_open_us(self, at: int) -> bool:
        """`is_open` in microseconds since 1970."""
        if self.always:
            return True
        table = self._table_over(at)
        return at < table.closes[bisect_right(table.opens, at) - 1]

    def between_us(self, start: int, end: int) -> int:
        """`between` in microseconds since 1970."""
        if self.always:
            return end - start
        table = self._openings
        if table is None or not (table[3] <= start < table[4] and table[3] <= end < table[4]):
            table = self._table_over(start, end)
        opens, closes, before, _, _, _ = table
        row = bisect_right(opens, start) - 1
        end_row = bisect_right(opens, end) - 1
        closing, end_closing = closes[row], closes[end_row]
        return (
            before[end_row]
            - before[row]
            + (end if end < end_closing else end_closing)
            - opens[end_row]
            - (start if start < closing else closing)
            + opens[row]
        )

    def add_us(self, start: int, amount: int) -> int:
        """`add` in microseconds since 1970."""
        if self.always:
            return start + amount
        table = self._openings
        if table is None or not table[3] <= start < table[4]:
            table = self._table_over(start)
        opens, closes, before, _, _, _ = table
        row = bisect_right(opens, start) - 1
        closing = closes[row]
        if amount > 0:
            end = start + amount
            if end <= closing:
                return end
            used = before[row] + (start if start < closing else closing) - opens[row] + amount
            row = bisect_left(before, used, row) - 1
            end = opens[row] + used - before[row]
            return end if end <= closes[row] else self._add_beyond(table, start, amount)
        if amount < 0:
            return self._back(table, start, amount)
        if start < closing:
            return start
        return opens[row + 1] if row + 1 < len(opens) else self._add_beyond(table, start, amount)

    def _back(self, table: Openings, start: int, amount: int) -> int:
        opens, closes, before, covered_from, _, _ = table
        row = bisect_right(opens, start) - 1
        used = before[row] + min(start, closes[row]) - opens[row] + amount
        row = bisect_right(before, used) - 1
        end = opens[row] + used - before[row]
        if row > 0 and end >= covered_from:
            return end
        self._grow(table, table.years.start - 1)
        return self.add_us(start, amount)

    def _add_beyond(self, table: Openings, start: int, amount: int) -> int:
        self._grow(table, table.years.stop)
        return self.add_us(start, amount)

    def _table_over(self, *moments: int) -> Openings:
        """A table that covers all those moments."""
        table = self._openings or self._grow(None, from_us(moments[0]).year - 1)
        for at in moments:
            while at < table.covered_from:
                table = self._grow(table, from_us(at).year - 1)
            while at >= table.covered_to:
                table = self._grow(table, from_us(at).year + 1)
        return table

    def _grow(self, table: Openings | None, year: int) -> Openings:
        """A longer table that reaches `year`. It at least doubles, so growing costs little however far it goes.

        Tables are never changed, only replaced: another thread goes on with the one it holds.
        """
        years = range(year, year + 4) if table is None else _longer(table.years, year)
        years = range(max(years.start, FIRST_YEAR), min(years.stop, LAST_YEAR + 1))
        if not FIRST_YEAR - 1 <= year <= LAST_YEAR + 1 or (table is not None and years == table.years):
            raise OverflowError(
                say(
                    "working time is reckoned in the years %(first)s to %(last)s only",
                    first=FIRST_YEAR,
                    last=LAST_YEAR,
                )
            )
        grown = build(self.hours, self.holidays, self._zone, years)
        object.__setattr__(self, "_openings", grown)
        return grown


def _longer(years: range, year: int) -> range:
    if year < years.start:
        return range(min(year, years.start - len(years)), years.stop)
    return range(years.start, max(year + 1, years.stop + len(years)))


def _parse_timezone(written: object, mistakes: list[Mistake]) -> str:
    if not isinstance(written, str):
        sentence = say("a calendar needs a time zone such as Europe/Berlin")
        mistakes.append(
            Mistake(
                ("timezone",),
                sentence
                if written is None
                else say("%(sentence)s, got %(written)s", sentence=sentence, written=f"{written!r}"),
            )
        )
        return "UTC"
    try:
        zone(written)
    except ValueError as error:
        mistakes.append(Mistake(("timezone",), str(error)))
    return written


ALWAYS = Calendar.parse({"timezone": "UTC", "hours": {"mon-sun": ["00:00-24:00"]}})
"""Every moment of every day: the built-in calendar `always`."""
