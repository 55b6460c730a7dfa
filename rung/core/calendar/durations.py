"""Lengths of time as a policy writes them, and the moments of a clock at which its steps stand."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Self

from rung.core.calendar import ALWAYS, Calendar
from rung.core.sentences import say

UNITS = ("w", "d", "h", "m", "s")
PART = re.compile(r"(\d+)\s*([a-z]+)")
PERCENT = re.compile(r"(\d+)\s*%")
LONG_NAMES = {"week": "w", "day": "d", "hour": "h", "hr": "h", "minute": "m", "min": "m", "second": "s", "sec": "s"}
LONGEST = timedelta(weeks=520)
NOTHING = timedelta()
MOST_PERCENT = 1000


@dataclass(frozen=True, slots=True)
class Duration:
    """Weeks and days of a calendar, and working hours, minutes and seconds on it. Equal when the parts are."""

    text: str = field(compare=False)
    weeks: int = 0
    days: int = 0
    time: timedelta = NOTHING

    @classmethod
    def parse(cls, text: object) -> Self:
        """A duration from `30m`, `1h 30m`, `2d`, `1w` or `10s`; ValueError with a sentence for anything else."""
        written = text.strip() if isinstance(text, str) else ""
        amounts = _amounts(written.lower()) if written else None
        if amounts is None:
            raise ValueError(say('"%(text)s" is not a duration%(hint)s', text=text, hint=_what_is_wrong(text)))
        hours, minutes, seconds = amounts.get("h", 0), amounts.get("m", 0), amounts.get("s", 0)
        if _elapsed_seconds(amounts) > LONGEST.total_seconds():
            raise ValueError(say('"%(text)s" is longer than ten years; the longest duration is 520w', text=text))
        time = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return cls(" ".join(written.split()), amounts.get("w", 0), amounts.get("d", 0), time)

    def on(self, calendar: Calendar) -> timedelta:
        """The working time it stands for: a day is one ordinary day of the calendar, a week one ordinary week."""
        return self.weeks * calendar.ordinary_week + self.days * calendar.ordinary_day + self.time

    @property
    def elapsed(self) -> timedelta:
        """The time it stands for where no calendar applies: a day is 24 hours, a week seven days."""
        return self.on(ALWAYS)

    def __str__(self) -> str:
        return self.text


class From(StrEnum):
    """What the threshold of a step is measured from."""

    SHARE = "share"  # a part of the target: 50%
    TARGET = "target"  # back from the target: 30m before
    START = "start"  # running time since the clock's start: 45m


@dataclass(frozen=True, slots=True)
class Threshold:
    """How much running time a clock must have for a step to fire."""

    measured: From
    percent: int = 0
    duration: Duration = field(default_factory=lambda: Duration("0m"))

    @classmethod
    def parse(cls, text: object) -> Self:
        """A threshold from `50%`, `30m before` or `45m`; ValueError with a sentence for anything else."""
        written = " ".join(text.split()) if isinstance(text, str) else ""
        if match := PERCENT.fullmatch(written):
            if len(match[1]) > len(str(MOST_PERCENT)) or int(match[1]) > MOST_PERCENT:
                raise ValueError(
                    say(
                        '"%(text)s" is more than %(most)s%%, the largest share of a target',
                        text=text,
                        most=MOST_PERCENT,
                    )
                )
            return cls(From.SHARE, percent=int(match[1]))
        if written.endswith("%"):
            raise ValueError(
                say('"%(text)s" is not a share of the target; write a whole number such as 75%%', text=text)
            )
        try:
            if written.endswith(" before"):
                return cls(From.TARGET, duration=Duration.parse(written.removesuffix(" before")))
            return cls(From.START, duration=Duration.parse(text))
        except ValueError as error:
            raise ValueError(say("%(error)s; a step stands at such as 50%%, 45m or 30m before", error=error)) from None

    @property
    def needs_target(self) -> bool:
        """Whether it says nothing without a target."""
        return self.measured is not From.START

    def of(self, target: timedelta | None, calendar: Calendar) -> timedelta | None:
        """The running time at which the step fires, or None when it is passed over.

        Passed over is what needs a target and has none, and what stands before a target shorter than itself.
        """
        match self.measured:
            case From.START:
                return self.duration.on(calendar)
            case From.SHARE:
                return None if target is None else target * self.percent // 100
            case From.TARGET:
                ahead = self.duration.on(calendar)
                return None if target is None or ahead > target else target - ahead

    def __str__(self) -> str:
        match self.measured:
            case From.START:
                return str(self.duration)
            case From.SHARE:
                return f"{self.percent}%"
            case From.TARGET:
                return f"{self.duration} before"


def _amounts(written: str) -> dict[str, int] | None:
    """Each unit's amount, the largest first and each once, or None when it is not written so."""
    if not re.fullmatch(rf"({PART.pattern}\s*)+", written):
        return None
    parts = PART.findall(written)
    units = [unit for _, unit in parts]
    if units != sorted(set(units), key=lambda unit: UNITS.index(unit) if unit in UNITS else -1):
        return None
    if not set(units) <= set(UNITS):
        return None
    return {unit: int(number) for number, unit in parts}


def _elapsed_seconds(amounts: dict[str, int]) -> int:
    seconds = {"w": 7 * 86_400, "d": 86_400, "h": 3600, "m": 60, "s": 1}
    return sum(seconds[unit] * number for unit, number in amounts.items())


def _what_is_wrong(text: object) -> str:
    """The end of the sentence that refuses a duration: the nearest right one, or how to write it."""
    written = str(text).strip().lower()
    unknown = next(((number, unit) for number, unit in PART.findall(written) if unit not in UNITS), None)
    if written.isdigit():
        return say('; it needs a unit, such as "%(written)sm" or "%(written)sh"', written=written)
    if re.search(r"\d[.,]\d", written):
        return say("; fractions have no meaning on every calendar, so write whole numbers such as 1h 30m")
    if written.startswith("-"):
        return say("; it cannot be negative")
    if unknown is None:
        return say("; write it like 30m, 1h 30m, 2d or 1w")
    number, unit = unknown
    meant = LONG_NAMES.get(unit.removesuffix("s"))
    return (
        say('; did you mean "%(number)s%(meant)s"?', number=number, meant=meant)
        if meant
        else say('; no unit is called "%(unit)s": w, d, h, m and s are', unit=unit)
    )
