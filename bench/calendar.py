"""How many additions and differences of working time one core does in a second, near and far."""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import perf_counter

from rung.core.calendar import Calendar
from rung.core.calendar.instants import MICROSECOND, to_us

BAR = 500_000
SAMPLES = 20_000
ROUNDS = 7
OFFICE = {
    "timezone": "Europe/Berlin",
    "hours": {"mon-thu": ["09:00-12:30", "13:30-18:00"], "fri": ["09:00-15:00"]},
    "holidays": {"country": "DE", "subdivision": "BE", "add": ["2026-12-24"]},
}
YEARS = range(2024, 2030)

Add = Callable[[datetime, timedelta], datetime]
Between = Callable[[datetime, datetime], timedelta]
Rates = dict[str, dict[str, int]]


class PrefixSums:
    """The reference: opening seconds and the working seconds before each, searched by halving, and nothing else."""

    def __init__(self, calendar: Calendar, years: range) -> None:
        self.opens: list[float] = []
        self.closes: list[float] = []
        self.before: list[float] = []
        total, day = 0.0, date(years.start, 1, 1)
        while day.year < years.stop:
            for opens, closes in calendar.intervals(day):
                self.opens.append(opens.timestamp())
                self.closes.append(closes.timestamp())
                self.before.append(total)
                total += self.closes[-1] - self.opens[-1]
            day += timedelta(days=1)

    def worked(self, at: float) -> float:
        """Working seconds from the first opening to a moment."""
        row = bisect_right(self.opens, at) - 1
        return self.before[row] + min(at, self.closes[row]) - self.opens[row]

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The moment at which an amount of working time is used up."""
        used = self.worked(start.timestamp()) + working.total_seconds()
        row = bisect_left(self.before, used) - 1
        return datetime.fromtimestamp(self.opens[row] + used - self.before[row], UTC)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one moment to another."""
        return timedelta(seconds=self.worked(end.timestamp()) - self.worked(start.timestamp()))


def run() -> dict[str, object]:
    """Rates per second through `datetime`, each the median of several rounds, ours and the reference in turns."""
    began = perf_counter()
    calendar = Calendar.parse(OFFICE)
    calendar.is_open(datetime(2026, 6, 1, tzinfo=UTC))
    ready = perf_counter()
    reference = PrefixSums(calendar, YEARS)
    ours, theirs = _empty_rates(), _empty_rates()
    agree = True
    for name, amount in _amounts(calendar).items():
        starts = _starts()
        ends = [calendar.add(start, amount) for start in starts]
        agree = agree and ends == [reference.add(start, amount) for start in starts]
        agree = agree and all(reference.between(*pair) == amount for pair in zip(starts, ends, strict=True))
        rounds = [
            (
                _seconds_adding(calendar.add, starts, amount),
                _seconds_adding(reference.add, starts, amount),
                _seconds_between(calendar.between, starts, ends),
                _seconds_between(reference.between, starts, ends),
            )
            for _ in range(ROUNDS)
        ]
        rates = [round(SAMPLES / median(column)) for column in zip(*rounds, strict=True)]
        ours["add"][name], theirs["add"][name], ours["between"][name], theirs["between"][name] = rates
    slowest = min(rate for rates in ours.values() for rate in rates.values())
    return {
        "benchmark": "calendar",
        "what": "additions and differences a second on one core, through datetime, with lunch breaks and holidays",
        "reference": "the same openings as float seconds with prefix sums and bisect, in plain Python, same run",
        "per_second": ours,
        "reference_per_second": theirs,
        "ratio": {
            kind: {name: round(rate / theirs[kind][name], 2) for name, rate in rates.items()}
            for kind, rates in ours.items()
        },
        "agrees_with_reference": agree,
        "slowest_per_second": slowest,
        "bar_per_second": BAR,
        "reached": slowest >= BAR and agree,
        "microseconds_api_per_second": _in_microseconds(calendar),
        "first_answer_ms": round((ready - began) * 1000, 1),
        "a_hundred_years_ms": _a_hundred_years(),
    }


def _amounts(calendar: Calendar) -> dict[str, timedelta]:
    return {"hour": timedelta(hours=1), "week": calendar.ordinary_week, "year": 50 * calendar.ordinary_week}


def _starts() -> list[datetime]:
    """Whole seconds, so that the floats of the reference are exact; in and out of hours, over two years."""
    drawn = random.Random(20261124)  # noqa: S311 - the same moments in every run
    first = datetime(2025, 1, 6, tzinfo=UTC)
    return [first + timedelta(seconds=drawn.randrange(2 * 365 * 86_400)) for _ in range(SAMPLES)]


def _seconds_adding(add: Add, starts: list[datetime], amount: timedelta) -> float:
    began = perf_counter()
    for start in starts:
        add(start, amount)
    return perf_counter() - began


def _seconds_between(between: Between, starts: list[datetime], ends: list[datetime]) -> float:
    began = perf_counter()
    for start, end in zip(starts, ends, strict=True):
        between(start, end)
    return perf_counter() - began


def _in_microseconds(calendar: Calendar) -> dict[str, int]:
    """Additions and differences a second in whole microseconds, over a week, as the reckoning does them."""
    week = calendar.ordinary_week // MICROSECOND
    starts = [to_us(start) for start in _starts()]
    began = perf_counter()
    ends = [calendar.add_us(start, week) for start in starts]
    added = perf_counter()
    for start, end in zip(starts, ends, strict=True):
        calendar.between_us(start, end)
    return {"add": round(SAMPLES / (added - began)), "between": round(SAMPLES / (perf_counter() - added))}


def _a_hundred_years() -> float:
    """Milliseconds to add a hundred years to a fresh calendar and to measure them again."""
    calendar, start = Calendar.parse(OFFICE), datetime(2026, 1, 5, 12, tzinfo=UTC)
    began = perf_counter()
    calendar.between(start, calendar.add(start, 100 * 52 * calendar.ordinary_week))
    return round((perf_counter() - began) * 1000, 1)


def _empty_rates() -> Rates:
    return {"add": {}, "between": {}}
