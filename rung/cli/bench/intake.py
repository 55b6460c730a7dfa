"""Signed Slack events over HTTP, each kept before it is acknowledged: how many a second, and how long Slack waits."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from django.db import connection

from rung.cli.bench import desk, slack_desk
from rung.intake.models import Received

RATE, SECONDS, SENDERS = 500, 30, 16
BAR_PER_SECOND, BAR_P99_MS = 500.0, 100.0
FLAT_OUT_SECONDS = 10
STARTS_WITHIN = 60.0


def run(scale: float = 1.0) -> dict[str, object]:
    """At a steady rate, for the waiting time; then as fast as it goes, for the most a second."""
    desk.make_desk()
    slack_desk.connect()
    connection.close()
    count = max(SENDERS, round(RATE * SECONDS * scale))
    with _web() as port:
        steady = _send(port, count, first=0, every=1 / RATE)
        flat_out = _send(port, max(SENDERS, round(RATE * FLAT_OUT_SECONDS * scale)), first=count, every=0.0)
    waits = sorted(steady.waits)
    return {
        "sent": len(waits),
        "refused": steady.refused + flat_out.refused,
        "kept": Received.objects.count(),
        "rate": RATE,
        "p50_ms": 1000 * waits[len(waits) // 2],
        "p99_ms": 1000 * waits[int(len(waits) * 0.99)],
        "most_per_second": len(flat_out.waits) / flat_out.took,
        "bar_per_second": BAR_PER_SECOND,
        "bar_p99_ms": BAR_P99_MS,
    }


class Sent:
    """What the senders saw: seconds from the moment an event was due to its answer, and what was not answered 200."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.refused = 0
        self.took = 0.0


def _send(port: int, count: int, *, first: int, every: float) -> Sent:
    """Each sender has a connection of its own and every SENDERSth event; late ones count as waiting."""
    sent, began, lock = Sent(), time.time(), threading.Lock()
    start = time.perf_counter() + 0.5

    def sender(place: int) -> None:
        line = HTTPConnection("127.0.0.1", port, timeout=30)
        waits, refused = [], 0
        for number in range(place, count, SENDERS):
            body = json.dumps(slack_desk.message(first + number, began)).encode()
            due = start + number * every if every else max(start, time.perf_counter())
            time.sleep(max(0.0, due - time.perf_counter()))
            line.request("POST", "/slack/events", body, slack_desk.signed(body))
            answer = line.getresponse()
            answer.read()
            waits.append(time.perf_counter() - due)
            refused += answer.status != 200
        line.close()
        with lock:
            sent.waits += waits
            sent.refused += refused

    _together(sender)
    sent.took = time.perf_counter() - start
    return sent


def _together(sender: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=sender, args=(place,)) for place in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def _web() -> Iterator[int]:
    """The web process as a desk runs it, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "RUNG_PORT": str(port), "RUNG_HOST": "127.0.0.1", "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen([sys.executable, "-m", "rung.config.command", "web"], env=environment)
    try:
        _wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        try:
            line = HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/healthz")
            line.getresponse().read()
        except (OSError, HTTPException):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("the web process did not start")
