"""Notices become deliveries: rows that stay until somebody has heard them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import F
from msgspec import Struct, field

from rung.core.case.case import Case
from rung.core.reckoning.effects import Notice, NoticeKind, Subject
from rung.outbox import notify, registry
from rung.outbox.addresses import APP, AddressBook, CustomerAddress
from rung.outbox.models import Delivery, Rank, State
from rung.outbox.notice_titles import Told, notice_title
from rung.outbox.ports import Method
from rung.outbox.sentences import Sentence

METHODS = {
    NoticeKind.REPLY: Method.MESSAGE,
    NoticeKind.PAGE: Method.PAGE,
    NoticeKind.LINK: Method.CREATE,
    NoticeKind.COMMENT: Method.COMMENT,
}
RANKS = {
    NoticeKind.PAGE: Rank.PAGE,
    NoticeKind.OFFER_CARD: Rank.OFFER,
    NoticeKind.REPLY: Rank.MESSAGE,
    NoticeKind.LINK: Rank.MESSAGE,
    NoticeKind.COMMENT: Rank.MESSAGE,
}
LONGEST_KEY = 500
CARDS = (NoticeKind.OFFER_CARD, NoticeKind.TRIAGE_CARD)


class About(Struct, frozen=True, kw_only=True):
    """The ticket a notice is about, as far as words and addresses need it."""

    ticket: int
    subject: str
    customer: str | None = None
    where: CustomerAddress | None = None


class NewDelivery(Struct, frozen=True, kw_only=True):
    """A row to be. The fields are the columns."""

    key: str
    ticket_id: int | None
    event: int
    kind: str
    subject: str
    rule: str
    step: str
    cycle: int | None
    recipient: str
    instead_of: str
    channel: str
    destination: str
    fallbacks: str
    lane: str
    rank: int
    priority: str
    exempt: bool
    title: Sentence = field(name="title_said")
    words: str
    message_id: int | None
    what: str
    state: str
    next_attempt_at: datetime | None
    due_at: datetime
    created_at: datetime
    deadline: datetime | None
    sent_at: datetime | None


def delivery(
    notice: Notice,
    about: About,
    book: AddressBook,
    now: datetime,
    *,
    message: int | None = None,
    words: str = "",
    due_at: datetime | None = None,
    critical: bool = False,
) -> NewDelivery:
    """One notice as a row. In the app it is there at once; anything else waits for the courier.

    `critical`: the ticket is; what is said of it goes before everything else.
    """
    first, *others = book.of(notice.to, notice.kind, about.where)
    in_app = first.channel == APP
    title, text = notice_title(notice, Told(about.ticket, about.subject, about.customer, settings.BASE_URL))
    return NewDelivery(
        key=_indexable(f"{about.ticket}/{notice.key}"),
        ticket_id=about.ticket,
        event=notice.event,
        kind=notice.kind.value,
        subject=notice.subject.value,
        rule=notice.rule or "",
        step=notice.step or "",
        cycle=notice.cycle,
        recipient=notice.to,
        instead_of=notice.instead_of or "",
        channel=first.channel,
        destination=first.destination,
        fallbacks=json.dumps(others),
        lane="" if in_app else lane_of(first.channel, notice.kind, first.destination),
        rank=rank_of(notice.kind, exempt=notice.exempt).of(notice.priority, critical=critical),
        priority=notice.priority.value if notice.priority else "",
        exempt=notice.exempt,
        title=title,
        words=words or text,
        message_id=message,
        what=notice.what or "",
        state=State.SENT if in_app else State.WAITING,
        next_attempt_at=None if in_app else now + held_for(notice, first.channel),
        due_at=due_at or now,
        created_at=now,
        deadline=notice.deadline,
        sent_at=now if in_app else None,
    )


def held_for(notice: Notice, channel: str) -> timedelta:
    """For how long an answer waits before it goes out, so that it can be undone; nothing else waits."""
    if notice.subject is not Subject.ANSWER:
        return timedelta(0)
    return getattr(registry.adapter(channel), "holds_answers", timedelta(0))


def insert(rows: Sequence[NewDelivery]) -> None:
    """Keep them; one that is there already, by its key, stays as it is. Wakes the courier when something waits."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [msgspec.json.encode(rows).decode()])
    waiting = {row.lane for row in rows if row.lane}
    if waiting:
        open_lanes(waiting, rows[0].created_at)
        notify.courier()


def refresh(cases: Mapping[int, Case], now: datetime) -> None:
    """These tickets have changed. Their cards are to be edited, once each, however much changes; in the app, what is
    no longer true disappears from attention."""
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, refreshing(cases, now))


def refreshing(cases: Mapping[int, Case], now: datetime) -> dict[str, datetime | list[int]]:
    """What EDIT_CARDS and SETTLE_CARDS are to be given."""
    running = [ticket for ticket, case in cases.items() if not case.status.is_over]
    offers = [(ticket, offer.number) for ticket in running for offer in cases[ticket].offers]
    return {
        "changed": list(cases),
        "over": [ticket for ticket, case in cases.items() if case.status.is_over],
        "running": running,
        "offering": [ticket for ticket, _ in offers],
        "offers": [offer for _, offer in offers],
        "now": now,
    }


