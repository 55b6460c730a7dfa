"""A ticket as its deliveries need it: what it is called and where its customer reads."""

from rung.outbox.addresses import CustomerAddress
from rung.outbox.enqueue import About
from rung.tickets.models import Ticket


def about(ticket: Ticket) -> About:
    """Names and addresses of one ticket; its customer and requester should be loaded with it."""
    email = (ticket.requester.email or "") if ticket.requester else ""
    return About(
        ticket=ticket.number,
        subject=ticket.subject,
        customer=ticket.customer.name if ticket.customer else None,
        where=CustomerAddress(channel=ticket.channel, thread=ticket.thread, email=email),
    )
