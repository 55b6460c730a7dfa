"""What a delivery says at the moment it is sent, and whether it is still worth saying: the outbox's `Source`."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.files.storage import default_storage

from rung.core import actors, addresses
from rung.core.case import case as cases
from rung.core.case.case import Case
from rung.core.reckoning.attention import is_overtaken
from rung.core.reckoning.effects import NoticeKind, Subject
from rung.core.reckoning.look import Look
from rung.core.reckoning.recipients import Called, called
from rung.core.vocabulary import ClockName, Priority
from rung.outbox import registry
from rung.outbox.bursts import SUMMONED
from rung.outbox.models import Delivery, State
from rung.outbox.outcomes import CARDS
from rung.outbox.ports import (
    AttachedFile,
    Calls,
    Card,
    Comment,
    CustomerMessage,
    Deadline,
    Digest,
    Moment,
    Move,
    NewIssue,
    Page,
    Summary,
    SummaryRow,
)
from rung.outbox.sentences import Said, Sentence, english
from rung.people.clock import database_now
from rung.people.models import Agent, ContactMethod
from rung.people.who_is_there import roster_at
from rung.policies.versions import compiled
from rung.tickets import cards
from rung.tickets.actions import merging, sending
from rung.tickets.actions.acknowledgement import ACKNOWLEDGEMENT
from rung.tickets.history import events_of
from rung.tickets.models import Message, Ticket
from rung.tickets.visibility import sees

#: Moments that ask for something which only an open ticket needs.
_FOR_OPEN_TICKETS = frozenset(Subject) - {Subject.ANSWER, Subject.CANNED_REPLY, Subject.ALERT}
#: What was decided once and for all: it is said even if the ticket has moved on.
_SPOKEN = (NoticeKind.MOMENT, NoticeKind.DIGEST)
_ALWAYS_WANTED = (NoticeKind.REPLY, NoticeKind.LINK, NoticeKind.COMMENT)


class DeliverySource:
    """Reads the ticket as it stands; keeps nothing between calls."""

    def no_longer_wanted(self, delivery: Delivery) -> Sentence | None:
        """Asked just before sending. A card that hangs somewhere is always wanted: it must show the end."""
        if delivery.ticket is None:
            return None
        return _not_for_them(delivery) or _is_past(delivery, delivery.ticket)

    def moment(self, delivery: Delivery) -> Moment:
        calls, deadline, excerpt = _shown(delivery)
        return Moment(
            key=delivery.key,
            to=delivery.destination,
            subject=Subject(delivery.subject),
            title=english(delivery.title),
            text=delivery.words,
            ticket=delivery.ticket_id,
            url=_url(delivery.ticket_id),
            priority=Priority(delivery.priority) if delivery.priority else None,
            moves=_moves_of(delivery),
            calls=calls,
            deadline=deadline,
            excerpt=excerpt,
        )

    def digest(self, delivery: Delivery, parts: Sequence[Delivery]) -> Digest:
        return Digest(
            key=delivery.key,
            to=delivery.destination,
            title=english(delivery.title),
            moments=tuple(self.moment(part) for part in parts),
        )

    def card(self, delivery: Delivery, now: datetime) -> Card:
        ticket = _ticket(delivery)
        return cards.draw(ticket, _case(ticket), delivery, now)

    def summary(self, delivery: Delivery, parts: Sequence[Delivery], now: datetime) -> Summary:
        return Summary(
            key=delivery.key,
            to=delivery.destination,
            rows=tuple(_row(part, _ticket(part)) for part in parts if self.no_longer_wanted(part) is None),
            gone=delivery.moments.exclude(state=State.DIGESTED).count(),
            drawn_at=now,
        )

    def message(self, delivery: Delivery) -> CustomerMessage:
        ticket, message = _ticket(delivery), delivery.message
        text, author = "", ""
        files: tuple[AttachedFile, ...] = ()
        if message is not None:
            text, author = message.text, message.author_name
            files = tuple(
                AttachedFile(name=f.name, content_type=f.content_type, path=default_storage.path(f.path), size=f.size)
                for f in message.attachments.all()
            )
        before = (message.answers_to if message else []) or [each for each in (_last_inbound_id(ticket),) if each]
        return CustomerMessage(
            key=delivery.key,
            to=delivery.destination,
            thread=ticket.thread,
            inbox=ticket.inbox,
            ticket=ticket.number,
            subject=ticket.subject,
            text=text or delivery.words,
            author=author,
            automatic=message is None or not actors.is_agent(message.author),
            in_reply_to=before[-1] if before else "",
            references=tuple(before),
            customer=(ticket.requester.email or "") if ticket.requester else "",
            cc=tuple(message.cc) if message else (),
            moves=_moves(ticket, message),
            files=files,
        )

    def page(self, delivery: Delivery) -> Page:
        ticket = _ticket(delivery)
        return Page(
            key=delivery.key,
            service=delivery.destination,
            title=english(delivery.title),
            text=delivery.words,
            ticket=ticket.number,
            url=_url(ticket.number),
            priority=Priority(delivery.priority) if delivery.priority else None,
        )

    def issue(self, delivery: Delivery) -> NewIssue:
        ticket = _ticket(delivery)
        return NewIssue(
            key=f"rung-{delivery.key}",
            project=delivery.destination,
            ticket=ticket.number,
            url=_url(ticket.number),
            title=ticket.subject,
            text=cards.handoff_text(ticket),
            priority=Priority(ticket.priority) if ticket.priority else None,
            customer=ticket.customer.name if ticket.customer else None,
            tags=tuple(ticket.tags),
        )

    def comment(self, delivery: Delivery) -> Comment:
        ticket = _ticket(delivery)
        return Comment(
            key=delivery.key,
            issue=delivery.destination,
            ticket=ticket.number,
            url=_url(ticket.number),
            text=delivery.words,
        )

    def was_sent(self, delivery: Delivery, external_id: str, now: datetime) -> None:
        """An issue that was made, or found, is linked; a public message is known by its id there."""
        if delivery.kind == NoticeKind.LINK and delivery.ticket_id is not None and external_id:
            merging.link(
                delivery.ticket_id,
                delivery.channel,
                external_id,
                by=actors.SYSTEM,
                origin="rung",
                key=f"rung-{delivery.key}",
                now=now,
            )
        if delivery.message is not None and external_id and delivery.message.external_id is None:
            Message.objects.filter(pk=delivery.message.pk, external_id=None).update(
                external_id=external_id, inbox=delivery.message.inbox or delivery.channel
            )

    def was_lost(self, delivery: Delivery, why: Sentence, now: datetime) -> None:  # noqa: ARG002  the row has it
        """A message that will not reach the customer, or may not have: its assignee must know."""
        if delivery.kind != NoticeKind.REPLY or delivery.ticket is None:
            return
        sending.lost(delivery, now)


def _ticket(delivery: Delivery) -> Ticket:
    ticket = delivery.ticket
    if ticket is None:
        raise ValueError(f"delivery {delivery.pk} is about no ticket")
    return ticket


def _is_past(delivery: Delivery, ticket: Ticket) -> Sentence | None:
    """Why it need not be said any more."""
    subject = Subject(delivery.subject)
    if subject is Subject.ALERT:
        return None  # of a ticket that cannot be read too
    case = _case(ticket)
    hangs_somewhere = delivery.external_id or (delivery.look_first and delivery.kind in CARDS)
    if delivery.kind in _ALWAYS_WANTED or delivery.what == SUMMONED or hangs_somewhere:
        return None
    if case.status.is_over and subject in _FOR_OPEN_TICKETS:
        return Said.TICKET_IS_OVER(status=case.status.value)
    if subject is Subject.OFFER and case.offer(delivery.event) is None:
        return Said.OFFER_IS_OVER()
    if (
        subject is Subject.REMINDER
        and delivery.rule
        and is_overtaken(events_of(ticket.number), delivery.event, delivery.rule, delivery.cycle)
    ):
        return Said.OVERTAKEN()
    is_theirs = subject is not Subject.ASSIGNED or addresses.agent_of(delivery.recipient) == case.assignee
    return None if is_theirs else Said.SOMEBODY_ELSES()


def _not_for_them(delivery: Delivery) -> Sentence | None:
    """Why the person it goes to is not told: they have left, or other teams' tickets are not there for them."""
    if not addresses.names_person(delivery.recipient) or delivery.ticket_id is None:
        return None
    _, handle = addresses.parts(delivery.recipient)
    agent = Agent.objects.filter(handle=handle).first()
    if agent is None or not agent.is_active:
        return Said.HAS_LEFT(handle=handle)
    return None if sees(agent, delivery.ticket_id) else Said.MAY_NOT_SEE(handle=handle)


