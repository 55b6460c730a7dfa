"""What waits in a lane, sorted in order and some at a time: what fails is undone alone, what is slow ends the batch."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F
from psycopg import errors

from rung.intake import batch_cache
from rung.intake.models import LANES, Received
from rung.outbox.clock_step import stepped_back
from rung.people import advisory_locks
from rung.people.clock import database_now
from rung.people.database_errors import AWAY
from rung.people.prepared_statements import prepared

log = structlog.get_logger(__name__)

#: What a channel's module `sorting` has as `sort`: what came of it, in a few words. It raises to be tried again.
Sorter = Callable[[Mapping[str, Any], datetime], str]
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
AT_MOST = timedelta(hours=1)

#: Messages in one transaction, and how many seconds it may last: pages wait for the tickets it has touched.
MOST, LASTS = 50, 0.1
#: Who holds tickets that others wait for does not wait long for one more.
PATIENCE = "200ms"


class NotYet(Exception):
    """It cannot be sorted now, through nobody's fault: the other side cannot be asked."""


def due_lanes() -> list[int]:
    """The lanes in which something is due."""
    with prepared() as cursor:
        cursor.execute(_DUE_LANES, [LANES - 1, database_now()])
        return [lane for (lane,) in cursor]


def next_due_at() -> datetime | None:
    """When something waits to be sorted, or tried again."""
    with prepared() as cursor:
        cursor.execute(_NEXT, [LANES - 1])
        (at,) = cursor.fetchone()
    return at if isinstance(at, datetime) else None


def follow_clock(now: datetime) -> None:
    """What is to be tried again at a moment that has moved away, because the database's clock went back, goes on."""
    if back := stepped_back("sorter", now):
        Received.objects.filter(next_attempt_at__gt=now).update(next_attempt_at=F("next_attempt_at") - back)


def sort_lane(lane: int, sorters: Mapping[str, Sorter]) -> int:
    """The oldest that are due there, all in one transaction; how many. 0 while somebody else has the lane."""
    with transaction.atomic(), batch_cache.kept(), connection.cursor() as cursor:
        if not advisory_locks.is_free(advisory_locks.intake_lane(lane)):
            return 0
        # What refers to nothing fails where it is written, and not when everything is committed.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        tried: list[Received] = []
        ends = time.monotonic() + LASTS
        for received in _due(lane):
            if not _sort(received, sorters, is_first=not tried):
                break
            tried.append(received)
            if len(tried) == 1:
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            if time.monotonic() > ends:
                break
        _write(tried)
    return len(tried)


def _due(lane: int) -> Sequence[Received]:
    due = Received.objects.filter(lane=lane, next_attempt_at__lte=database_now()).order_by("next_attempt_at", "id")
    return list(due.select_for_update(skip_locked=True)[:MOST])


def _sort(received: Received, sorters: Mapping[str, Sorter], *, is_first: bool) -> bool:
    """Sort one, or put it off. False: somebody holds what it needs, so it is for the next batch to wait for."""
    now = database_now()
    try:
        with transaction.atomic():
            received.outcome = sorters[received.channel](received.body, now)
        received.sorted_at, received.next_attempt_at = now, None
    except Exception as error:
        if isinstance(error, AWAY):  # the database, not the message
            if is_first or not isinstance(error.__cause__ or error, errors.LockNotAvailable | errors.DeadlockDetected):
                raise
            return False
        batch_cache.forget()  # what it made is undone
        _put_off(received, error, now)
    return True


def _put_off(received: Received, error: Exception, now: datetime) -> None:
    """It moves on to a later try, and says why."""
    if isinstance(error, NotYet):
        log.info("what came in waits to be sorted", received=received.pk, channel=received.channel, why=str(error))
    else:
        log.exception("what came in could not be sorted", received=received.pk, channel=received.channel)
    wait = BACK_OFF[received.attempts] if received.attempts < len(BACK_OFF) else AT_MOST
    received.attempts = min(received.attempts + 1, 1000)
    received.outcome = f"{type(error).__name__}: {error}".replace("\x00", "")
    received.next_attempt_at = now + wait


def _write(tried: Sequence[Received]) -> None:
    if not tried:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                [each.pk for each in tried],
                [each.outcome for each in tried],
                [each.attempts for each in tried],
                [each.sorted_at for each in tried],
                [each.next_attempt_at for each in tried],
            ],
        )


_DUE_LANES = """
    SELECT lane FROM generate_series(0, %s) AS lane
    WHERE EXISTS (SELECT FROM intake_received r WHERE r.lane = lane.lane AND r.next_attempt_at <= %s)
"""
_NEXT = """
    SELECT min(first.at) FROM generate_series(0, %s) AS lane, LATERAL (
        SELECT min(r.next_attempt_at) AS at FROM intake_received r
        WHERE r.lane = lane.lane AND r.next_attempt_at IS NOT NULL) AS first
"""
# What is done is only to be written down: nothing of it is undone because a busy disk keeps the table waiting.
_WRITE = """
    SET LOCAL lock_timeout TO DEFAULT;
    UPDATE intake_received r SET outcome = new.outcome, attempts = new.attempts, sorted_at = new.sorted_at,
        next_attempt_at = new.next_attempt_at
    FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[])
        AS new (id, outcome, attempts, sorted_at, next_attempt_at)
    WHERE r.id = new.id
"""
