"""What a customer may see of their request: what was said to and fro, and the files with it; nothing internal."""

from django.db.models import Q, QuerySet

from rung.people.clock import database_now
from rung.tickets.answer_states import withheld
from rung.tickets.models import Attachment, Direction, Message, Ticket
from rung.tickets.participants import joined_at

SEEN = (Direction.INBOUND, Direction.PUBLIC)


def said(own: Ticket) -> QuerySet[Message]:
    """The conversation of a request, where it is held by now: of what was said before tickets became one, only what
    was theirs. An answer that is held, or was undone, they do not see."""
    ticket = where_it_went(own)
    theirs = Q(came_from=own.pk)
    if own.requester_id is not None:
        theirs |= Q(came_from__requester=own.requester_id)
    if ticket == own or (own.requester_id is not None and own.requester_id == ticket.requester_id):
        theirs |= Q(came_from=None)
    elif since := joined_at(own):
        theirs |= Q(came_from=None, at__gt=since)
    shown = ticket.messages.filter(theirs, ~withheld(database_now()), direction__in=SEEN)
    return shown.prefetch_related("attachments")


def attachment(own: Ticket, number: int) -> Attachment | None:
    """A file of that conversation; None if it is not one."""
    return Attachment.objects.filter(pk=number, message__in=said(own)).first()


def where_it_went(own: Ticket) -> Ticket:
    """The ticket a request is answered in by now: the one it was merged into, if its requester takes part there."""
    ticket = own
    while (into := ticket.merged_into) is not None:
        same = own.requester_id is not None and own.requester_id == into.requester_id
        if not same and joined_at(ticket) is None:
            return ticket
        ticket = into
    return ticket
