"""Cards that found no way to their channel go there once there is one."""

from datetime import datetime

from rung.core.reckoning.effects import NoticeKind
from rung.core.vocabulary import Priority
from rung.outbox import enqueue, notify
from rung.outbox.addresses import APP, AddressBook
from rung.outbox.models import Delivery, State
from rung.policies.versions import compiled, current_number

_CARDS = (NoticeKind.TRIAGE_CARD.value, NoticeKind.OFFER_CARD.value)
_OVER = ("resolved", "closed")


def rank_of(card: Delivery) -> int:
    """Its place in a lane as its ticket stands now."""
    ticket = card.ticket
    priority = Priority(ticket.priority) if ticket is not None and ticket.priority else None
    return enqueue.rank_of(NoticeKind(card.kind)).of(priority, critical=ticket is not None and ticket.critical)


def cards(now: datetime) -> int:
    """Those that stand in the app alone and are still true, sent where the policy wants them; how many."""
    book = AddressBook.read(compiled(current_number()).policy)
    waiting = Delivery.objects.filter(kind__in=_CARDS, channel=APP, over_at=None).exclude(ticket__status__in=_OVER)
    lanes, moved = set(), 0
    for card in waiting.select_related("ticket").order_by("pk"):
        first, *others = book.of(card.recipient, NoticeKind(card.kind))
        if first.channel == APP:
            continue
        card.channel, card.destination, card.fallbacks = first.channel, first.destination, [list(one) for one in others]
        card.lane = enqueue.lane_of(first.channel, NoticeKind(card.kind), first.destination)
        card.state, card.next_attempt_at, card.attempts, card.sent_at = State.WAITING, now, 0, None
        card.external_id, card.look_first, card.rank = "", False, rank_of(card)
        card.save()
        lanes.add(card.lane)
        moved += 1
    if lanes:
        enqueue.open_lanes(lanes, now)
        notify.courier()
    return moved
