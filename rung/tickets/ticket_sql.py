"""The one writer of ticket and event rows: for an action, the ticker and an import, from one table of columns."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import psycopg
from django.db import connection

from rung.core.case import case as cases
from rung.core.case.case import Case
from rung.core.case.events import AnyEvent
from rung.core.reckoning.look import Look
from rung.outbox import enqueue, live, notify
from rung.people.clock import moment_of
from rung.people.prepared_statements import prepared
from rung.tickets.models import Ticket
from rung.tickets.ticket_columns import (
    CASE_COLUMNS,
    DEADLINE_COLUMNS,
    EVENT_COLUMNS,
    FIRST_COLUMNS,
    columns,
    event_values,
    next_deadline,
)

_FIELDS = [field.attname for field in Ticket._meta.concrete_fields]


class Locked(NamedTuple):
    """A ticket that is nobody else's until the transaction ends, its requester's name, and what time it was then."""

    ticket: Ticket
    requester_name: str
    now: datetime


def lock(number: int) -> Locked:
    """Raises Ticket.DoesNotExist."""
    with prepared() as cursor:
        cursor.execute(_LOCK, [number])
        row = cursor.fetchone()
    if row is None:
        raise Ticket.DoesNotExist(f"there is no ticket {number}")
    *fields, name, now = row
    return Locked(Ticket.from_db(connection.alias, _FIELDS, fields), name or "", moment_of(now))


class NewEvent(NamedTuple):
    """An event of a ticket that is not a row yet, with the key of the client that asked for it, if any."""

    ticket: int
    event: AnyEvent
    client_key: str | None = None


def write(
    ticket: Ticket, case: Case, events: Sequence[tuple[AnyEvent, str | None]], topics: Sequence[str], now: datetime
) -> None:
    """What an action did: new events (each with the key of the client that asked, if any), the case and its columns;
    cards that show it are to be edited; the ticker, the courier and open pages hear of it when it is committed."""
    ticket.snapshot = cases.encode(case)
    ticket.changed_at = ticket.wake_at = now
    shown = columns(case)
    for name, value in shown.items():
        setattr(ticket, name, value)
    given = {
        **shown,
        "number": ticket.number,
        "customer_id": ticket.customer_id,
        "events": [
            dict(zip(_EVENT_NAMES, event_values(ticket.number, *event, msgspec.Raw), strict=True)) for event in events
        ],
        "topics": list(dict.fromkeys(topics)),
        **enqueue.refreshing({ticket.number: case}, now),
    }
    with prepared() as cursor:
        cursor.execute(_WRITE, [msgspec.json.encode(given).decode(), ticket.snapshot])


def seen(number: int, look: Look, wake_at: datetime | None, changed_at: datetime | None) -> dict[str, Any]:
    """A ticket as `update` and `add` write it: all its row shows after a look. `changed_at` None: it did not change."""
    return {
        "number": number,
        # As it is kept: JSON within JSON.
        "snapshot": msgspec.Raw(cases.encode(look.case)),
        "wake_at": wake_at,
        "changed_at": changed_at,
        **columns(look.case),
        **dict(zip(_DEADLINE, next_deadline(look), strict=True)),
    }


def update(rows: Sequence[Mapping[str, Any]]) -> None:
    """Tickets the ticker has looked at, each as `seen` gives it: one that was parked is no longer."""
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [msgspec.json.encode(rows).decode()])


def add(rows: Sequence[Mapping[str, Any]]) -> None:
    """New tickets, each as `seen` gives it, with `FIRST_COLUMNS`."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [msgspec.json.encode(rows).decode()])


def add_events(events: Iterable[NewEvent]) -> None:
    """Many events at a time, by COPY."""
    lines = ["\t".join(map(_copied, event_values(*event, bytes.decode))) + "\n" for event in events]
    if not lines:
        return
    connection.ensure_connection()
    raw = connection.connection
    assert isinstance(raw, psycopg.Connection)  # noqa: S101  for the type checker
    with raw.cursor() as cursor, cursor.copy(_COPY_EVENTS) as copy:
        copy.write("".join(lines))


