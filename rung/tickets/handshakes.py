"""Escalations as handshakes: what is offered and waits, and what was claimed or returned lately."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Q, QuerySet

from rung.core import actors
from rung.core.actors import Actor
from rung.core.vocabulary import Reason
from rung.tickets.models import IS_OPEN, Event, Message, Ticket
from rung.tickets.triage_board import for_rows

CLAIMED, RETURNED = "claimed", "offer_returned"
#: Handshakes of one kind on a page; there are seldom more in a week.
MOST = 100


@dataclass(frozen=True)
class Handshake:
    """One offer and what came of it. `by`: who offered, claimed or returned it, as events name people.

    `waited`: how long the offer was open, if it is not any more. `words`: why it was returned.
    """

    ticket: Ticket
    level: str
    at: datetime
    by: Actor
    reason: Reason
    waited: timedelta | None = None
    words: str = ""


@dataclass(frozen=True)
class OfferState:
    """One level in numbers: its open offers and the oldest of them, and the last days."""

    level: str
    offered: int
    oldest_at: datetime | None
    claimed: int
    #: From offer to claim, the middle one of them.
    wait: timedelta | None
    returned: int


def offered(seen: Q, now: datetime) -> list[Handshake]:
    """Open offers, each ticket under its newest one; the longest waiting first within a priority."""
    waiting = for_rows(Ticket.objects.filter(IS_OPEN, seen).exclude(offered_to=""))
    tickets = list(waiting.order_by("-critical", "priority_rank", "offered_at", "number")[:MOST])
    offers = Event.objects.filter(ticket__in=tickets, kind="offered").order_by("number")
    newest = {offer.ticket_id: offer for offer in offers}
    return [_open(ticket, newest.get(ticket.number), now) for ticket in tickets]


def settled(kind: str, seen: Q, since: datetime) -> list[Handshake]:
    """Offers claimed, or returned, since then; the newest first."""
    events = _recent(kind, since)
    tickets = for_rows(Ticket.objects.filter(seen, number__in={event.ticket_id for event in events})).in_bulk()
    events = [event for event in events if event.ticket_id in tickets]
    offers = _offers(events)
    words = dict(
        Message.objects.filter(pk__in=[event.data.get("message") for event in events]).values_list("pk", "text")
    )
    found = []
    for event in events:
        offer = offers.get((event.ticket_id, event.data.get("offer", 0)))
        found.append(
            Handshake(
                tickets[event.ticket_id],
                event.data.get("level", ""),
                event.at,
                event.by,
                _reason(offer.data if offer else {}),
                event.at - offer.at if offer else None,
                words.get(event.data.get("message"), ""),
            )
        )
    return found


def offer_states(
    levels: Iterable[str], open_: Sequence[Handshake], claimed: Sequence[Handshake], returned: Sequence[Handshake]
) -> list[OfferState]:
    """Each level in numbers."""
    return [
        OfferState(
            level,
            sum(each.level == level for each in open_),
            min((each.at for each in open_ if each.level == level), default=None),
            len(waits := [each.waited for each in claimed if each.level == level]),
            _middle([wait for wait in waits if wait is not None]),
            sum(each.level == level for each in returned),
        )
        for level in levels
    ]


def _open(ticket: Ticket, offer: Event | None, now: datetime) -> Handshake:
    by, facts = (offer.by, offer.data) if offer else (actors.SYSTEM, {})
    return Handshake(ticket, ticket.offered_to, ticket.offered_at or now, by, _reason(facts))


def _recent(kind: str, since: datetime) -> list[Event]:
    found: QuerySet[Event] = Event.objects.filter(kind=kind, at__gte=since).order_by("-at")
    return list(found[:MOST])


def _offers(events: Sequence[Event]) -> dict[tuple[int, int], Event]:
    """(ticket, number) -> the offers these events are about."""
    about = Event.objects.filter(kind="offered", ticket__in={event.ticket_id for event in events})
    return {(event.ticket_id, event.number): event for event in about}


def _middle(waits: list[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None


def _reason(data: dict[str, Any]) -> Reason:
    word = data.get("reason", Reason.OTHER.value)
    return Reason(word) if word in set(Reason) else Reason.OTHER
