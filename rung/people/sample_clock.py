"""The clock of a sample day: sixty times as fast, on a day of its own, never the real one's. It stops at its end."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

BEGINS = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)  # a Tuesday
ENDS = BEGINS + timedelta(minutes=185)
SPEED = 60
_FILE = "began"


def begin() -> None:
    """Let the day begin, if it has not: from the first look at it."""
    try:
        fd = os.open(_place(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(fd, "w") as file:
        file.write(repr(time.time()))


def began() -> float | None:
    """The real moment at which the day began, in seconds since 1970; None: nobody has looked yet."""
    try:
        return float(_place().read_text())
    except (FileNotFoundError, ValueError):  # the file is there a moment before its words are
        return None


def sample_now() -> datetime:
    """What time it is on the sample day."""
    start = began()
    if start is None:
        return BEGINS
    return min(ENDS, BEGINS + timedelta(seconds=(time.time() - start) * SPEED))


def real_seconds(ahead: timedelta, now: datetime) -> float:
    """How long that is on the wall; for ever while the sample day stands still."""
    stands_still = began() is None or now >= ENDS
    return float("inf") if stands_still and ahead > timedelta(0) else ahead.total_seconds() / SPEED


def _place() -> Path:
    return Path(settings.DATA) / _FILE
