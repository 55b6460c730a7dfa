"""An address outside that is called while the clocks run, so that somebody notices when they stop."""

import os
import time

import httpx
import structlog

log = structlog.get_logger(__name__)

EVERY = 60.0
_called = float("-inf")


def call_heartbeat_url() -> None:
    """Call RUNG_HEARTBEAT_URL, if there is one, at most once a minute. A failure is logged; the clocks go on."""
    global _called  # noqa: PLW0603  one process, one heartbeat
    url = os.environ.get("RUNG_HEARTBEAT_URL")
    if not url or time.monotonic() - _called < EVERY:
        return
    _called = time.monotonic()
    try:
        httpx.get(url, timeout=5).raise_for_status()
    except httpx.HTTPError as failed:
        log.warning("the heartbeat address did not answer", error=str(failed))
