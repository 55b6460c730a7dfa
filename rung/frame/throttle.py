"""How often one address may do something that costs us. Kept in the memory of the process."""

import threading
import time

from rung.people.sign_in import network_of

__all__ = ["forget", "network_of", "wait_for"]
KEPT = 10_000
_lock = threading.Lock()
_left: dict[str, tuple[float, float]] = {}


def wait_for(name: str, *, burst: int, refill: float) -> float:
    """Take one; 0, or the seconds until there is room for one. `refill`: seconds for each."""
    now = time.monotonic()
    with _lock:
        left, at = _left.get(name, (float(burst), now))
        left = min(float(burst), left + (now - at) / refill)
        if left < 1:
            return (1 - left) * refill
        if len(_left) >= KEPT:
            _left.clear()
        _left[name] = (left - 1, now)
        return 0.0


def forget() -> None:
    """Begin anew, for tests."""
    _left.clear()
