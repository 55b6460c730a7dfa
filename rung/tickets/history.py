"""A ticket's events, read back as they were recorded."""

from collections.abc import Iterator, Sequence

from django.db import connection

from rung.core.case.events import AnyEvent, decode

EVENTS = "SELECT data::text FROM tickets_event WHERE ticket_id = %s ORDER BY number"


def events_of(ticket: int) -> list[AnyEvent]:
    """All events of one ticket, in order."""
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [ticket])
        return [decode(data) for (data,) in cursor]


def events_by_ticket(tickets: Sequence[int]) -> Iterator[tuple[int, list[AnyEvent]]]:
    """(ticket, its events) for every one of these tickets, in the order of their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ticket_id, data::text FROM tickets_event WHERE ticket_id = ANY(%s) ORDER BY ticket_id, number",
            [list(tickets)],
        )
        rows = cursor.fetchall()
    by_ticket: dict[int, list[AnyEvent]] = {}
    for ticket, data in rows:
        by_ticket.setdefault(ticket, []).append(decode(data))
    yield from by_ticket.items()
