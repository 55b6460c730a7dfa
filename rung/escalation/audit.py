"""Whether what is kept still says what happened: every case rebuilt from its events and compared with its row."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from django.db import transaction
from django.db.models import Max, Min

from rung.core.case import case as cases
from rung.core.case.case import Case
from rung.core.case.events import AnyEvent
from rung.core.case.fold import rebuild
from rung.outbox import notify
from rung.people.clock import database_now
from rung.tickets.history import events_by_ticket, events_of
from rung.tickets.models import Ticket
from rung.tickets.ticket_columns import columns

AT_ONCE = 500


class Difference(NamedTuple):
    """One thing that is not as the events say. `kept` and `rebuilt` as they would be read by a person."""

    ticket: int
    what: str
    kept: str
    rebuilt: str


def audit() -> Iterator[tuple[int, list[Difference]]]:
    """(how many tickets were compared, their differences), some hundred tickets at a time, all of them in the end."""
    span = Ticket.objects.aggregate(first=Min("number"), last=Max("number"))
    if span["first"] is None:
        return
    for first in range(span["first"], span["last"] + 1, AT_ONCE):
        last = first + AT_ONCE - 1
        tickets = {ticket.number: ticket for ticket in Ticket.objects.filter(number__range=(first, last))}
        histories = _histories(first, last)
        suspects = [
            number
            for number, ticket in tickets.items()
            if any(_examined(ticket, None if histories is None else histories.get(number, [])))
        ]
        yield len(tickets), [difference for number in suspects for difference in _held_still(number)]


class NotRepairable(Exception):
    """Why not, in one sentence."""


def repair(number: int) -> None:
    """Let the row say again what the events say, and have the ticker look at it. NotRepairable, and nothing changes,
    when some of the events have gone: the row then knows more than they do."""
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",), no_key=True).get(number=number)
        events = events_of(number)
        whole = max(ticket.events_count, events[-1].number if events else 1)
        if [event.number for event in events] != list(range(1, whole + 1)):
            raise NotRepairable(
                f"ticket {number} is not repaired: of its {whole} events {len(events)} are left, so its row knows more "
                "than they do; bring them back from a backup"
            )
        rebuilt = rebuild(events)
        for name, value in columns(rebuilt).items():
            setattr(ticket, name, value)
        ticket.snapshot = cases.encode(rebuilt)
        ticket.wake_at = database_now()
        ticket.save()
        notify.ticker()


def _held_still(number: int) -> list[Difference]:
    """What differs under the ticket's lock: on a desk that runs, rows and events read one after the other may be of
    two moments."""
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",), no_key=True).get(number=number)
        return list(_examined(ticket, None))


def _histories(first: int, last: int) -> dict[int, list[AnyEvent]] | None:
    """None if one of their events cannot be read: then each ticket is asked for its own."""
    try:
        return dict(events_by_ticket(range(first, last + 1)))
    except msgspec.DecodeError:
        return None


def _examined(ticket: Ticket, history: list[AnyEvent] | None) -> Iterator[Difference]:
    try:
        events = events_of(ticket.number) if history is None else history
    except msgspec.DecodeError as unreadable:
        yield Difference(ticket.number, "the history", f"{ticket.status}", f"nothing: {unreadable}")
        return
    yield from _compare(ticket, rebuild(events))


def _compare(ticket: Ticket, rebuilt: Case) -> Iterator[Difference]:
    try:
        kept = cases.decode(bytes(ticket.snapshot))
    except msgspec.DecodeError as unreadable:
        yield Difference(ticket.number, "snapshot", f"cannot be read: {unreadable}", f"{rebuilt.number} events")
        return
    for field in msgspec.structs.fields(Case):
        one, other = getattr(kept, field.name), getattr(rebuilt, field.name)
        if one != other:
            yield Difference(ticket.number, f"case.{field.name}", repr(one), repr(other))
    for name, value in columns(rebuilt).items():
        if getattr(ticket, name) != value:
            yield Difference(ticket.number, name, repr(getattr(ticket, name)), repr(value))
