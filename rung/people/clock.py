"""What time it is: the database's, so that every process of a desk agrees. Stories crank another by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

Clock = Callable[[], datetime]


def database_now() -> datetime:
    """PostgreSQL's clock_timestamp(), in UTC. Read it once, at the door, and pass it down."""
    return _clock()


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


_clock: Clock = _postgres