def _copied(value: object) -> str:
    """In COPY's text format."""
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return "\\N" if value is None else str(value)


# The clock is read when the lock is held, not when it was asked for.
_LOCK = f"""
    WITH held AS MATERIALIZED (
        SELECT {", ".join(_FIELDS)}, (SELECT name FROM people_requester WHERE id = requester_id) AS requester_name
        FROM tickets_ticket WHERE number = %s FOR NO KEY UPDATE)
    SELECT *, clock_timestamp() FROM held
"""  # noqa: S608  our own names
_EVENT_NAMES = tuple(name for name, _ in EVENT_COLUMNS)
_COPY_EVENTS = f"COPY tickets_event ({', '.join(_EVENT_NAMES)}) FROM STDIN"
_CASE = tuple((name, kind) for name, kind, _ in CASE_COLUMNS)
_DEADLINE = [name for name, _ in DEADLINE_COLUMNS]
_SEEN = (*_CASE, *DEADLINE_COLUMNS)
_ROW = (("number", "bigint"), ("snapshot", "json"), ("wake_at", "timestamptz"), ("changed_at", "timestamptz"), *_SEEN)
_NEW = (*_ROW, *FIRST_COLUMNS)


def _listed(columns: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns)


# One JSON text for all rows: it is written and read in C on both sides, where arrays of columns are not.
_UPDATE = f"""
    UPDATE tickets_ticket t SET
        snapshot = convert_to(new.snapshot::text, 'UTF8'), wake_at = new.wake_at,
        changed_at = coalesce(new.changed_at, t.changed_at),
        {", ".join(f"{name} = new.{name}" for name, _ in _SEEN)},
        parked_at = NULL, attempts = 0, error = ''
    FROM json_to_recordset(%s::json) AS new ({_listed(_ROW)})
    WHERE t.number = new.number
"""  # noqa: S608  made of the names above
_ADD = f"""
    INSERT INTO tickets_ticket ({", ".join(name for name, _ in _NEW)}, thread, attempts, error)
    SELECT {", ".join("convert_to(snapshot::text, 'UTF8')" if name == "snapshot" else name for name, _ in _NEW)},
        '', 0, ''
    FROM json_to_recordset(%s::json) AS new ({_listed(_NEW)})
"""  # noqa: S608  made of the names above
_KINDS = {
    **dict(_CASE),
    "number": "bigint",
    "customer_id": "bigint",
    "events": "json",
    "topics": "text[]",
    **enqueue.REFRESHING,
}
_GIVEN = {name: f"(SELECT {name} FROM given)::{kind}" for name, kind in _KINDS.items()}  # noqa: S608  our own names
# One JSON text for everything: it is written and read in C on both sides. In one statement the database plans once, and
# one way there and back is enough.
_WRITE = f"""
    WITH given AS MATERIALIZED (
        SELECT * FROM json_to_record(%s::json) AS given ({_listed(_KINDS.items())})
    ), happened AS (
        INSERT INTO tickets_event ({", ".join(_EVENT_NAMES)})
        SELECT * FROM json_to_recordset({_GIVEN["events"]}) AS new ({_listed(EVENT_COLUMNS)})
    ), stands AS (
        UPDATE tickets_ticket SET {", ".join(f"{name} = given.{name}" for name, _ in _CASE)},
            snapshot = %s, customer_id = given.customer_id, changed_at = given.now, wake_at = given.now
        FROM given WHERE tickets_ticket.number = {_GIVEN["number"]}
    ), edited AS ({enqueue.EDIT_CARDS.format(**_GIVEN)}
    ), settled AS ({enqueue.SETTLE_CARDS.format(**_GIVEN)})
    SELECT ({notify.TICKER_NOW}), ({notify.COURIER_NOW} WHERE EXISTS (SELECT FROM edited)),
        (SELECT count(heard) FROM ({live.CHANGED.format(**_GIVEN)}) AS told (heard))
"""  # noqa: S608  made of our own names
