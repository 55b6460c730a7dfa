"""The queues of deliveries: for each destination and method at most one under way, and no faster than is allowed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import F

from rung.outbox.models import Delivery, LaneState, State


class Claimed(NamedTuple):
    """A delivery being sent, and the lane that is kept for it."""

    delivery: Delivery
    lane: str


_CLAIM = """
    WITH ready AS (
        SELECT lane.name, first.id, first.rank, first.next_attempt_at
        FROM outbox_lanestate lane CROSS JOIN LATERAL (
            SELECT id, rank, next_attempt_at FROM outbox_delivery
            WHERE lane = lane.name AND state = 'waiting' AND next_attempt_at <= %(now)s
            ORDER BY rank, next_attempt_at, id LIMIT 1
        ) first
        WHERE lane.free_at <= %(now)s
        ORDER BY first.rank, first.next_attempt_at LIMIT %(most)s
        FOR UPDATE OF lane SKIP LOCKED
    )
    UPDATE outbox_lanestate lane SET free_at = %(until)s FROM ready WHERE lane.name = ready.name
    RETURNING ready.id, ready.name
"""
_NEXT = """
    SELECT min(at) FROM (
        SELECT greatest(lane.free_at, first.next_attempt_at) AS at
        FROM outbox_lanestate lane CROSS JOIN LATERAL (
            SELECT min(next_attempt_at) AS next_attempt_at FROM outbox_delivery
            WHERE lane = lane.name AND state = 'waiting'
        ) first
        WHERE first.next_attempt_at IS NOT NULL
        UNION ALL SELECT min(next_attempt_at) FROM outbox_delivery WHERE state = 'held'
        UNION ALL SELECT min(leased_until) FROM outbox_delivery WHERE state = 'sending'
    ) moments
"""


def claim(most: int, now: datetime, until: datetime) -> list[Claimed]:
    """The first of every free lane, marked as being sent until then; the most pressing lanes first."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "until": until, "most": most})
        lane_of = dict(cursor.fetchall())
    rows = list(
        Delivery.objects.filter(pk__in=lane_of)
        .select_related("ticket", "ticket__customer", "ticket__requester", "message")
        .order_by("rank", "next_attempt_at")
    )
    Delivery.objects.filter(pk__in=lane_of).update(state=State.SENDING, leased_until=until, attempts=F("attempts") + 1)
    for row in rows:
        row.state, row.leased_until, row.attempts = State.SENDING, until, row.attempts + 1
    return [Claimed(row, lane_of[row.pk]) for row in rows]


def next_at() -> datetime | None:
    """When the courier has something to do again, as things stand."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT)
        (at,) = cursor.fetchone()
    return at if isinstance(at, datetime) else None


def free(names: Sequence[str], at: datetime) -> None:
    """The lanes are open again from then on."""
    LaneState.objects.filter(name__in=names).update(free_at=at, blocked_why="", failures=0)


def block(name: str, now: datetime, wait: timedelta, why: str) -> None:
    """The other side asks to be left alone for so long; whatever queues there waits, visibly."""
    LaneState.objects.filter(name=name).update(free_at=now + wait, blocked_why=why[:500], failures=F("failures") + 1)
