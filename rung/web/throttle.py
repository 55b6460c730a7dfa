"""How often one address may do something that costs us. Kept in the memory of the process."""

import threading
import time

from django.conf import settings
from django.http import HttpRequest

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


def address_of(request: HttpRequest) -> str:
    """Who calls. Behind a proxy, as the proxy saw them: its own word is the last, those before it anybody may write."""
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return (seen if settings.SECURE_PROXY_SSL_HEADER else "") or str(request.META.get("REMOTE_ADDR", ""))


def forget() -> None:
    """Begin anew, for tests."""
    _left.clear()
