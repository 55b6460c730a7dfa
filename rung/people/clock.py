"""What time it is: the database's, so that every process of a desk agrees. Stories crank another by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone

from rung.people import sample_clock

Clock = Callable[[], datetime]


def database_now() -> datetime:
    """PostgreSQL's clock_timestamp(), in UTC. Read it once, at the door, and pass it down."""
    return _clock()


def moment_of(read: datetime) -> datetime:
    """The time, for a caller whose statement read `clock_timestamp()`: that, unless another clock is in force."""
    return read if _clock is _by_settings and not settings.SAMPLE_DAY else _clock()


def shown_now() -> datetime:
    """What pages reckon from, to the second: cheaper than asking the database."""
    return sample_clock.sample_now() if settings.SAMPLE_DAY else timezone.now()


def seconds_until(moment: datetime) -> float:
    """How long to sleep until then; negative if it has passed."""
    now = database_now()
    ahead = moment - now
    return sample_clock.real_seconds(ahead, now) if settings.SAMPLE_DAY else ahead.total_seconds()


@contextmanager
def cranked(clock: Clock) -> Iterator[None]:
    """Let another clock rule this process: ticker, courier and actions alike."""
    global _clock  # noqa: PLW0603  one process has one clock
    before, _clock = _clock, clock
    try:
        yield
    finally:
        _clock = before


def _postgres() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime)  # noqa: S101  for the type checker
    return now


def _by_settings() -> datetime:
    return sample_clock.sample_now() if settings.SAMPLE_DAY else _postgres()


_clock: Clock = _by_settings
