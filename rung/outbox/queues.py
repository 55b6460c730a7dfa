"""The queues of deliveries: for each destination and method at most one under way, and no faster than is allowed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import connection
from django.db.models import F

from rung.outbox import registry
from rung.outbox.models import Delivery, LaneState, State

log = structlog.get_logger(__name__)


class Claimed(NamedTuple):
    """A delivery being sent, and the lane that is kept for it. `is_failing`: the lane's last sending failed."""

    delivery: Delivery
    lane: str
    is_failing: bool = False


#: A reply waits for those before it in its conversation, and so does what a program is told of one ticket; a page
#: waits for nothing. `later` is the row that would wait.
_IN_TURN = """
    NOT EXISTS (
        SELECT FROM outbox_delivery earlier
        WHERE earlier.ticket_id = later.ticket_id AND earlier.id < later.id
          AND earlier.channel = later.channel AND earlier.destination = later.destination
          AND (
            (later.kind = 'reply' AND earlier.kind = 'reply' AND earlier.state IN ('waiting', 'sending', 'held'))
            OR (
                later.channel = ANY(%(in_order)s) AND later.kind <> 'page'
                AND earlier.kind <> 'page' AND earlier.state IN ('waiting', 'sending')
            )
          )
    )
"""
_CLAIM = f"""
    WITH ready AS (
        SELECT lane.name, first.id, first.rank, first.next_attempt_at
        FROM outbox_lanestate lane CROSS JOIN LATERAL (
            SELECT id, rank, next_attempt_at, channel FROM outbox_delivery later
            WHERE lane = lane.name AND state = 'waiting' AND next_attempt_at <= %(now)s AND {_IN_TURN}
            ORDER BY rank, next_attempt_at, id LIMIT 1
        ) first
        WHERE lane.free_at <= %(now)s AND (lane.failures = 0 OR %(with_failing)s) AND first.channel <> ALL(%(without)s)
        ORDER BY first.rank, first.next_attempt_at LIMIT %(most)s
        FOR UPDATE OF lane SKIP LOCKED
    )
    UPDATE outbox_lanestate lane SET free_at = %(until)s FROM ready WHERE lane.name = ready.name
    RETURNING ready.id, ready.name, lane.failures > 0
"""  # noqa: S608  made of our own words
_NEXT = f"""
    SELECT min(at) FROM (
        SELECT greatest(lane.free_at, first.next_attempt_at) AS at
        FROM outbox_lanestate lane CROSS JOIN LATERAL (
            SELECT min(next_attempt_at) AS next_attempt_at FROM outbox_delivery later
            WHERE lane = lane.name AND state = 'waiting' AND {_IN_TURN}
        ) first
        WHERE first.next_attempt_at IS NOT NULL
        UNION ALL SELECT min(next_attempt_at) FROM outbox_delivery WHERE state = 'held'
        UNION ALL SELECT min(leased_until) FROM outbox_delivery WHERE state = 'sending'
    ) moments
"""  # noqa: S608  made of our own words


def claim(
    most: int, now: datetime, until: datetime, *, without: Sequence[str] = (), with_failing: bool = True
) -> list[Claimed]:
    """The first of every free lane, marked as being sent until then; the most pressing lanes first.

    `without`: channels that have their share already. `with_failing`: also lanes whose last sending failed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "now": now,
                "until": until,
                "most": most,
                "without": list(without),
                "with_failing": with_failing,
                "in_order": in_order(),
            },
        )
        lane_of = {delivery: (lane, is_failing) for delivery, lane, is_failing in cursor.fetchall()}
    rows = list(
        Delivery.objects.filter(pk__in=lane_of)
        .select_related("ticket", "ticket__customer", "ticket__requester", "message")
        .order_by("rank", "next_attempt_at")
    )
    Delivery.objects.filter(pk__in=lane_of).update(state=State.SENDING, leased_until=until, attempts=F("attempts") + 1)
    for row in rows:
        row.state, row.leased_until, row.attempts = State.SENDING, until, row.attempts + 1
    return [Claimed(row, *lane_of[row.pk]) for row in rows]


def next_at() -> datetime | None:
    """When the courier has something to do again, as things stand."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"in_order": in_order()})
        (at,) = cursor.fetchone()
    return at if isinstance(at, datetime) else None


def in_order() -> list[str]:
    """The channels with programs at the other end: what one is told of a ticket keeps its order."""
    return [name for name, channel in registry.channels().items() if channel.repeats_safely]


def free(names: Sequence[str], at: datetime) -> None:
    """The lanes are open again from then on; one that failed until now is named in the log."""
    for row in LaneState.objects.filter(name__in=names, failures__gt=0).only("name", "failures"):
        log.warning("a destination takes what it is sent again", destination=row.name, failures=row.failures)
    LaneState.objects.filter(name__in=names).update(free_at=at, blocked_why="", failures=0)


def block(name: str, now: datetime, wait: timedelta, why: str) -> None:
    """The other side asks to be left alone for so long; whatever queues there waits, visibly. Logged once, when it
    begins."""
    if LaneState.objects.filter(name=name, failures=0).exists():
        log.warning("a destination does not take what it is sent", destination=name, why=why)
    LaneState.objects.filter(name=name).update(free_at=now + wait, blocked_why=why[:500], failures=F("failures") + 1)
