"""Decisions become rows: events, deliveries, snapshot, columns and the next `wake_at`, many tickets at a time.

The statements are few and large, because this is what decides how fast a desk catches up after an outage.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from rung.core import addresses
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.oncall.roster import Roster
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.effects import Decision, Notice, NoticeKind, Subject
from rung.core.reckoning.look import Look
from rung.escalation.due import DueTicket
from rung.escalation.replies import write_reply
from rung.outbox import enqueue, live
from rung.outbox.addresses import AddressBook
from rung.outbox.enqueue import NewDelivery
from rung.tickets import ticket_sql
from rung.tickets.ticket_sql import NewEvent
from rung.tickets.transaction import topics


class Looked(NamedTuple):
    """A due ticket with what was decided about it, and the policy it was decided by."""

    ticket: DueTicket
    decision: Decision
    compiled: Compiled


def write(looked: Sequence[Looked], roster: Roster, now: datetime) -> None:
    """Write all of it, inside the transaction that claimed the tickets. Wakes the courier and open pages."""
    deliveries: list[NewDelivery] = []
    happened: list[NewEvent] = []
    books: dict[int, AddressBook] = {}
    for one in looked:
        decision = one.decision
        if not decision.events and not decision.notices:
            continue
        book = books.get(id(one.compiled)) or books.setdefault(id(one.compiled), AddressBook.read(one.compiled.policy))
        events, messages = _with_words(one, now)
        happened += (NewEvent(one.ticket.number, event) for event in events)
        deliveries += _deliveries(one, messages, book, now)
    ticket_sql.add_events(happened)
    ticket_sql.update([_seen(one, roster, now) for one in looked])
    enqueue.insert(deliveries)
    changed = [one for one in looked if one.decision.events]
    if critical := [one.ticket.number for one in changed if one.decision.case.critical]:
        enqueue.go_first(critical)
    if changed:
        enqueue.refresh({one.ticket.number: one.decision.case for one in changed}, now)
        live.changed(*(topic for one in changed for topic in topics(one.ticket.number, one.decision.case)))


def _seen(one: Looked, roster: Roster, now: datetime) -> dict[str, object]:
    """A ticket's row after its look."""
    decision = one.decision
    look = Look(decision.case, one.compiled, roster, now)
    return ticket_sql.seen(one.ticket.number, look, decision.wake_at, now if decision.events else None)


def _with_words(one: Looked, now: datetime) -> tuple[Sequence[e.AnyEvent], dict[int, int]]:
    """The events with the rows of the words that steps say; and event number -> message."""
    if not any(isinstance(event, e.AutoReplied) for event in one.decision.events):
        return one.decision.events, {}
    messages: dict[int, int] = {}
    events: list[e.AnyEvent] = []
    for event in one.decision.events:
        if isinstance(event, e.AutoReplied) and event.message is None:
            written = write_reply(one.ticket.number, event, one.decision.case, one.compiled, now)
            if written is not None:
                messages[event.number] = written
                events.append(msgspec.structs.replace(event, message=written))
                continue
        events.append(event)
    return events, messages


def _deliveries(one: Looked, messages: dict[int, int], book: AddressBook, now: datetime) -> list[NewDelivery]:
    due_at = {
        event.number: event.since or event.due_at for event in one.decision.events if isinstance(event, e.StepFired)
    }
    return [
        enqueue.delivery(
            notice,
            one.ticket.about,
            book,
            now,
            message=messages.get(notice.event),
            due_at=_due(notice, due_at, now),
            critical=one.decision.case.critical,
        )
        for said in (*one.decision.notices, *_arrival(one.decision))
        for notice in _for_each_link(said, one.decision.case)
        if notice.kind is not NoticeKind.REPLY or notice.event in messages
    ]


def _for_each_link(notice: Notice, case: Case) -> tuple[Notice, ...]:
    """What is said on linked tickets is said on each of them."""
    if notice.to != addresses.LINKED:
        return (notice,)
    return tuple(msgspec.structs.replace(notice, to=link, key=f"{notice.key}/{link}") for link in case.links)


def _due(notice: Notice, due_at: dict[int, datetime], now: datetime) -> datetime:
    """When the step of a notice was due: the newest step recorded at or before the notice's event."""
    return max((at for number, at in due_at.items() if number <= notice.event), default=now)


def _arrival(decision: Decision) -> tuple[Notice, ...]:
    """A ticket that has just been placed gets its card in triage."""
    for event in decision.events:
        if isinstance(event, e.Placed):
            return (
                Notice(
                    kind=NoticeKind.TRIAGE_CARD,
                    to=addresses.TRIAGE,
                    subject=Subject.TICKET,
                    key="triage",
                    event=event.number,
                    priority=decision.case.priority,
                    exempt=True,
                ),
            )
    return ()
