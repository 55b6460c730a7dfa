"""A ticket whose look raises is set aside with its error in the open, tried again later, and stops no other."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from rung.core import addresses
from rung.core.addresses import Address
from rung.core.reckoning.effects import Notice, NoticeKind, Subject
from rung.outbox import enqueue
from rung.outbox.addresses import AddressBook
from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.policies.versions import NONE_PUBLISHED
from rung.tickets.delivery_context import about
from rung.tickets.models import Ticket

WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
LATER = timedelta(hours=1)


def park(number: int, raised: Exception) -> None:
    """Set it aside for 1, 5, 30 minutes, then hourly. The desk's owners are told the first time."""
    with transaction.atomic():
        ticket = (
            Ticket.objects.select_for_update(of=("self",), no_key=True)
            .select_related("customer", "requester")
            .get(pk=number)
        )
        now = database_now()
        ticket.wake_at = now + (WAITS[ticket.attempts] if ticket.attempts < len(WAITS) else LATER)
        is_first = ticket.parked_at is None
        ticket.parked_at = ticket.parked_at or now
        ticket.attempts += 1
        ticket.error = f"{type(raised).__name__}: {raised}"[:2000]
        ticket.save(update_fields=["wake_at", "parked_at", "attempts", "error"])
        if not is_first:
            return
        book = AddressBook.read(NONE_PUBLISHED)
        owners = Agent.objects.filter(role=Role.OWNER, is_active=True).values_list("handle", flat=True)
        words = f"The clocks of #{number} cannot be reckoned: {ticket.error}\n{settings.BASE_URL}/tickets/{number}"
        enqueue.insert(
            [
                enqueue.delivery(_notice(to, now.isoformat()), about(ticket), book, now, words=words)
                for to in ([addresses.agent(handle) for handle in owners] or [addresses.DESK])
            ]
        )


def _notice(to: Address, moment: str) -> Notice:
    return Notice(
        kind=NoticeKind.MOMENT, to=to, subject=Subject.ALERT, key=f"parked/{moment}/{to}", event=0, exempt=True
    )
