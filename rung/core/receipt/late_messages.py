"""What a channel told late, and from when it counts: the receipt says so in words."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.case.late_events import LATEST, as_they_count
from rung.core.policy.plain_words import span
from rung.core.sentences import say

#: Sooner than this nobody calls it late.
WORTH_SAYING = timedelta(minutes=1)


class LateMessage(Struct, frozen=True):
    """Words the desk heard of at `told_at`, though said at `said_at`; every clock takes them from `counts_from`."""

    number: int
    by: Actor
    said_at: datetime
    told_at: datetime
    counts_from: datetime
    sentence: str

    @property
    def late(self) -> timedelta:
        return self.told_at - self.said_at


def told_late(history: Sequence[e.AnyEvent]) -> Iterator[LateMessage]:
    """Each of a ticket's events that was told late, in the order of telling."""
    late = [event for event in history if is_late(event)]
    moments = {event.number: event.at for event in as_they_count(history)} if late else {}
    for event in late:
        if isinstance(event, e.Opened | e.CustomerWrote | e.Answered) and event.said is not None:
            counts_from = moments[event.number]
            sentence = _sentence(event, counts_from, opened_at=moments[history[0].number])
            yield LateMessage(event.number, event.by, event.said.at, event.at, counts_from, sentence)


def is_late(event: e.AnyEvent) -> bool:
    """Whether its channel told it so late that it is worth saying."""
    return _lateness(event) >= WORTH_SAYING


def _lateness(event: e.AnyEvent) -> timedelta:
    if not isinstance(event, e.Opened | e.CustomerWrote | e.Answered) or event.said is None:
        return timedelta()
    return event.at - event.said.at


def _sentence(event: e.Opened | e.CustomerWrote | e.Answered, counts_from: datetime, *, opened_at: datetime) -> str:
    late = _lateness(event)
    told = span(late)
    if late > LATEST:
        return say("told %(late)s after it was said, too long ago: it counts from when it was told", late=told)
    if counts_from == event.at - late:
        return say("told %(late)s after it was said: every clock counts it from when it was said", late=told)
    if counts_from == opened_at:
        return say("told %(late)s after it was said: it counts from when the ticket was opened", late=told)
    return say("told %(late)s after it was said: it counts from the last act done without having read it", late=told)
