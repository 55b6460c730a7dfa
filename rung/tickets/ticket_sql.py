"""A ticket's row under its lock, and all an action writes, as one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db import connection

from rung.core.case import case as cases
from rung.core.case.case import Case
from rung.core.case.events import AnyEvent, encode
from rung.outbox import enqueue, live, notify
from rung.people.clock import moment_of
from rung.people.prepared_statements import prepared
from rung.tickets.models import Ticket
from rung.tickets.ticket_columns import Columns, columns

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


def write(
    ticket: Ticket, case: Case, events: Sequence[tuple[AnyEvent, str | None]], topics: Sequence[str], now: datetime
) -> None:
    """New events (each with the key of the client that asked, if any), the case, its columns and `wake_at`; cards that
    show the ticket are to be edited; the ticker, the courier and open pages hear of it when it is committed."""
    ticket.snapshot = cases.encode(case)
    ticket.changed_at = ticket.wake_at = now
    shown = columns(case)
    for name, value in shown.items():
        setattr(ticket, name, value)
    given = {
        **shown,
        "number": ticket.number,
        "customer_id": ticket.customer_id,
        "events": [_row(ticket.number, *event) for event in events],
        "topics": list(dict.fromkeys(topics)),
        **enqueue.refreshing({ticket.number: case}, now),
    }
    with prepared() as cursor:
        cursor.execute(_WRITE, [msgspec.json.encode(given).decode(), ticket.snapshot])


def kind_of(event: AnyEvent) -> str:
    """The word under `kind` in the event's JSON."""
    return str(type(event).__struct_config__.tag)


def _row(ticket: int, event: AnyEvent, client_key: str | None) -> dict[str, object]:
    return {
        "ticket_id": ticket,
        "number": event.number,
        "at": event.at,
        "kind": kind_of(event),
        "by": event.by,
        "data": msgspec.Raw(encode(event)),
        "client_key": client_key,
    }


# The clock is read when the lock is held, not when it was asked for.
_LOCK = f"""
    WITH held AS MATERIALIZED (
        SELECT {", ".join(_FIELDS)}, (SELECT name FROM people_requester WHERE id = requester_id) AS requester_name
        FROM tickets_ticket WHERE number = %s FOR NO KEY UPDATE)
    SELECT *, clock_timestamp() FROM held
"""  # noqa: S608  our own names
_KINDS = {
    **{name: str(Ticket._meta.get_field(name).db_type(connection)) for name in Columns.__annotations__},
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
        SELECT * FROM json_to_record(%s::json) AS given ({", ".join(f"{name} {kind}" for name, kind in _KINDS.items())})
    ), happened AS (
        INSERT INTO tickets_event (ticket_id, number, at, kind, by, data, client_key)
        SELECT * FROM json_to_recordset({_GIVEN["events"]}) AS new (
            ticket_id bigint, number int, at timestamptz, kind text, by text, data jsonb, client_key text)
    ), stands AS (
        UPDATE tickets_ticket SET {", ".join(f"{name} = given.{name}" for name in Columns.__annotations__)},
            snapshot = %s, customer_id = given.customer_id, changed_at = given.now, wake_at = given.now
        FROM given WHERE tickets_ticket.number = {_GIVEN["number"]}
    ), edited AS ({enqueue.EDIT_CARDS.format(**_GIVEN)}
    ), settled AS ({enqueue.SETTLE_CARDS.format(**_GIVEN)})
    SELECT ({notify.TICKER_NOW}), ({notify.COURIER_NOW} WHERE EXISTS (SELECT FROM edited)),
        (SELECT count(heard) FROM ({live.CHANGED.format(**_GIVEN)}) AS told (heard))
"""  # noqa: S608  made of our own names
