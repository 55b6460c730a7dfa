"""Histories written into the record: many tickets in one transaction, each once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import msgspec
import psycopg
from django.db import connection, transaction
from msgspec import Struct

from rung.core.case import case as cases
from rung.core.case import events as e
from rung.core.log.events import History
from rung.core.log.imported import Imported, imported
from rung.core.oncall.roster import Desk
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.look import Look
from rung.intake.importers.announcement import announce
from rung.intake.importers.translating import LONGEST_ACTOR, Translator
from rung.outbox import notify
from rung.people.models import Customer, Requester
from rung.people.who_is_there import desk_at
from rung.policies.versions import compiled, current_number
from rung.tickets.models import Direction, Event, Message
from rung.tickets.ticket_columns import NextDeadline, columns, next_deadline
from rung.tickets.ticket_sql import kind_of

#: Tickets in one transaction, and letters said in them: what is lost when the import is killed, and done again by the
#: next.
BATCH = 500
MOST_LETTERS = 4 << 20
LONGEST_SUBJECT = 300
LONGEST_IN_KEY = 160
LONGEST_SOURCE = 80


class Written(Struct):
    """What an import has come to so far."""

    tickets: int = 0
    #: Of the record, with what the policy has settled.
    events: int = 0
    messages: int = 0
    #: Rows of the log gone through.
    rows: int = 0
    #: Of them, those that are another row again.
    repeated: int = 0
    #: Tickets an earlier import has brought.
    known: int = 0
    #: Running tickets that got a card in triage.
    carded: int = 0


def record(histories: Iterable[History], source: str, now: datetime) -> Iterator[Written]:
    """Write histories from `source`, batch by batch, and say after each what has been written. A ticket of the source
    that is there already stays as it is, so an import that was cut off is simply started again."""
    number = current_number()
    importer = _Importer(source, number, compiled(number), desk_at(now), now)
    for batch in _batches(histories):
        with transaction.atomic():
            importer.write(batch)
        notify.ticker()
        yield importer.written
    importer.written.carded = announce(importer.source, importer.inbox, importer.policy.policy, now)
    if importer.written.carded:
        yield importer.written


def _batches(histories: Iterable[History]) -> Iterator[list[History]]:
    batch: list[History] = []
    letters = 0
    for history in histories:
        batch.append(history)
        letters += sum(map(len, history.words.values()))
        if len(batch) == BATCH or letters > MOST_LETTERS:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch


class _Importer:
    """Counts what it writes."""

    def __init__(self, source: str, version: int, policy: Compiled, desk: Desk, now: datetime) -> None:
        self.source = source[:LONGEST_SOURCE]
        self.inbox = f"import:{self.source}"[:120]
        self.version = version
        self.policy = policy
        self.desk = desk
        self.now = now
        self.written = Written()
        self._translator = Translator()

    def write(self, batch: Sequence[History]) -> None:
        """One batch, inside a transaction."""
        keys = [self._key(history) for history in batch]
        there = set(Event.objects.filter(client_key__in=keys).values_list("client_key", flat=True))
        new = [history for history, key in zip(batch, keys, strict=True) if key not in there]
        self.written.known += len(batch) - len(new)
        people = [self._translator.people(history) for history in new]
        numbers = _next_numbers(len(new))
        told = [
            self._translator.in_our_words(history, customer, requester)
            for history, (customer, requester) in zip(new, people, strict=True)
        ]
        spoken = self._messages(numbers, told)
        tickets, events = [], []
        for ticket, history, who in zip(numbers, told, people, strict=True):
            done = imported(_with_messages(history, ticket, spoken), self.version, self.policy, self.desk, self.now)
            tickets.append(self._ticket_row(ticket, history, done, *who))
            key = self._key(history)
            events += [_event_row(ticket, event, key if event.number == 1 else None) for event in done.events]
        _copy("tickets_ticket", _TICKET_COLUMNS, tickets)
        _copy("tickets_event", _EVENT_COLUMNS, events)
        self.written.tickets += len(tickets)
        self.written.events += len(events)
        self.written.rows += sum(history.rows + history.repeated for history in batch)
        self.written.repeated += sum(history.repeated for history in batch)
        self.written.messages += len(spoken)

    def _key(self, history: History) -> str:
        ticket = history.ticket
        if len(ticket) > LONGEST_IN_KEY:
            ticket = sha256(ticket.encode()).hexdigest()
        return f"import:{self.source}:{ticket}"

    def _messages(self, numbers: Sequence[int], histories: Sequence[History]) -> dict[tuple[int, int], int]:
        """(ticket, place of its event) -> the message kept for it."""
        places: list[tuple[int, int]] = []
        rows: list[Message] = []
        for ticket, history in zip(numbers, histories, strict=True):
            for place, text in history.words.items():
                event = history.events[place]
                direction = _DIRECTIONS.get(type(event), Direction.NOTE)
                author = event.by[:LONGEST_ACTOR]
                places.append((ticket, place))
                rows.append(Message(ticket_id=ticket, direction=direction, author=author, text=text, at=event.at))
        made = Message.objects.bulk_create(rows)
        return dict(zip(places, (message.pk for message in made), strict=True))

    def _ticket_row(
        self, ticket: int, history: History, done: Imported, customer: Customer | None, requester: Requester | None
    ) -> tuple[object, ...]:
        case = done.case
        look = Look(case, self.policy, self.desk, self.now)
        ahead = NextDeadline() if case.status.is_over else next_deadline(look)
        return (
            ticket,
            _subject(history),
            customer.pk if customer else None,
            requester.pk if requester else None,
            case.channel[:40],
            self.inbox,
            case.opened_at,
            self.now,
            cases.encode(case),
            done.wake_at,
            *columns(case).values(),
            *ahead,
            *_UNUSED.values(),
        )


def _subject(history: History) -> str:
    """What the log calls it, else the first words said, else its number there."""
    first = history.words.get(0, "").strip().partition("\n")[0]
    return (history.subject or first or history.ticket)[:LONGEST_SUBJECT]


def _with_messages(history: History, ticket: int, spoken: Mapping[tuple[int, int], int]) -> History:
    if not history.words:
        return history
    events = list(history.events)
    for place in history.words:
        event = events[place]
        if isinstance(event, (e.Opened, e.CustomerWrote, e.Answered, e.Noted)):
            events[place] = msgspec.structs.replace(event, message=spoken[ticket, place])
    return msgspec.structs.replace(history, events=tuple(events))


_DIRECTIONS: Mapping[type[e.Event], Direction] = {
    e.Opened: Direction.INBOUND,
    e.CustomerWrote: Direction.INBOUND,
    e.Answered: Direction.PUBLIC,
}


def _event_row(ticket: int, event: e.AnyEvent, key: str | None) -> tuple[object, ...]:
    return ticket, event.number, event.at, kind_of(event), event.by, e.encode(event).decode(), key


#: Columns without a default of the database's own.
_UNUSED: Mapping[str, object] = {"thread": "", "attempts": 0, "error": ""}
_EVENT_COLUMNS = ("ticket_id", "number", "at", "kind", "by", "data", "client_key")
_TICKET_COLUMNS = (
    *("number", "subject", "customer_id", "requester_id", "channel", "inbox", "opened_at", "changed_at"),
    *("snapshot", "wake_at"),
    *("status", "turn", "priority", "priority_rank", "critical", "category", "tags", "path", "level", "assignee_id"),
    *("offered_levels", "offered_to", "offered_at"),
    *("policy", "over_at", "merged_into_id", "snoozed_until", "missed", "events_count"),
    *("next_deadline_at", "next_deadline_clock", "at_risk_at"),
    *_UNUSED,
)


def _next_numbers(count: int) -> list[int]:
    """Numbers for that many tickets, from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('tickets_ticket', 'number')) FROM generate_series(1, %s)", [count]
        )
        return [number for (number,) in cursor.fetchall()]


def _copy(table: str, names: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    connection.ensure_connection()
    raw = connection.connection
    assert isinstance(raw, psycopg.Connection)  # noqa: S101  for the type checker
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