def lane_of(channel: str, kind: NoticeKind, destination: str, *, edit: bool = False) -> str:
    """The name of the queue for one channel, method and destination."""
    adapter = registry.adapter(channel)
    if adapter is None:
        return ""
    method = Method.EDIT if edit else METHODS.get(kind, Method.POST)
    return adapter.lane(method, destination).name


def go_first(tickets: Sequence[int]) -> None:
    """These tickets are critical: what waits to be said of them goes before everything else."""
    waiting = Delivery.objects.filter(ticket__in=tickets, state__in=(State.WAITING, State.HELD), rank__gte=Rank.OFFER)
    waiting.update(rank=F("rank") / 10)


def open_lanes(names: Iterable[str], now: datetime) -> None:
    """Make the queues that are not there yet; they are free at once."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_LANES, [now, sorted(set(names))])


def _indexable(key: str) -> str:
    """A digest of many steps with long names would not fit into an index; its fingerprint is as unique."""
    return key if len(key) <= LONGEST_KEY else f"{key[: LONGEST_KEY - 65]}#{sha256(key.encode()).hexdigest()}"


def rank_of(kind: NoticeKind, *, exempt: bool = False) -> Rank:
    """What it is, for its place in a lane."""
    if kind is NoticeKind.MOMENT and exempt:
        return Rank.OFFER
    return RANKS.get(kind, Rank.REMINDER)


_COLUMNS = (
    ("key", "text"),
    ("ticket_id", "bigint"),
    ("event", "int"),
    ("kind", "text"),
    ("subject", "text"),
    ("rule", "text"),
    ("step", "text"),
    ("cycle", "int"),
    ("recipient", "text"),
    ("instead_of", "text"),
    ("channel", "text"),
    ("destination", "text"),
    ("fallbacks", "text"),
    ("lane", "text"),
    ("rank", "int"),
    ("priority", "text"),
    ("exempt", "bool"),
    ("title_said", "jsonb"),
    ("words", "text"),
    ("message_id", "bigint"),
    ("what", "text"),
    ("state", "text"),
    ("next_attempt_at", "timestamptz"),
    ("due_at", "timestamptz"),
    ("created_at", "timestamptz"),
    ("deadline", "timestamptz"),
    ("sent_at", "timestamptz"),
)
_NAMES = ", ".join(name for name, _ in _COLUMNS)
# One JSON text for all rows: it is written and read in C on both sides, where arrays of columns are not.
_INSERT = f"""
    INSERT INTO outbox_delivery ({_NAMES}, look_first, attempts, external_id, shown_event)
    SELECT {", ".join("fallbacks::jsonb" if name == "fallbacks" else name for name, _ in _COLUMNS)},
        false, 0, '', 0
    FROM json_to_recordset(%s::json) AS new ({", ".join(f"{name} {kind}" for name, kind in _COLUMNS)})
    ON CONFLICT (key) DO NOTHING
"""  # noqa: S608  made of the names above
#: As `Rank.of` for an edit of the delivery's ticket.
_EDIT_RANK = f"""(
        SELECT CASE WHEN ticket.critical THEN {Rank.EDIT.value // 10} ELSE {Rank.EDIT.value} + ticket.priority_rank END
        FROM tickets_ticket ticket WHERE ticket.number = outbox_delivery.ticket_id)"""  # noqa: S608
#: Cards elsewhere are to be edited. Where it stands, each of `refreshing` is an expression.
EDIT_CARDS = f"""
    UPDATE outbox_delivery SET state = 'waiting', rank = {_EDIT_RANK}, next_attempt_at = {{now}}, attempts = 0
    WHERE ticket_id = ANY({{changed}}) AND kind IN ('offer_card', 'triage_card') AND state = 'sent'
      AND channel <> 'app' AND over_at IS NULL
    RETURNING 1
"""  # noqa: S608  made of our own words
#: Cards in the app are settled. That they are of changed tickets shows the database the way to them.
SETTLE_CARDS = """
    UPDATE outbox_delivery SET over_at = {now}
    WHERE ticket_id = ANY({changed})
      AND channel = 'app' AND over_at IS NULL AND kind IN ('moment', 'digest', 'offer_card', 'triage_card') AND (
        ticket_id = ANY({over})
        OR (ticket_id = ANY({running}) AND kind = 'offer_card' AND (ticket_id, event) NOT IN (
            SELECT ticket, offer FROM unnest({offering}, {offers}) AS open (ticket, offer))))
"""
#: What `refreshing` gives, and its types in the database.
REFRESHING = {
    "changed": "bigint[]",
    "over": "bigint[]",
    "running": "bigint[]",
    "offering": "bigint[]",
    "offers": "int[]",
    "now": "timestamptz",
}
_GIVEN = {name: f"%({name})s::{kind}" for name, kind in REFRESHING.items()}
_REFRESH = f"""
    WITH edited AS ({EDIT_CARDS.format(**_GIVEN)}) {notify.COURIER_NOW} WHERE EXISTS (SELECT FROM edited);
    {SETTLE_CARDS.format(**_GIVEN)}
"""
_OPEN_LANES = """
    INSERT INTO outbox_lanestate (name, free_at, blocked_why, failures)
    SELECT name, %s, '', 0 FROM unnest(%s::text[]) AS name
    ON CONFLICT (name) DO NOTHING
"""
