"""Rows and results into the shapes the API gives."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Status as Reply

from rung.api.problems import Problem
from rung.api.shapes import (
    ArrivalOut,
    AttachmentOut,
    CustomerBrief,
    DeadlineBrief,
    DeliveryOut,
    DoneOut,
    MessageOut,
    PersonBrief,
    TicketOut,
)
from rung.core.vocabulary import Priority, Status, Turn
from rung.outbox.models import Delivery
from rung.outbox.sentences import Sentence, english
from rung.tickets import results as r
from rung.tickets.answer_states import Arrival
from rung.tickets.models import Message, Ticket

AnyResult = (
    r.Done
    | r.AlreadySo
    | r.AlreadyClaimed
    | r.Refused
    | r.Answered
    | r.Claimed
    | r.Escalated
    | r.Unreachable
    | r.Unconfirmed
    | r.Created
)


def ticket_out(ticket: Ticket, request: HttpRequest) -> TicketOut:
    """One ticket. Its customer and requester should be loaded with it."""
    customer, requester = ticket.customer, ticket.requester
    deadline = ticket.next_deadline_at
    base = settings.BASE_URL or f"{request.scheme}://{request.get_host()}"
    return TicketOut(
        number=ticket.number,
        subject=ticket.subject,
        status=Status(ticket.status),
        turn=Turn(ticket.turn),
        priority=Priority(ticket.priority) if ticket.priority else None,
        critical=ticket.critical,
        category=ticket.category or None,
        tags=ticket.tags,
        path=ticket.path or None,
        level=ticket.level or None,
        assignee=ticket.assignee_id,
        offered_to=ticket.offered_to or None,
        offered_at=ticket.offered_at,
        customer=CustomerBrief(name=customer.name, tier=customer.tier) if customer else None,
        requester=PersonBrief(name=requester.name, email=requester.email) if requester else None,
        channel=ticket.channel,
        policy=ticket.policy,
        opened_at=ticket.opened_at,
        changed_at=ticket.changed_at,
        over_at=ticket.over_at,
        merged_into=ticket.merged_into_id,
        snoozed_until=ticket.snoozed_until,
        next_deadline=DeadlineBrief(clock=ticket.next_deadline_clock, at=deadline) if deadline else None,
        at_risk_at=ticket.at_risk_at,
        missed=ticket.missed,
        url=f"{base}/tickets/{ticket.number}",
    )


def message_out(message: Message, arrived: Mapping[int, Arrival]) -> MessageOut:
    """`arrived`: of all messages of its ticket."""
    found = arrived.get(message.pk)
    return MessageOut(
        arrival=ArrivalOut(state=found.state, to=found.to, why=english(found.why) or None, held_until=found.until)
        if found
        else None,
        number=message.pk,
        direction=message.direction,
        author=message.author,
        author_name=message.author_name,
        text=message.text,
        at=message.at,
        attachments=[
            AttachmentOut(id=file.pk, name=file.name, content_type=file.content_type, size=file.size)
            for file in message.attachments.all()
        ],
    )


def delivery_out(delivery: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=delivery.pk,
        ticket=delivery.ticket_id,
        kind=delivery.kind,
        subject=delivery.subject,
        recipient=delivery.recipient,
        instead_of=delivery.instead_of,
        channel=delivery.channel,
        destination=delivery.destination,
        state=delivery.state,
        title=english(delivery.title),
        title_code=_code(delivery.title),
        text=delivery.words,
        rule=delivery.rule,
        step=delivery.step,
        event=delivery.event,
        attempts=delivery.attempts,
        outcome=english(delivery.outcome),
        outcome_code=_code(delivery.outcome),
        held_why=english(delivery.held_why),
        held_why_code=_code(delivery.held_why),
        due_at=delivery.due_at,
        created_at=delivery.created_at,
        next_attempt_at=delivery.next_attempt_at,
        sent_at=delivery.sent_at,
    )


def _code(sentence: Sentence | None) -> str:
    return sentence.code if sentence else ""


def done(result: AnyResult) -> Reply[DoneOut]:
    """Status and body for what an action answered. Raises Problem 409 where it was refused."""
    match result:
        case r.Created(ticket=ticket, event=event, message=message, continues=continues):
            return Reply(
                201, DoneOut(result="created", ticket=ticket, event=event, message=message, continues=continues)
            )
        case r.AlreadySo(ticket=ticket, why=why, event=event, message=message):
            return Reply(200, DoneOut(result="already_so", ticket=ticket, event=event, message=message, why=why))
        case r.Done(ticket=ticket, event=event, message=message, untold=untold):
            reason = f"not told, for they may not see this ticket or have left: {', '.join(untold)}" if untold else None
            told = DoneOut(result="done", ticket=ticket, event=event, message=message, why=reason)
            told.untold = list(untold) or None
            return Reply(200, told)
        case r.Answered(ticket=ticket, event=event, message=message, kept=kept):
            return Reply(
                200, DoneOut(result="answered", ticket=ticket, event=event, message=message, kept=kept or None)
            )
        case r.Claimed(ticket=ticket, event=event, level=level, closed=closed):
            return Reply(
                200, DoneOut(result="claimed", ticket=ticket, event=event, level=level, closed_offers=list(closed))
            )
        case r.Escalated(ticket=ticket, event=event, level=level, missing=missing):
            return Reply(
                200, DoneOut(result="escalated", ticket=ticket, event=event, level=level, missing=list(missing))
            )
    raise _refusal(result)


def _refusal(result: r.AlreadyClaimed | r.Refused | r.Unreachable | r.Unconfirmed) -> Problem:
    more: dict[str, Any] = {"ticket": result.ticket}
    match result:
        case r.AlreadyClaimed(by=by):
            return Problem(409, f"{by} was quicker: ticket {result.ticket} is theirs", by=by, **more)
        case r.Refused(why=why):
            return Problem(409, why, **more)
        case r.Unconfirmed(into=into, gone=gone, kept=kept):
            whose = [each or "nobody we know" for each in (gone, kept)]
            said = f"ticket {result.ticket} is of {whose[0]} and ticket {into} of {whose[1]}"
            said += ', who alone would get the answers; send "confirm": true to merge them all the same'
            return Problem(409, said, place="body.into", **more)
        case r.Unreachable(level=level, opens_at=opens_at):
            until = f" before {opens_at:%Y-%m-%d %H:%M} UTC" if opens_at else ""
            said = f'nobody can be reached at {level}{until}; send "anyway": true to offer it all the same'
            return Problem(409, said, place="body.to", opens_at=opens_at and opens_at.isoformat(), **more)
