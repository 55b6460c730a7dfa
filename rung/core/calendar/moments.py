"""Moments as whole microseconds since 1970, the form in which clocks are reckoned."""

from datetime import timedelta

from rung.core.calendar.instants import EPOCH, from_us, to_us

__all__ = ["EPOCH", "SECOND_US", "duration_us", "from_us", "to_us"]

SECOND_US = 1_000_000


def duration_us(duration: timedelta) -> int:
    """Whole microseconds of a duration."""
    return (duration.days * 86_400 + duration.seconds) * SECOND_US + duration.microseconds
