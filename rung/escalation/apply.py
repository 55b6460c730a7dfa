"""Decisions become rows: events, deliveries, snapshot, columns and the next `wake_at`, many tickets at a time.

The statements are few and large, because this is what decides how fast a desk catches up after an outage.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import psycopg
from django.db import connection

from rung.core.case import case as cases
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.oncall.roster import Desk
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.effects import Decision, Notice, NoticeKind, Subject
from rung.core.reckoning.look import Look
from rung.escalation.due import DueTicket
from rung.escalation.replies import write_reply
from rung.outbox import enqueue, live
from rung.outbox.addresses import AddressBook
from rung.outbox.enqueue import NewDelivery
from rung.tickets.ticket_columns import NextDeadline, columns, next_deadline
from rung.tickets.ticket_sql import kind_of
from rung.tickets.transaction import topics


class Looked(NamedTuple):
    """A due ticket with what was decided about it, and the policy it was decided by."""

    ticket: DueTicket
    decision: Decision
    compiled: Compiled


def write(looked: Sequence[Looked], desk: Desk, now: datetime) -> None:
    """Write all of it, inside the transaction that claimed the tickets. Wakes the courier and open pages."""
    deliveries: list[NewDelivery] = []
    lines: list[str] = []
    books: dict[int, AddressBook] = {}
    for one in looked:
        decision = one.decision
        if not decision.events and not decision.notices:
            continue
        book = books.get(id(one.compiled)) or books.setdefault(id(one.compiled), AddressBook.read(one.compiled.policy))
        events, messages = _with_words(one, now)
        lines += (_line(one.ticket.number, event) for event in events)
        deliveries += _deliveries(one, messages, book, now)
    _insert_events(lines)
    _update_tickets(looked, desk, now)
    enqueue.insert(deliveries)
    changed = [one for one in looked if one.decision.events]
    if changed:
        enqueue.refresh({one.ticket.number: one.decision.case for one in changed}, now)
        live.changed(*(topic for one in changed for topic in topics(one.ticket.number, one.decision.case)))


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
    due_at = {event.number: event.due_at for event in one.decision.events if isinstance(event, e.StepFired)}
    return [
        enqueue.delivery(
            notice,
            one.ticket.about,
            book,
            now,
            message=messages.get(notice.event),
            due_at=_due(notice, due_at, now),
        )
        for said in (*one.decision.notices, *_arrival(one.decision))
        for notice in _for_each_link(said, one.decision.case)
        if notice.kind is not NoticeKind.REPLY or notice.event in messages
    ]


def _for_each_link(notice: Notice, case: Case) -> tuple[Notice, ...]:
    """What is said on linked tickets is said on each of them."""
    if notice.to != "linked":
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
                    to="triage",
                    subject=Subject.TICKET,
                    key="triage",
                    event=event.number,
                    priority=decision.case.priority,
                    exempt=True,
                ),
            )
    return ()


# --- the statements -------------------------------------------------------------------------------------------------


def _line(ticket: int, event: e.AnyEvent) -> str:
    """One event in COPY's text format."""
    data = e.encode(event).decode().replace("\\", "\\\\")
    return f"{ticket}\t{event.number}\t{event.at.isoformat()}\t{kind_of(event)}\t{_escaped(event.by)}\t{data}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _insert_events(lines: Sequence[str]) -> None:
    if not lines:
        return
    with _raw().cursor() as cursor, cursor.copy(_COPY_EVENTS) as copy:
        copy.write("".join(lines))


def _update_tickets(looked: Sequence[Looked], desk: Desk, now: datetime) -> None:
    rows = [_row(one, desk, now) for one in looked]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [msgspec.json.encode(rows).decode()])


def _row(one: Looked, desk: Desk, now: datetime) -> dict[str, object]:
    """The columns of a ticket after its look; the snapshot as it is kept, JSON within JSON."""
    case = one.decision.case
    ahead = NextDeadline() if case.status.is_over else next_deadline(Look(case, one.compiled, desk, now))
    return {
        "number": one.ticket.number,
        "snapshot": msgspec.Raw(cases.encode(case)),
        "wake_at": one.decision.wake_at,
        "changed_at": _changed_at(one, now),
        **columns(case),
        "next_deadline_at": ahead.at,
        "next_deadline_clock": ahead.clock,
        "at_risk_at": ahead.at_risk_at,
    }


def _changed_at(one: Looked, now: datetime) -> datetime | None:
    return now if one.decision.events else None


def _raw() -> "psycopg.Connection[tuple[object, ...]]":
    """Django's own connection, for COPY and for parameters that are bound by the server."""
    connection.ensure_connection()
    raw = connection.connection
    assert isinstance(raw, psycopg.Connection)  # noqa: S101  for the type checker
    return raw


_COPY_EVENTS = "COPY tickets_event (ticket_id, number, at, kind, by, data) FROM STDIN"
_SET = (
    ("status", "text"),
    ("turn", "text"),
    ("priority", "text"),
    ("priority_rank", "int"),
    ("critical", "bool"),
    ("category", "text"),
    ("tags", "text[]"),
    ("path", "text"),
    ("level", "text"),
    ("assignee_id", "text"),
    ("offered_levels", "text[]"),
    ("offered_to", "text"),
    ("offered_at", "timestamptz"),
    ("policy", "int"),
    ("over_at", "timestamptz"),
    ("merged_into_id", "bigint"),
    ("snoozed_until", "timestamptz"),
    ("missed", "bool"),
    ("events_count", "int"),
    ("next_deadline_at", "timestamptz"),
    ("next_deadline_clock", "text"),
    ("at_risk_at", "timestamptz"),
)
_NEW = (("number", "bigint"), ("snapshot", "json"), ("wake_at", "timestamptz"), ("changed_at", "timestamptz"), *_SET)
# One JSON text for all rows: it is written and read in C on both sides, where arrays of columns are not.
_UPDATE = f"""
    UPDATE tickets_ticket t SET
        snapshot = convert_to(new.snapshot::text, 'UTF8'), wake_at = new.wake_at,
        changed_at = coalesce(new.changed_at, t.changed_at),
        {", ".join(f"{name} = new.{name}" for name, _ in _SET)},
        parked_at = NULL, attempts = 0, error = ''
    FROM json_to_recordset(%s::json) AS new ({", ".join(f"{name} {kind}" for name, kind in _NEW)})
    WHERE t.number = new.number
"""  # noqa: S608  made of the names above
