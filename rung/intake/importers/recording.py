"""Histories written into the record: many tickets in one transaction, each once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import msgspec
from django.db import connection, transaction
from msgspec import Struct

from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.log.events import History
from rung.core.log.imported import Imported, imported
from rung.core.oncall.roster import Roster
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.look import Look
from rung.intake.importers.announcement import announce
from rung.intake.importers.translating import LONGEST_ACTOR, Translator
from rung.outbox import notify
from rung.people.models import Customer, Requester
from rung.people.who_is_there import roster_at
from rung.policies.versions import compiled, current_number
from rung.tickets import ticket_sql
from rung.tickets.models import Direction, Event, Message
from rung.tickets.ticket_sql import NewEvent

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
    importer = _Importer(source, number, compiled(number), roster_at(now), now)
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

    def __init__(self, source: str, version: int, policy: Compiled, roster: Roster, now: datetime) -> None:
        self.source = source[:LONGEST_SOURCE]
        self.inbox = f"import:{self.source}"[:120]
        self.version = version
        self.policy = policy
        self.roster = roster
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
            done = imported(_with_messages(history, ticket, spoken), self.version, self.policy, self.roster, self.now)
            tickets.append(self._ticket_row(ticket, history, done, *who))
            key = self._key(history)
            events += [NewEvent(ticket, event, key if event.number == 1 else None) for event in done.events]
        ticket_sql.add(tickets)
        ticket_sql.add_events(events)
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
                author = Actor(event.by[:LONGEST_ACTOR])
                places.append((ticket, place))
                rows.append(Message(ticket_id=ticket, direction=direction, author=author, text=text, at=event.at))
        made = Message.objects.bulk_create(rows)
        return dict(zip(places, (message.pk for message in made), strict=True))

    def _ticket_row(
        self, ticket: int, history: History, done: Imported, customer: Customer | None, requester: Requester | None
    ) -> dict[str, object]:
        case = done.case
        return {
            **ticket_sql.seen(ticket, Look(case, self.policy, self.roster, self.now), done.wake_at, self.now),
            "subject": _subject(history),
            "customer_id": customer.pk if customer else None,
            "requester_id": requester.pk if requester else None,
            "channel": case.channel[:40],
            "inbox": self.inbox,
            "opened_at": case.opened_at,
        }


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


def _next_numbers(count: int) -> list[int]:
    """Numbers for that many tickets, from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('tickets_ticket', 'number')) FROM generate_series(1, %s)", [count]
        )
        return [number for (number,) in cursor.fetchall()]