def _row(part: Delivery, ticket: Ticket) -> SummaryRow:
    return SummaryRow(
        ticket=ticket.number,
        offer=part.event,
        title=ticket.subject,
        url=_url(ticket.number),
        customer=ticket.customer.name if ticket.customer else None,
        priority=Priority(ticket.priority) if ticket.priority else None,
        clock=ClockName(ticket.next_deadline_clock) if ticket.next_deadline_clock else None,
        due_at=ticket.next_deadline_at,
        missed=ticket.missed,
    )


def _shown(delivery: Delivery) -> tuple[Calls | None, Deadline | None, str]:
    """Whom it calls; and to a person, where tickets are shown, what is due first and what the customer said."""
    ticket = delivery.ticket
    wanted = delivery.what if delivery.kind in _SPOKEN and delivery.what != "nobody" else ""
    is_direct = delivery.recipient.startswith("agent:") and registry.shows_tickets(delivery.channel)
    if ticket is None or not (wanted or is_direct):
        return None, None, ""
    now, case = database_now(), _case(ticket)
    look = Look(case, compiled(case.policy), roster_at(now), now)
    calls = _calls(called(look, wanted), delivery.channel) if wanted else None
    if not is_direct:
        return calls, None, ""
    return calls, next(iter(cards.deadlines(look)), None), cards.excerpt(ticket, events_of(ticket.number))


