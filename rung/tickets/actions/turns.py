"""Whose turn it is, without an answer: hold, wait, take the turn back, snooze."""

from datetime import datetime

from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.sentences import say, word
from rung.core.vocabulary import Status
from rung.tickets.results import AlreadySo, Done, Refused
from rung.tickets.transaction import TicketTransaction, locked


def hold(
    ticket: int,
    *,
    by: Actor,
    third_party: str | None = None,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo | Refused:
    """Wait for a third party: engineering, a vendor."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if not_now := at.before or _over_or(at, Status.ON_HOLD):
            return not_now
        return at.done(e.Held(at=at.now, by=by, third_party=third_party))


def wait(
    ticket: int, *, by: Actor, client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo | Refused:
    """Pass the turn to the customer without an answer."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if not_now := at.before or _over_or(at, Status.PENDING):
            return not_now
        return at.done(e.Waited(at=at.now, by=by))


def take_turn(
    ticket: int, *, by: Actor, client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo | Refused:
    """Set open by hand: it is our turn again."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if not_now := at.before or _over_or(at, Status.OPEN):
            return not_now
        return at.done(e.TurnTaken(at=at.now, by=by))


def snooze(
    ticket: int, until: datetime, *, by: Actor, client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo | Refused:
    """Out of sight until then, or until the customer writes. Stops only `idle` and `unassigned`."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        if at.case.status.is_over:
            return at.refused(
                say(
                    "ticket %(ticket)s is %(status)s; there is nothing to snooze",
                    ticket=ticket,
                    status=word(at.case.status),
                )
            )
        if until <= at.now:
            return at.refused(say("a snooze ends in the future"))
        if at.case.snoozed_until == until:
            return at.already(say("it is snoozed until then already"))
        return at.done(e.Snoozed(at=at.now, by=by, until=until))


def wake(ticket: int, *, by: Actor, now: datetime | None = None) -> Done | AlreadySo:
    """End a snooze early."""
    with locked(ticket, now=now) as at:
        if at.case.snoozed_until is None:
            return at.already(say("it is not snoozed"))
        return at.done(e.SnoozeEnded(at=at.now, by=by))


def _over_or(at: TicketTransaction, wanted: Status) -> AlreadySo | Refused | None:
    status = at.case.status
    if status is wanted:
        return at.already(say("it is %(status)s already", status=word(status)))
    return at.refused_as_over() if status.is_over else None
