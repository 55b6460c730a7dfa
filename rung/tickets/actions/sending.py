"""What becomes of an answer after it was given: undone in time, known not to have arrived, sent again."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from msgspec import MsgspecError

from rung.core import actors, addresses
from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.reckoning.effects import Notice, NoticeKind, Subject
from rung.core.sentences import say
from rung.core.vocabulary import Priority, Undelivered
from rung.outbox import enqueue
from rung.outbox.addresses import APP, AddressBook
from rung.outbox.models import Delivery, State
from rung.outbox.sentences import Said, Sentence, english
from rung.people.clock import database_now
from rung.people.models import Requester
from rung.policies.outlets import outlets
from rung.policies.versions import compiled
from rung.tickets import action_notices
from rung.tickets.actions.conversation import take_back
from rung.tickets.answer_states import MAY_BE_REPEATED, arrival, is_held
from rung.tickets.delivery_context import about
from rung.tickets.history import events_of
from rung.tickets.models import Direction, Message, Ticket
from rung.tickets.results import AlreadySo, Answered, Done, Refused
from rung.tickets.transaction import TicketTransaction, locked

log = structlog.get_logger(__name__)


def undo(ticket: int, message: int, *, by: Actor, now: datetime | None = None) -> Done | AlreadySo | Refused:
    """Within its seconds an answer is taken back, and nobody gets it. Later it is refused."""
    with transaction.atomic():
        # The ticket before its deliveries, as the courier does.
        Ticket.objects.select_for_update(no_key=True).only("number").get(pk=ticket)
        rows = list(_rows(ticket, message).select_for_update())
        at = now or database_now()
        if rows and all(row.state == State.OVERTAKEN for row in rows):
            return AlreadySo(ticket, say("it is undone already"))
        if not any(is_held(row, at) for row in rows) or any(_has_left(row, at) for row in rows):
            return Refused(ticket, say("it is on its way already"))
        _rows(ticket, message).filter(state=State.WAITING).update(
            state=State.OVERTAKEN, outcome=Said.UNDONE(), over_at=at, next_attempt_at=None
        )
        return take_back(ticket, _event_of(ticket, message), why=Undelivered.UNDONE, by=by, now=now)


def send_again(
    ticket: int,
    message: int,
    *,
    by: Actor,
    address: str = "",
    client_key: str | None = None,
    now: datetime | None = None,
) -> Answered | AlreadySo | Refused:
    """The same words once more, as a new answer. `address`: by mail to this one, which is the requester's from now
    on where nobody else has it."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        words = Message.objects.filter(ticket=ticket, pk=message, direction=Direction.PUBLIC).first()
        if words is None:
            return at.refused(
                say("message %(message)s of ticket %(ticket)s is no answer", message=message, ticket=ticket)
            )
        if arrival(list(_rows(ticket, message)), at.ticket, at.now).state not in MAY_BE_REPEATED:
            return at.refused(say("it has arrived, or is on its way"))
        if address:
            _readdress(at, address)
        number = at.record(e.Answered(at=at.now, by=by, message=message))
        action_notices.customer(at, words, event=number, again=True)
        return Answered(ticket, number, message, "")


def bounced(ticket: int, message: int, *, said: str, to: str = "", now: datetime | None = None) -> Done | AlreadySo:
    """A mail with this answer came back. `said`: the reason in the bounce; `to`: whose mailbox it was, if it says so.

    If nobody else got the answer it is taken back. Its assignee is told once.
    """
    at = now or database_now()
    with transaction.atomic():
        Ticket.objects.select_for_update(no_key=True).only("number").get(pk=ticket)
        rows = _rows(ticket, message).exclude(channel=APP).filter(state__in=(State.SENT, State.UNCLEAR))
        theirs = rows.filter(destination__iexact=to) if to else rows
        found = list((theirs if theirs.exists() else rows).select_for_update().select_related("message", "ticket"))
        for row in found:
            row.state, row.outcome, row.next_attempt_at = State.BOUNCED, Said.CAME_BACK(said=said[:300]), None
            row.save(update_fields=["state", "outcome", "next_attempt_at"])
        if not found:
            return AlreadySo(ticket, say("that bounce is known already"))
        _lost(found[-1], Undelivered.BOUNCED, at)
        return Done(ticket, found[-1].event, message)


