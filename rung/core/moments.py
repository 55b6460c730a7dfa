"""Moments as whole microseconds since 1970, the form in which clocks are reckoned."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US = 1_000_000


def to_us(at: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds


def from_us(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


def duration_us(duration: timedelta) -> int:
    return (duration.days * 86_400 + duration.seconds) * SECOND_US + duration.microseconds
