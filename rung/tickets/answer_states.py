"""Whether an answer has arrived: its deliveries put together, and whether a customer can be reached at all."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import Combinable
from msgspec import Struct

from rung.core.reckoning.effects import NoticeKind
from rung.core.sentences import key
from rung.outbox import registry
from rung.outbox.addresses import APP, ContactPoint, is_configured, ways_to
from rung.outbox.models import Delivery, State
from rung.outbox.sentences import Sentence
from rung.policies.outlets import outlets
from rung.tickets.delivery_context import about
from rung.tickets.models import Ticket


class AnswerState(StrEnum):
    """Where an answer stands, for all its recipients together: if any of them got it, it counts."""

    HELD = "held"
    ON_ITS_WAY = "on_its_way"
    SENT = "sent"
    ONLY_PAGE = "only_page"
    PERHAPS = "perhaps_arrived"
    REFUSED = "refused"
    BOUNCED = "bounced"
    NO_WAY = "no_way"
    UNDONE = "undone"


#: The words a reader sees.
WORDS = {
    AnswerState.HELD: key("goes out in a moment"),
    AnswerState.ON_ITS_WAY: key("on its way"),
    AnswerState.SENT: key("sent"),
    AnswerState.ONLY_PAGE: key("only on their page"),
    AnswerState.PERHAPS: key("perhaps arrived"),
    AnswerState.REFUSED: key("refused"),
    AnswerState.BOUNCED: key("bounced"),
    AnswerState.NO_WAY: key("nothing can reach them"),
    AnswerState.UNDONE: key("undone, not sent"),
}
#: Those of which it is known that nobody has the answer.
NOT_ARRIVED = frozenset({AnswerState.REFUSED, AnswerState.BOUNCED, AnswerState.NO_WAY, AnswerState.UNDONE})
#: Those whose reason is somebody else's, and worth saying.
SAYS_WHY = frozenset({AnswerState.ON_ITS_WAY, AnswerState.PERHAPS, AnswerState.REFUSED, AnswerState.BOUNCED})
#: Those an answer may be sent again from.
MAY_BE_REPEATED = NOT_ARRIVED | {AnswerState.PERHAPS, AnswerState.ONLY_PAGE}


class Arrival(Struct, frozen=True, kw_only=True):
    """`why`: what the other side said last; `until`: while it is held, when it goes out; `next_at`: the next try."""

    state: AnswerState
    to: str = ""
    why: Sentence | None = None
    until: datetime | None = None
    next_at: datetime | None = None

    @property
    def failed(self) -> bool:
        """Whether it is known that nobody has it."""
        return self.state in NOT_ARRIVED

    @property
    def may_be_repeated(self) -> bool:
        """Whether it is sensible to send it again."""
        return self.state in MAY_BE_REPEATED

    @property
    def seconds(self) -> int:
        """For how long it was held at most: what a page counts down from."""
        return 0 if self.until is None or self.next_at is None else round((self.until - self.next_at).total_seconds())


def arrivals(ticket: Ticket, now: datetime) -> dict[int, Arrival]:
    """The number of each public message -> whether it has arrived. Messages nobody sent anywhere are missing."""
    rows = Delivery.objects.filter(ticket=ticket, kind=NoticeKind.REPLY, message__isnull=False).order_by("pk")
    by_message: dict[int, list[Delivery]] = {}
    for row in rows:
        by_message.setdefault(row.message_id or 0, []).append(row)
    return {message: arrival(found, ticket, now) for message, found in by_message.items()}


def arrival(rows: Sequence[Delivery], ticket: Ticket, now: datetime) -> Arrival:
    """What its deliveries, one a recipient and try, come to together."""
    for is_so, state in _ORDER:
        found = [row for row in rows if is_so(row, ticket, now)]
        if found:
            row = found[-1]
            return Arrival(
                state=state,
                to=row.destination,
                why=None if state is AnswerState.SENT else row.outcome,
                until=row.next_attempt_at if state is AnswerState.HELD else None,
                next_at=now if state is AnswerState.HELD else row.next_attempt_at,
            )
    return Arrival(state=AnswerState.ON_ITS_WAY)


def is_held(row: Delivery, now: datetime) -> bool:
    """Whether it waits for the seconds in which it may be undone."""
    at = row.next_attempt_at
    return row.state == State.WAITING and row.attempts == 0 and at is not None and at > now and at > row.created_at


def has_page(ticket: Ticket) -> bool:
    """Whether the customer was given their page: who asks by the form is, and a program reads what it asked for.
    On a sample day, from which nothing goes out, everybody has one."""
    return settings.SAMPLE_DAY or ticket.channel not in registry.channels()


def mails_go_out() -> bool:
    """Whether an answer can go out by mail, as the desk is set up."""
    return is_configured(ContactPoint(outlets().by_mail(), ""), NoticeKind.REPLY)


def reaches(tickets: Iterable[Ticket]) -> bool:
    """Whether any channel reaches who asked in these tickets, as the desk is set up."""
    return any(is_configured(way, NoticeKind.REPLY) for each in tickets for way in ways_to(about(each).where))


def withheld(now: datetime) -> Combinable | Q:
    """Of messages: those that customers do not see, because they are held or were undone."""
    rows = Delivery.objects.filter(message=OuterRef("pk"), kind=NoticeKind.REPLY)
    held = rows.filter(state=State.WAITING, attempts=0, next_attempt_at__gt=now).filter(
        next_attempt_at__gt=F("created_at")
    )
    undone = rows.filter(state=State.OVERTAKEN, outcome__code="undone")
    return Exists(held) | (Exists(undone) & ~Exists(rows.exclude(state=State.OVERTAKEN)))


def _is_sent(row: Delivery, _ticket: Ticket, _now: datetime) -> bool:
    return row.state == State.SENT and row.channel != APP


def _is_held(row: Delivery, _ticket: Ticket, now: datetime) -> bool:
    return is_held(row, now)


def _on_its_way(row: Delivery, _ticket: Ticket, _now: datetime) -> bool:
    return row.state in (State.WAITING, State.SENDING, State.HELD)


def _perhaps(row: Delivery, _ticket: Ticket, _now: datetime) -> bool:
    return row.state == State.UNCLEAR


def _on_page(row: Delivery, ticket: Ticket, _now: datetime) -> bool:
    return row.state == State.SENT and row.channel == APP and has_page(ticket)


def _bounced(row: Delivery, _ticket: Ticket, _now: datetime) -> bool:
    return row.state == State.BOUNCED


def _refused(row: Delivery, _ticket: Ticket, _now: datetime) -> bool:
    return row.state == State.NEVER


def _nowhere(row: Delivery, _ticket: Ticket, _now: datetime) -> bool:
    return row.state == State.SENT and row.channel == APP


def _undone(row: Delivery, _ticket: Ticket, _now: datetime) -> bool:
    return row.state == State.OVERTAKEN


_ORDER = (
    (_is_sent, AnswerState.SENT),
    (_is_held, AnswerState.HELD),
    (_on_its_way, AnswerState.ON_ITS_WAY),
    (_perhaps, AnswerState.PERHAPS),
    (_on_page, AnswerState.ONLY_PAGE),
    (_bounced, AnswerState.BOUNCED),
    (_refused, AnswerState.REFUSED),
    (_nowhere, AnswerState.NO_WAY),
    (_undone, AnswerState.UNDONE),
)