def lost(delivery: Delivery, now: datetime) -> None:
    """A delivery to a customer ended without arriving, or nobody knows. To be called when its state is set."""
    _lost(delivery, Undelivered.REFUSED, now)


def _lost(delivery: Delivery, why: Undelivered, now: datetime) -> None:
    ticket, message = delivery.ticket, delivery.message
    if ticket is None:
        return
    perhaps = delivery.state == State.UNCLEAR
    if message is not None and actors.is_agent(message.author) and not perhaps:
        _take_back(delivery, message, why, now)
    _tell(delivery, ticket, delivery.outcome, perhaps=perhaps, now=now)


def _take_back(delivery: Delivery, message: Message, why: Undelivered, now: datetime) -> None:
    """Unless another recipient has it, or may yet get it."""
    others = _rows(message.ticket_id, message.pk).exclude(pk=delivery.pk).exclude(channel=APP)
    if others.filter(state__in=(State.SENT, State.UNCLEAR, State.WAITING, State.SENDING, State.HELD)).exists():
        return
    try:
        with transaction.atomic():
            take_back(message.ticket_id, delivery.event, why=why, now=now)
    except MsgspecError:  # a case that cannot be read: that its answer is lost must be heard of all the same
        log.exception("an answer could not be taken back", ticket=message.ticket_id)


def _tell(delivery: Delivery, ticket: Ticket, why: Sentence | None, *, perhaps: bool, now: datetime) -> None:
    """The assignee, or the level, hears the reason and what can be done."""
    notice = Notice(
        kind=NoticeKind.MOMENT,
        to=addresses.agent(ticket.assignee_id) if ticket.assignee_id else addresses.level(ticket.level),
        subject=Subject.NOTIFICATION,
        key=f"lost/{delivery.pk}",
        event=delivery.event,
        priority=Priority(ticket.priority) if ticket.priority else None,
    )
    book = AddressBook.read(compiled(ticket.policy).policy)
    verb = "may not have reached" if perhaps else "did not reach"
    words = f"What was written to the customer on #{ticket.number} {verb} them: {english(why)}"
    if not perhaps and delivery.message is not None:
        words += "\nIt counts as not answered. Send it again, or change the address:"
        words += f" {settings.BASE_URL}/tickets/{ticket.number}#m{delivery.message.pk}" if settings.BASE_URL else ""
    enqueue.insert([enqueue.delivery(notice, about(ticket), book, now, words=words)])


def _rows(ticket: int, message: int) -> QuerySet[Delivery]:
    return Delivery.objects.filter(ticket=ticket, message=message, kind=NoticeKind.REPLY).order_by("pk")


def _has_left(row: Delivery, now: datetime) -> bool:
    return row.channel != APP and row.state != State.OVERTAKEN and not is_held(row, now) and row.state != State.NEVER


def _event_of(ticket: int, message: int) -> int:
    """The newest answer with these words."""
    given: Sequence[e.AnyEvent] = events_of(ticket)
    return next((ev.number for ev in reversed(given) if isinstance(ev, _ANSWERS) and ev.message == message), 0)


def _readdress(at: TicketTransaction, address: str) -> None:
    ticket, requester = at.ticket, at.ticket.requester
    if requester is not None and not Requester.objects.filter(email__iexact=address).exclude(pk=requester.pk).exists():
        requester.email = address
        requester.save(update_fields=["email"])
    mail = outlets().by_mail()
    Ticket.objects.filter(pk=ticket.pk).update(channel=mail, thread="")
    ticket.channel, ticket.thread = mail, ""
    at.customers_mail = address


_ANSWERS = (e.Answered, e.Resolved)
