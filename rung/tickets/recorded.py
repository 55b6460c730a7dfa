"""The desk's own record as histories to replay: tickets opened since a moment, heard with a policy's phrases."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Max, Min

from rung.core.events import TextFacts
from rung.core.log_events import History, hearing_of
from rung.core.policy import Policy
from rung.core.record import recorded
from rung.tickets.history import events_by_ticket
from rung.tickets.models import Message, Ticket

#: Ticket numbers read at a time.
_SHARE = 500


def histories_since(
    since: datetime, policy: Policy, on_progress: Callable[[int, int], None] = lambda _done, _all: None
) -> list[History]:
    """Every ticket opened at or after an aware moment, in the order of their numbers. Blanked messages say nothing."""
    wanted = Ticket.objects.filter(opened_at__gte=since)
    bounds = wanted.aggregate(first=Min("number"), last=Max("number"))
    if bounds["first"] is None:
        return []
    hear = hearing_of(policy).facts
    histories: list[History] = []
    for first in range(bounds["first"], bounds["last"] + 1, _SHARE):
        last = min(first + _SHARE - 1, bounds["last"])
        subjects = dict(wanted.filter(number__range=(first, last)).values_list("number", "subject"))
        texts = dict(Message.objects.filter(ticket__in=subjects).values_list("pk", "text"))
        for number, events in events_by_ticket(first, last):
            if number in subjects:
                histories.append(recorded(str(number), events, _rehear(hear, subjects[number], texts)))
        on_progress(last - bounds["first"] + 1, bounds["last"] - bounds["first"] + 1)
    return histories


def _rehear(hear: Callable[[str], TextFacts], subject: str, texts: dict[int, str]) -> Callable[[int, bool], TextFacts]:
    """As actions judge a message when it arrives: the first one together with its subject."""

    def rehear(message: int, opens: bool) -> TextFacts:
        text = texts.get(message, "")
        return hear(f"{subject}\n\n{text}" if opens else text)

    return rehear
