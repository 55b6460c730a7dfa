"""What the desk says by itself beside the policy's steps: that a request has arrived. It is no answer."""

from datetime import datetime

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import events as e
from rung.tickets import action_notices, message_rows
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Direction
from rung.tickets.results import AlreadySo, Done
from rung.tickets.transaction import locked

#: The name such a message has among the policy's replies.
ACKNOWLEDGEMENT = "acknowledgement"
LINK = "link"


def send_link(ticket: int, text: str, *, now: datetime | None = None) -> Done | AlreadySo:
    """Send the customer, where they write from, a link they asked for; once a day. Stops no clock, passes no turn."""
    with locked(ticket, now=now) as at:
        at.client_key = f"link/{ticket}/{at.now:%F}"
        if at.before:
            return at.before
        message = message_rows.write(at.ticket.number, Direction.PUBLIC, actors.SYSTEM, MessageText(text=text), at.now)
        number = at.record(e.AutoReplied(at=at.now, by=actors.SYSTEM, message=message.pk, reply=LINK))
        action_notices.customer(at, message, event=number)
        return Done(ticket, number, message.pk)


def acknowledge(ticket: int, text: str, *, by: Actor, now: datetime | None = None) -> Done | AlreadySo:
    """Tell the customer that it has arrived, once for a ticket. Stops no clock and passes no turn."""
    with locked(ticket, client_key=f"acknowledged/{ticket}", now=now) as at:
        if at.before:
            return at.before
        message = message_rows.write(ticket, Direction.PUBLIC, by, MessageText(text=text), at.now)
        event = e.AutoReplied(at=at.now, by=by, message=message.pk, reply=ACKNOWLEDGEMENT)
        number = at.record(event)
        action_notices.customer(at, message, event=number)
        return Done(ticket, number, message.pk)
