"""The one way in: a ticket under its lock, its case, and events that are recorded together or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property

import msgspec
import structlog
from django.db import transaction

from rung.core import addresses
from rung.core.actors import Actor
from rung.core.case import case as cases
from rung.core.case import fold
from rung.core.case.case import Case
from rung.core.case.events import AnyEvent, Opened
from rung.core.case.late_events import as_they_count
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.effects import Notice
from rung.core.sentences import say, word
from rung.outbox import enqueue
from rung.outbox.addresses import AddressBook, CustomerAddress
from rung.outbox.enqueue import About
from rung.policies.versions import compiled
from rung.tickets import ticket_sql, visibility
from rung.tickets.delivery_context import about
from rung.tickets.history import events_of
from rung.tickets.models import Event, Message, Ticket
from rung.tickets.participants import participants
from rung.tickets.results import AlreadySo, Done, Refused

log = structlog.get_logger(__name__)

#: A caller may read the clock and then wait for a ticket that is changed a little later: the clock has not stepped.
MERELY_OVERTAKEN = timedelta(seconds=1)


class TicketTransaction:
    """One action on one ticket: it sees the case, and what it records is folded in at once."""

    def __init__(
        self,
        ticket: Ticket,
        case: Case,
        now: datetime,
        *,
        client_key: str | None = None,
        requester_name: str = "",
        opens: bool = False,
    ) -> None:
        self.ticket = ticket
        self.requester_name = requester_name
        self._opens = opens
        self.case = case
        #: Of the client that asked, until the first event has it.
        self.client_key = client_key
        #: Never earlier than the ticket's last event, whatever the clock says.
        self.now = _not_before(case.last_at, now, ticket.number)
        #: Where the requester reads from this action on; empty: where they did.
        self.customers_mail = ""
        self._seen_by: set[str] = set()
        #: Each with the key of the client that asked for it.
        self._recorded: list[tuple[AnyEvent, str | None]] = []
        self._notices: list[tuple[Notice, Message | None, CustomerAddress | None]] = []
        #: The events before this action, once somebody has asked; under the lock nobody adds to them.
        self._before: list[AnyEvent] | None = None

    @property
    def policy(self) -> Compiled:
        """The version that judges the ticket."""
        return compiled(self.case.policy)

    @property
    def next_number(self) -> int:
        """The number the next event will have."""
        return self.case.number + 1

    @cached_property
    def before(self) -> AlreadySo | None:
        """The same request, by its client's key, was done before. To be asked before anything is recorded."""
        return asked_before(self.client_key, self.ticket.number)

    def done(self, event: AnyEvent) -> Done:
        """Record the one event of an action."""
        return Done(self.ticket.number, self.record(event))

    def already(self, why: str) -> AlreadySo:
        return AlreadySo(self.ticket.number, why)

    def refused(self, why: str) -> Refused:
        return Refused(self.ticket.number, why)

    def refused_as_over(self) -> Refused:
        number, status = self.ticket.number, word(self.case.status)
        return self.refused(say("ticket %(ticket)s is %(status)s; reopen it first", ticket=number, status=status))

    def take_key(self) -> str | None:
        """The client's key, for the event that is known by it: there is one."""
        key, self.client_key = self.client_key, None
        return key

    def record(self, event: AnyEvent, *, keyed: bool = True) -> int:
        """Add an event, which gets the next number. Returns that number. The first has the client's key; `keyed` False
        leaves it to a later one.

        Raises NotTheirs where it is done by an agent who may not see the ticket; who opens one may.
        """
        if not self._opens:
            self._refuse_unseen(event.by)
        numbered = msgspec.structs.replace(event, number=self.next_number, at=self.now)
        if fold.needs_rebuild(self.case, numbered):
            self.case = fold.rebuild([*self._history(), numbered])
        else:
            fold.fold(self.case, numbered)
        self._recorded.append((numbered, self.take_key() if keyed else None))
        return numbered.number

    def case_at(self, moment: datetime) -> Case:
        """The case as it stood at an earlier moment, by all that is known now."""
        if self.case.last_at is None or moment >= self.case.last_at:
            return self.case
        return fold.rebuild(event for event in as_they_count(self._history()) if event.at <= moment)

    def _history(self) -> list[AnyEvent]:
        if self._before is None:
            self._before = events_of(self.ticket.number)
        return [*self._before, *(event for event, _ in self._recorded)]

    def _refuse_unseen(self, by: Actor) -> None:
        if by not in self._seen_by:
            visibility.refuse_unseen(by, self.ticket.number)
            self._seen_by.add(by)

    def say(self, notice: Notice, *, message: Message | None = None, where: CustomerAddress | None = None) -> None:
        """Have something said when the action is written. `message`: the words, where a person wrote them; `where`: to
        somebody in copy, instead of those who asked."""
        self._notices.append((notice, message, where))

    def write(self) -> None:
        """Events, snapshot, columns, deliveries and `wake_at`, inside the transaction of the lock."""
        if not self._recorded:
            return
        self._enqueue()
        if self.case.critical and not self.ticket.critical:
            enqueue.go_first([self.ticket.number])
        ticket_sql.write(self.ticket, self.case, self._recorded, topics(self.ticket.number, self.case), self.now)

    def _enqueue(self) -> None:
        if self._notices:
            book = AddressBook.read(self.policy.policy)
            whom = about(self.ticket)
            if self.customers_mail:
                whom = msgspec.structs.replace(
                    whom, where=whom.where and whom.where._replace(email=self.customers_mail)
                )
            enqueue.insert(
                [
                    enqueue.delivery(
                        each,
                        reader,
                        book,
                        self.now,
                        message=message.pk if message else None,
                        critical=self.case.critical,
                    )
                    for notice, message, where in self._notices
                    for each, reader in self._readers(notice, whom, where)
                ]
            )

    def _readers(self, notice: Notice, whom: About, where: CustomerAddress | None) -> Iterator[tuple[Notice, About]]:
        """What goes to the customer goes to everybody who takes part."""
        if where is not None:
            yield notice, msgspec.structs.replace(whom, where=where)
            return
        yield notice, whom
        if notice.to == addresses.CUSTOMER:
            for gone in participants(self.ticket):
                own = msgspec.structs.replace(notice, key=f"{notice.key}/{gone.number}")
                yield own, msgspec.structs.replace(whom, subject=gone.subject, where=about(gone).where)


