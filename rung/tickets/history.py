"""A ticket's events, read back as they were recorded."""

from collections.abc import Iterator

from django.db import connection

from rung.core.events import AnyEvent, decode

EVENTS = "SELECT data::text FROM tickets_event WHERE ticket_id = %s ORDER BY number"


def events_of(ticket: int) -> list[AnyEvent]:
    """All events of one ticket, in order."""
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [ticket])
        return [decode(data) for (data,) in cursor]


def events_by_ticket(first: int, last: int) -> Iterator[tuple[int, list[AnyEvent]]]:
    """(ticket, its events) for every ticket from `first` to `last`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ticket_id, data::text FROM tickets_event"
            " WHERE ticket_id BETWEEN %s AND %s ORDER BY ticket_id, number",
            [first, last],
        )
        rows = cursor.fetchall()
    by_ticket: dict[int, list[AnyEvent]] = {}
    for ticket, data in rows:
        by_ticket.setdefault(ticket, []).append(decode(data))
    yield from by_ticket.items()
