"""The opening hours of a week, as written in a policy."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from rung.core.calendar.mistakes import CalendarError, Mistake
from rung.core.sentences import say
from rung.core.spelling import did_you_mean

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBERS = {name: number for names in (DAYS, FULL_NAMES) for number, name in enumerate(names)}
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
#: A key that is one day of one year.
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
INTERVAL = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")

Span = tuple[int, int]  # minutes from the day's local midnight; an end beyond 1440 is on the next day


@dataclass(frozen=True, slots=True)
class Hours:
    """Seven days, Monday first, each with its spans in order; spans that overlap or touch are one."""

    days: tuple[tuple[Span, ...], ...]
    #: Single dates with hours of their own, in order; holidays do not close them.
    dates: tuple[tuple[date, tuple[Span, ...]], ...] = ()

    @property
    def whole_week(self) -> bool:
        """Whether no minute of an ordinary week is outside."""
        return sum(self._lengths()) == WEEK_MINUTES and not self.dates

    def ordinary_day(self) -> timedelta:
        """The most frequent length among days that have hours; of equally frequent ones the longer."""
        counted = Counter(length for length in self._lengths() if length)
        return timedelta(minutes=max(counted, key=lambda length: (counted[length], length)))

    def ordinary_week(self) -> timedelta:
        """All hours of a week without holidays or a change of the clock."""
        return timedelta(minutes=sum(self._lengths()))

    def written(self) -> dict[str, list[str]]:
        """The hours day by day, as `parse_hours` reads them."""
        days = {name: _intervals(spans) for name, spans in zip(DAYS, self.days, strict=True) if spans}
        return days | {day.isoformat(): _intervals(spans) for day, spans in self.dates}

    def _lengths(self) -> list[int]:
        """Minutes of each day. A night belongs to the day it starts on, and no minute counts twice."""
        lengths = []
        for number, spans in enumerate(self.days):
            night = self.days[number - 1][-1:]
            taken = night[0][1] - DAY_MINUTES if night else 0
            lengths.append(sum(max(0, end - max(start, taken)) for start, end in spans))
        return lengths


def parse_hours(document: object, mistakes: list[Mistake]) -> Hours:
    """Hours such as `{"mon-thu": ["09:00-12:30", "13:30-18:00"], "2026-12-24": ["09:00-14:00"]}`; what is wrong goes to
    `mistakes`."""
    days: list[list[Span]] = [[] for _ in DAYS]
    if not isinstance(document, Mapping):
        mistakes.append(Mistake(("hours",), say('hours are written by day, such as mon-fri: ["09:00-17:00"]')))
        return Hours(tuple(() for _ in DAYS))
    written_under: dict[int, str] = {}
    dates: dict[date, tuple[Span, ...]] = {}
    found = len(mistakes)
    for key, value in document.items():
        path = ("hours", str(key))
        spans = _parse_spans(value, path, mistakes)
        if DATE.fullmatch(str(key)):
            try:
                dates[date.fromisoformat(str(key))] = tuple(spans)
            except ValueError:
                sentence = say('"%(written)s" is not a date; write it like 2026-12-24', written=key)
                mistakes.append(Mistake(path, sentence))
            continue
        for number in _parse_days(key, path, mistakes):
            earlier = written_under.setdefault(number, str(key))
            if earlier != str(key) or days[number]:
                sentence = say(
                    'the hours of %(day)s are already written under "%(earlier)s"; name each day once',
                    day=DAYS[number],
                    earlier=earlier,
                )
                mistakes.append(Mistake(path, sentence))
            else:
                days[number] = spans
    if not any(days) and len(mistakes) == found:
        sentence = say(
            'this calendar has no working time at all; give at least one day hours, such as mon: ["09:00-17:00"]'
        )
        mistakes.append(Mistake(("hours",), sentence))
    return Hours(tuple(tuple(spans) for spans in days), tuple(sorted(dates.items())))


def parse_span(written: str) -> Span:
    """One interval such as `09:00-17:30`. Raises CalendarError where it is not an interval."""
    mistakes: list[Mistake] = []
    span = _parse_span(written, (), mistakes)
    if span is None:
        raise CalendarError(mistakes)
    return span


def _parse_days(key: object, path: tuple[str, ...], mistakes: list[Mistake]) -> list[int]:
    """The days that `mon`, `mon-thu`, `sat-mon` or `mon,wed` name."""
    numbers: list[int] = []
    for part in str(key).lower().split(","):
        ends = [word.strip() for word in part.split("-")]
        unknown = [word for word in ends if word not in NUMBERS]
        if len(ends) > 2:
            mistakes.append(
                Mistake(
                    path,
                    say('"%(written)s" is not a day or a range of two days; write "mon-fri"', written=part.strip()),
                )
            )
        elif unknown:
            mistakes += [
                Mistake(
                    path,
                    say(
                        'no day is called "%(word)s"%(hint)s',
                        word=word,
                        hint=did_you_mean(word[:3], DAYS),
                    ),
                )
                for word in unknown
            ]
        else:
            first, last = NUMBERS[ends[0]], NUMBERS[ends[-1]]
            numbers += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return numbers


def _parse_spans(value: object, path: tuple[str, ...], mistakes: list[Mistake]) -> list[Span]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        mistakes.append(
            Mistake(
                path, say('expected a list of intervals such as ["09:00-17:00"], got %(value)s', value=f"{value!r}")
            )
        )
        return []
    spans = [_parse_span(written, (*path, position), mistakes) for position, written in enumerate(value)]
    return _merged([span for span in spans if span is not None])


def _parse_span(written: object, path: tuple[str | int, ...], mistakes: list[Mistake]) -> Span | None:
    """One interval in minutes. An end at or before the start is on the next day; 24:00 may only end one."""
    match = INTERVAL.fullmatch(written.strip()) if isinstance(written, str) else None
    if match is None:
        mistakes.append(
            Mistake(path, say('%(written)s is not an interval; write it like "09:00-17:30"', written=f"{written!r}"))
        )
        return None
    hour, minute, end_hour, end_minute = (int(number) for number in match.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or start >= DAY_MINUTES or end > DAY_MINUTES:
        mistakes.append(
            Mistake(
                path, say('"%(written)s" is not between 00:00 and 24:00; the last minute is 23:59', written=written)
            )
        )
        return None
    if start == end:
        mistakes.append(
            Mistake(path, say('"%(written)s" ends when it starts; a whole day is "00:00-24:00"', written=written))
        )
        return None
    return start, end if end > start else end + DAY_MINUTES


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _intervals(spans: tuple[Span, ...]) -> list[str]:
    return [interval for span in spans for interval in _written(span)]


def _written(span: Span) -> list[str]:
    """A span as `parse_hours` reads it: two intervals that overlap where one cannot say more than 24 hours."""
    start, end = span
    if end - start >= DAY_MINUTES and end > DAY_MINUTES:
        return [*_written((start, DAY_MINUTES)), *_written((DAY_MINUTES - 1, end))]
    end = end - DAY_MINUTES if end > DAY_MINUTES else end
    return [f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"]
