"""What a customer may see of their request: what was said to and fro, and the files with it; nothing internal."""

from django.db.models import Q, QuerySet

from rung.tickets.models import Attachment, Direction, Message, Ticket

SEEN = (Direction.INBOUND, Direction.PUBLIC)


def said(ticket: Ticket) -> QuerySet[Message]:
    """The conversation, without what another customer's merged ticket brought along."""
    mine = Q(came_from=None)
    if ticket.requester_id is not None:
        mine |= Q(came_from__requester=ticket.requester_id)
    if ticket.customer_id is not None:
        mine |= Q(came_from__customer=ticket.customer_id)
    return ticket.messages.filter(mine, direction__in=SEEN).prefetch_related("attachments")


def attachment(ticket: Ticket, number: int) -> Attachment | None:
    """A file of that conversation; None if it is not one."""
    return Attachment.objects.filter(pk=number, message__in=said(ticket)).first()


def where_it_went(ticket: Ticket) -> Ticket:
    """The ticket this was merged into, where it is the same person's or company's; else itself."""
    into = ticket.merged_into
    return into if into is not None and _is_of_the_same(ticket, into) else ticket


def _is_of_the_same(ticket: Ticket, into: Ticket) -> bool:
    """Another customer's conversation is nobody's business, whatever was merged into it."""
    same_person = ticket.requester_id is not None and ticket.requester_id == into.requester_id
    return same_person or (ticket.customer_id is not None and ticket.customer_id == into.customer_id)
