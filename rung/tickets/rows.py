"""A ticket's row under its lock, and all an action writes, in one message to the database."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection

from rung.core import case as cases
from rung.core.case import Case
from rung.core.events import AnyEvent, encode
from rung.outbox import enqueue, live, wakeups
from rung.tickets.columns import Columns, columns
from rung.tickets.models import Ticket

_FIELDS = [field.attname for field in Ticket._meta.concrete_fields]


def lock(number: int) -> Ticket:
    """The ticket, nobody else's until the transaction ends. Raises Ticket.DoesNotExist."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [number])
        row = cursor.fetchone()
    if row is None:
        raise Ticket.DoesNotExist(f"there is no ticket {number}")
    return Ticket.from_db(connection.alias, _FIELDS, row)


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
        "snapshot": ticket.snapshot,
        "customer_id": ticket.customer_id,
        "events": msgspec.json.encode([_row(ticket.number, *event) for event in events]).decode(),
        "topics": list(dict.fromkeys(topics)),
        **enqueue.refreshing({ticket.number: case}, now),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, given)


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


_LOCK = f"SELECT {', '.join(_FIELDS)} FROM tickets_ticket WHERE number = %s FOR NO KEY UPDATE"  # noqa: S608  our own names
_SHOWN = ", ".join(f"{name} = %({name})s" for name in Columns.__annotations__)
# Several statements at once: parameters are bound on this side, and one way there and back costs what one of them does.
_WRITE = f"""
    INSERT INTO tickets_event (ticket_id, number, at, kind, by, data, client_key)
    SELECT * FROM json_to_recordset(%(events)s::json) AS new (
        ticket_id bigint, number int, at timestamptz, kind text, by text, data jsonb, client_key text);
    UPDATE tickets_ticket SET {_SHOWN}, snapshot = %(snapshot)s, customer_id = %(customer_id)s,
        changed_at = %(now)s, wake_at = %(now)s
    WHERE number = %(number)s;
    {enqueue.REFRESH};
    {wakeups.TICKER_NOW};
    {live.CHANGED}
"""  # noqa: S608  made of our own names
