"""The desk's own record as histories to replay: tickets opened since a moment, heard with a policy's phrases."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.db.models import Count, Max, Sum
from msgspec import Struct

from rung.core.case.events import TextFacts
from rung.core.log.events import History, hearing_of
from rung.core.log.record import recorded
from rung.core.policy.model import Policy
from rung.tickets.history import events_by_ticket
from rung.tickets.models import Message, Ticket

#: Tickets read at a time.
_SHARE = 500


class Wanted(Struct, frozen=True):
    """The tickets opened at or after a moment that were there when this was asked; about how many events they have."""

    since: datetime
    last: int
    tickets: int
    events: int


def wanted_since(since: datetime, most: int | None = None) -> Wanted:
    """What there is to read; only the first `most` tickets of it by their numbers."""
    numbers = Ticket.objects.filter(opened_at__gte=since).order_by("number").values("number")[:most]
    found = Ticket.objects.filter(number__in=numbers).aggregate(
        last=Max("number"), tickets=Count("number"), events=Sum("events_count")
    )
    return Wanted(since, found["last"] or 0, found["tickets"], found["events"] or 0)


def histories_of(
    wanted: Wanted, policy: Policy, on_progress: Callable[[int], None] = lambda _tickets: None
) -> Iterator[History]:
    """Each ticket in the order of their numbers, only a few hundred held at a time. Blanked messages say nothing.

    Share by share, not by one cursor of the database: a replay takes as long as it likes over each, and a
    transaction that stands open so long would be ended, and would keep the database from tidying up meanwhile.
    """
    hear = hearing_of(policy).facts
    done = before = 0
    while share := dict(_subjects(wanted, before)):
        texts = dict(Message.objects.filter(ticket__in=share).values_list("pk", "text"))
        for number, events in events_by_ticket(list(share)):
            yield recorded(str(number), events, _rehear(hear, share[number], texts))
        before, done = max(share), done + len(share)
        on_progress(done)


def histories_since(
    since: datetime, policy: Policy, on_progress: Callable[[int, int], None] = lambda _done, _all: None
) -> list[History]:
    """All of them at once, to go through them more than once."""
    wanted = wanted_since(since)
    return list(histories_of(wanted, policy, lambda done: on_progress(done, wanted.tickets)))


def _subjects(wanted: Wanted, before: int) -> Iterable[tuple[int, str]]:
    """(number, subject) of the share of tickets after number `before`."""
    tickets = Ticket.objects.filter(opened_at__gte=wanted.since, number__gt=before, number__lte=wanted.last)
    return tickets.order_by("number").values_list("number", "subject")[:_SHARE]


def _rehear(hear: Callable[[str], TextFacts], subject: str, texts: dict[int, str]) -> Callable[[int, bool], TextFacts]:
    """As actions judge a message when it arrives: the first one together with its subject."""

    def rehear(message: int, opens: bool) -> TextFacts:
        text = texts.get(message, "")
        return hear(f"{subject}\n\n{text}" if opens else text)

    return rehear
