"""How often: a bucket for each key, and a short one for addresses that guess at keys. Kept in the process's memory."""

import threading
import time

from django.conf import settings

from rung.api.problems import Problem

GUESSES = 20.0  # wrong keys from one address at once
GUESSES_PER_SECOND = 0.2
KEPT = 10_000


class Buckets:
    """Token buckets by name. `size` at once, refilled at `per_second`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str, *, size: float, per_second: float) -> float:
        """Take one from a bucket. Returns 0, or the seconds to wait until there is one."""
        now = time.monotonic()
        with self._lock:
            left, at = self._left.get(name, (size, now))
            left = min(size, left + (now - at) * per_second)
            if left < 1:
                return (1 - left) / per_second
            if len(self._left) >= KEPT:
                self._left.clear()
            self._left[name] = (left - 1, now)
            return 0.0

    def clear(self) -> None:
        self._left.clear()


buckets = Buckets()


def refuse_flood(token: str) -> None:
    """Raises Problem 429 when a key asks more than API_REQUESTS_PER_SECOND, two seconds' worth at once."""
    rate = float(settings.API_REQUESTS_PER_SECOND)
    if rate <= 0:
        return
    _refuse(buckets.take(f"token:{token}", size=2 * rate, per_second=rate), f"more than {rate:g} requests a second")


def count_guess(address: str) -> None:
    """One wrong key more. Raises Problem 429 for an address that has sent too many of them."""
    wait = buckets.take(f"guess:{address}", size=GUESSES, per_second=GUESSES_PER_SECOND)
    _refuse(wait, "too many wrong tokens from this address")


def _refuse(wait: float, why: str) -> None:
    if wait:
        raise Problem(429, f"{why}; try again in {max(1, round(wait))} s", retry_after=max(1, round(wait)))