@contextmanager
def locked(number: int, *, client_key: str | None = None, now: datetime | None = None) -> Iterator[TicketTransaction]:
    """The frame of every action: lock the ticket; write what was recorded when the block ends, or nothing if it raises.

    `now` is for stories and imports; without it the clock is read once the lock is held. Raises Ticket.DoesNotExist.
    """
    with transaction.atomic():
        ticket, name, read_at = ticket_sql.lock(number)
        case = cases.decode(bytes(ticket.snapshot))
        inside = TicketTransaction(ticket, case, now or read_at, client_key=client_key, requester_name=name)
        with structlog.contextvars.bound_contextvars(ticket=number):
            yield inside
            inside.write()


def begin(ticket: Ticket, event: Opened, *, client_key: str | None = None) -> TicketTransaction:
    """The first event of a ticket whose row was just made. To be called inside a transaction; the caller writes it."""
    inside = TicketTransaction(ticket, Case(), event.at, client_key=client_key, opens=True)
    inside.record(event)
    return inside


def asked_before(client_key: str | None, ticket: int | None = None) -> AlreadySo | None:
    """The same request, by its client's key, was done before. Call it under the lock, or before an opening."""
    if client_key is None:
        return None
    first = Event.objects.filter(client_key=client_key).first()
    if first is None:
        return None
    why = say("this request has already been carried out")
    if ticket is not None and first.ticket_id != ticket:
        why = say("this key was used for ticket %(ticket_id)s", ticket_id=first.ticket_id)
    return AlreadySo(first.ticket_id, why, first.number, first.data.get("message"))


def topics(number: int, case: Case) -> tuple[str, ...]:
    """The topics of open pages that a change of this ticket touches."""
    person = (f"person:{case.assignee}",) if case.assignee else ()
    return (f"ticket:{number}", "triage", *person)


def _not_before(last_at: datetime | None, now: datetime, number: int) -> datetime:
    if last_at is None or now >= last_at:
        return now
    if last_at - now < MERELY_OVERTAKEN:
        return last_at
    log.warning("the clock stepped back", ticket=number, now=now.isoformat(), last_event_at=last_at.isoformat())
    return last_at
