"""An address outside that is called while the clocks run, so that somebody notices when they stop."""

import os
import threading
import time

import httpx
import structlog

log = structlog.get_logger(__name__)

EVERY = 60.0
_called = float("-inf")


def call_heartbeat_url() -> threading.Thread | None:
    """Call RUNG_HEARTBEAT_URL, if there is one, at most once a minute. A failure is logged; the clocks go on.

    In a thread of its own, which is returned: an address that takes its time must not make the steps late.
    """
    global _called  # noqa: PLW0603  one process, one heartbeat
    url = os.environ.get("RUNG_HEARTBEAT_URL")
    if not url or time.monotonic() - _called < EVERY:
        return None
    _called = time.monotonic()
    beat = threading.Thread(target=_call, args=(url,), name="heartbeat", daemon=True)
    beat.start()
    return beat


def _call(url: str) -> None:
    try:
        httpx.get(url, timeout=5).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as failed:
        log.warning("the heartbeat address did not answer", error=str(failed))
