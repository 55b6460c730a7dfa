"""The door for what comes in: it is written down before anybody thinks about it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zlib import crc32

import msgspec
from django.db import connection

from rung.intake.models import LANES
from rung.outbox import notify

#: An escaped NUL, which PostgreSQL's jsonb refuses; not the six letters after an escaped backslash.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_STORE = """
    INSERT INTO intake_received (
        channel, external_id, inbox, lane, body, received_at, next_attempt_at, attempts, outcome)
    VALUES (%s, %s, %s, %s, %s, %s, %s, 0, '')
    ON CONFLICT (channel, external_id) DO NOTHING
"""


def store(
    channel: str, external_id: str, body: Mapping[str, Any], *, inbox: str = "", place: str = "", now: datetime
) -> bool:
    """Keep it for the sorter; whether it is new. Committed when this returns, unless the caller holds a transaction.

    `place`: where a conversation goes on. What comes from one place is sorted in the order in which it came.
    """
    text = _NUL.sub(r"\1", msgspec.json.encode(body).decode())
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [channel, external_id, inbox, lane_of(channel, place), text, now, now])
        new: bool = cursor.rowcount == 1
    if new:
        notify.sorter()
    return new


def lane_of(channel: str, place: str) -> int:
    """The lane of a place: any, but always the same."""
    return crc32(f"{channel}/{place}".encode()) % LANES
