"""Whose turn it is, without an answer: hold, wait, take the turn back, snooze."""

from datetime import datetime

from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.sentences import say, word
from rung.core.vocabulary import Status
from rung.tickets.results import AlreadySo, Done, Refused
from rung.tickets.transaction import Visit, asked_before, visit


def hold(
    ticket: int,
    *,
    by: Actor,
    third_party: str | None = None,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo | Refused:
    """Wait for a third party: engineering, a vendor."""
    with visit(ticket, now=now) as at:
        if not_now := asked_before(client_key, ticket) or _over_or(at, Status.ON_HOLD):
            return not_now
        return Done(ticket, at.record(e.Held(at=at.now, by=by, third_party=third_party), client_key=client_key))


def wait(
    ticket: int, *, by: Actor, client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo | Refused:
    """Pass the turn to the customer without an answer."""
    with visit(ticket, now=now) as at:
        if not_now := asked_before(client_key, ticket) or _over_or(at, Status.PENDING):
            return not_now
        return Done(ticket, at.record(e.Waited(at=at.now, by=by), client_key=client_key))


def take_turn(
    ticket: int, *, by: Actor, client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo | Refused:
    """Set open by hand: it is our turn again."""
    with visit(ticket, now=now) as at:
        if not_now := asked_before(client_key, ticket) or _over_or(at, Status.OPEN):
            return not_now
        return Done(ticket, at.record(e.TurnTaken(at=at.now, by=by), client_key=client_key))


def snooze(
    ticket: int, until: datetime, *, by: Actor, client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo | Refused:
    """Out of sight until then, or until the customer writes. Stops only `idle` and `unassigned`."""
    with visit(ticket, now=now) as at:
        if before := asked_before(client_key, ticket):
            return before
        if at.case.status.is_over:
            return Refused(
                ticket,
                say(
                    "ticket %(ticket)s is %(status)s; there is nothing to snooze",
                    ticket=ticket,
                    status=word(at.case.status),
                ),
            )
        if until <= at.now:
            return Refused(ticket, say("a snooze ends in the future"))
        if at.case.snoozed_until == until:
            return AlreadySo(ticket, say("it is snoozed until then already"))
        return Done(ticket, at.record(e.Snoozed(at=at.now, by=by, until=until), client_key=client_key))


def wake(ticket: int, *, by: Actor, now: datetime | None = None) -> Done | AlreadySo:
    """End a snooze early."""
    with visit(ticket, now=now) as at:
        if at.case.snoozed_until is None:
            return AlreadySo(ticket, say("it is not snoozed"))
        return Done(ticket, at.record(e.SnoozeEnded(at=at.now, by=by)))


def _over_or(at: Visit, wanted: Status) -> AlreadySo | Refused | None:
    number, status = at.ticket.number, at.case.status
    if status is wanted:
        return AlreadySo(number, say("it is %(status)s already", status=word(status)))
    if status.is_over:
        return Refused(
            number, say("ticket %(ticket)s is %(status)s; reopen it first", ticket=number, status=word(status))
        )
    return None
