"""The shape of all that moves by itself: work until nothing is due, sleep until something is, be woken by a NOTIFY."""

import os
import select
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg
import structlog
from django.db import connection
from msgspec import Struct

from rung.outbox import progress
from rung.outbox.models import Heartbeat
from rung.people.clock import database_now, seconds_until
from rung.people.database_errors import AWAY

log = structlog.get_logger(__name__)

#: How long a sleep lasts at most: the heartbeat is written after each, and it bounds what a lost NOTIFY can cost.
LONGEST_SLEEP = timedelta(seconds=20)
#: How soon a sleeping loop notices that it is asked to stop. It asks nobody anything; it only looks at a flag.
STOP_WITHIN = 0.25
#: Seconds a round lasts before the heartbeat has its turn.
ROUND_LASTS = 2.0
BEAT_EVERY = timedelta(seconds=5)
RECONNECT_AFTER = 1.0
#: Seconds until a thread that ended by an error begins again; doubled each time, up to the second.
FIRST_WAIT, LONGEST_WAIT = 1.0, 15.0
#: A thread that worked for so many seconds begins anew with the first wait.
SETTLED = 60.0


class Loop(Struct, frozen=True, kw_only=True):
    """`round` does what is due, for not much longer than ROUND_LASTS, and returns how much that was; if more is due it
    is called again at once. `next_at` is when something will be due."""

    name: str
    channel: str
    round: Callable[[], int]
    next_at: Callable[[], datetime | None]
    #: Called with each heartbeat.
    beat: Callable[[], object] = lambda: None


def run(loop: Loop, stop: threading.Event) -> None:
    """Until asked to stop. A lost database is waited for; whatever else raises ends the process, to be restarted."""
    while not stop.is_set():
        progress.moved()
        try:
            _listen(loop, stop)
        except AWAY as lost:
            log.warning("the database is away", loop=loop.name, error=str(lost).strip())
            connection.close()
            stop.wait(RECONNECT_AFTER)


def keep_running(name: str, work: Callable[[threading.Event], None], stop: threading.Event) -> threading.Thread:
    """Start a thread that does `work(stop)` until asked to stop. Where an error ends it, it begins again."""

    def again() -> None:
        wait = FIRST_WAIT
        while not stop.is_set():
            began = time.monotonic()
            try:
                work(stop)
            except AWAY as lost:
                log.warning("the database is away", thread=name, error=str(lost).strip())
            except Exception:
                log.exception("a thread ended by an error; it begins again", thread=name)
            connection.close()
            wait = FIRST_WAIT if time.monotonic() - began > SETTLED else min(wait * 2, LONGEST_WAIT)
            stop.wait(wait)

    thread = threading.Thread(target=again, name=name, daemon=True)
    thread.start()
    return thread


def _listen(loop: Loop, stop: threading.Event) -> None:
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as ear:
        ear.execute(f"LISTEN {loop.channel}")
        pulse = Pulse(loop.name, loop.beat)
        while not stop.is_set():
            progress.moved()
            pulse.beat(loop.round())
            progress.moved()
            _sleep(ear, _until(loop.next_at()), stop)


def _until(due_at: datetime | None) -> float:
    """Seconds to sleep."""
    if due_at is None:
        return LONGEST_SLEEP.total_seconds()
    return min(max(0.0, seconds_until(due_at)), LONGEST_SLEEP.total_seconds())


def _sleep(ear: psycopg.Connection[tuple[object, ...]], seconds: float, stop: threading.Event) -> None:
    """Until the time is up, a NOTIFY comes, or the process is asked to stop."""
    ends = time.monotonic() + seconds
    while not stop.is_set():
        left = ends - time.monotonic()
        if left <= 0:
            break
        progress.moved()
        readable, _, _ = select.select([ear.fileno()], [], [], min(left, STOP_WITHIN))
        if readable:
            break
    # Whatever has been said so far is answered by the round that follows.
    for _ in ear.notifies(timeout=0):
        pass


class Pulse:
    """The row of this process in the table of heartbeats, written now and then. `beside` is called with each."""

    def __init__(self, name: str, beside: Callable[[], object] = lambda: None) -> None:
        self._name, self._beside = name, beside
        self._process = f"{socket.gethostname()}:{os.getpid()}"
        self._rounds = self._done = 0
        self._written = float("-inf")

    def beat(self, done: int) -> None:
        self._rounds += 1
        self._done += done
        if time.monotonic() - self._written < BEAT_EVERY.total_seconds():
            return
        self._written = time.monotonic()
        now = database_now()
        Heartbeat.objects.update_or_create(
            loop=self._name,
            process=self._process,
            defaults={"at": now, "rounds": self._rounds, "done": self._done},
        )
        Heartbeat.objects.filter(at__lt=now - timedelta(days=1)).exclude(loop="backup").delete()
        self._beside()
