"""Whether the work of this process goes on. Knows nothing of the database: it is asked while that may be away."""

import time

#: Work that has not gone on for so many seconds stands still: the supervisor ends the process and starts it again.
STANDS_STILL = 60.0


class _Moved:
    """When the work last went on, on the machine's steady clock; None: it has not begun."""

    at: float | None = None


def moved() -> None:
    """It goes on. Waiting for something counts; a call that never returns does not."""
    _Moved.at = time.monotonic()


def is_moving() -> bool:
    """Whether it went on lately, or has not begun."""
    return _Moved.at is None or time.monotonic() - _Moved.at < STANDS_STILL