def _calls(found: Called | None, channel: str) -> Calls | None:
    if found is None:
        return None
    methods = ContactMethod.objects.filter(channel=channel, is_active=True, agent__handle__in=found.people)
    return Calls(found.team, tuple(methods.order_by("agent__handle").values_list("agent__handle", "address")))


def _moves_of(delivery: Delivery) -> tuple[Move, ...]:
    """What can be done from a message: to a person, what it asks of them."""
    if delivery.subject == Subject.OFFER:
        return (Move.CLAIM, Move.RETURN, Move.REPLY, Move.OPEN)
    if delivery.recipient.startswith("agent:") and delivery.subject != Subject.ALERT and delivery.ticket_id is not None:
        return (Move.REPLY, Move.ESCALATE, Move.RESOLVE, Move.OPEN)
    return (Move.OPEN,)


def _case(ticket: Ticket) -> Case:
    return cases.decode(bytes(ticket.snapshot))


def _url(ticket: int | None) -> str:
    return f"{settings.BASE_URL}/tickets/{ticket}" if settings.BASE_URL and ticket is not None else ""


def _moves(ticket: Ticket, message: Message | None) -> tuple[Move, ...]:
    """What a customer may do from a message: from the desk's own ask for escalation, from the last one rate."""
    if message is None:
        return ()
    closing = compiled(ticket.policy).policy.closing
    if actors.is_agent(message.author):
        is_last = closing.ask_rating and ticket.events.filter(kind="resolved", data__message=message.pk).exists()
        return (Move.RATE,) if is_last else ()
    spoken = ticket.events.filter(kind="auto_replied", data__message=message.pk).values_list("data__reply", flat=True)
    match spoken.first():
        case name if name == ACKNOWLEDGEMENT:
            return (Move.ASK_ESCALATION,)
        case name if name and name == closing.tell_customer and closing.ask_rating:
            return (Move.RATE,)
        case _:
            return ()


def _last_inbound_id(ticket: Ticket) -> str:
    last = ticket.messages.filter(direction="inbound", external_id__isnull=False).order_by("-at", "-pk").first()
    return (last.external_id or "") if last else ""
