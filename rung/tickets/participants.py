"""Who else asked: people whose tickets went into this one. Each hears and sees what is said from then on."""

from collections.abc import Iterator
from datetime import datetime

from rung.tickets.models import Event, Ticket


def participants(ticket: Ticket) -> list[Ticket]:
    """The tickets by which others take part in this one, one for each person, the newest."""
    found: dict[object, Ticket] = {}
    for gone in _gone_into(ticket.number):
        who = gone.requester_id or f"ticket:{gone.number}"
        if gone.requester_id is None or gone.requester_id != ticket.requester_id:
            found[who] = gone
    return list(found.values())


def joined_at(gone: Ticket) -> datetime | None:
    """Since when the requester of a ticket takes part in the one it went into; None: they do not."""
    merged = Event.objects.filter(ticket=gone, kind="merged", data__participates=True)
    return merged.order_by("-number").values_list("at", flat=True).first()


def _gone_into(number: int) -> Iterator[Ticket]:
    wanted = [number]
    while wanted:
        rows = Ticket.objects.filter(merged_into__in=wanted).select_related("requester", "customer").defer("snapshot")
        taking_part = set(
            Event.objects.filter(ticket__merged_into__in=wanted, kind="merged", data__participates=True).values_list(
                "ticket_id", flat=True
            )
        )
        found = list(rows.order_by("number"))
        yield from (gone for gone in found if gone.number in taking_part)
        wanted = [gone.number for gone in found]
