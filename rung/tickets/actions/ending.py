"""The end of a ticket, and its new beginning: resolve, close, reopen."""

from datetime import datetime

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.sentences import say, word
from rung.core.vocabulary import Status
from rung.tickets import action_notices, canned_answers, message_rows
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Direction, Message
from rung.tickets.results import AlreadySo, Done, Refused
from rung.tickets.transaction import TicketTransaction, locked


def resolve(
    ticket: int,
    *,
    by: Actor,
    words: MessageText | None = None,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo:
    """Resolved. With words of a person it is an answer too; without, the policy's `tell_customer` is sent."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        if at.case.status.is_over:
            return at.already(say("it is %(status)s already", status=word(at.case.status)))
        message = message_rows.write(ticket, Direction.PUBLIC, by, words, at.now) if words else None
        number = at.record(e.Resolved(at=at.now, by=by, message=message.pk if message else None))
        if message is not None:
            action_notices.customer(at, message, event=number)
        else:
            message = _tell_customer(at)
        return Done(ticket, number, message.pk if message else None)


def close(
    ticket: int, *, by: Actor, why: str = "by_hand", client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo:
    """Closed without a solution. A resolved ticket may be closed too: it no longer counts as solved."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        if at.case.status is Status.CLOSED:
            return at.already(say("it is closed already"))
        return at.done(e.Closed(at=at.now, by=by, why=why))


def reopen(
    ticket: int, *, by: Actor, client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo | Refused:
    """Open again without a message, at the same level with the same assignee."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        if not at.case.status.is_over:
            return at.already(say("it is %(status)s", status=word(at.case.status)))
        if at.case.merged_into is not None:
            into = at.case.merged_into
            return at.refused(say("it was merged into ticket %(merged_into)s; reopen that one", merged_into=into))
        return at.done(e.Reopened(at=at.now, by=by))


def _tell_customer(at: TicketTransaction) -> Message | None:
    reply = at.policy.policy.closing.tell_customer
    if reply is None or at.case.merged_into is not None:
        return None
    text = canned_answers.text(reply, at.ticket, at.case, at.policy, at.now)
    if not text:
        return None
    message = message_rows.write(
        at.ticket.number, Direction.PUBLIC, actors.rule("closing"), MessageText(text=text), at.now
    )
    number = at.record(e.AutoReplied(at=at.now, by=actors.rule("closing"), message=message.pk, reply=reply))
    action_notices.customer(at, message, event=number)
    return message
