"""A reminder follows its ticket's card: it waits a little for a card that is still on its way to the same place."""

from datetime import datetime, timedelta

from rung.core.reckoning.effects import NoticeKind, Subject
from rung.outbox import queues
from rung.outbox.models import Delivery, State
from rung.outbox.queues import Claimed

AGAIN_IN = timedelta(seconds=5)
#: After so long it is said without.
AT_MOST = timedelta(minutes=15)
_CARDS = (NoticeKind.TRIAGE_CARD, NoticeKind.OFFER_CARD)


def wait(claimed: Claimed, now: datetime) -> bool:
    """Put it off while the card is not there yet; whether it was."""
    one = claimed.delivery
    if one.subject != Subject.REMINDER or one.ticket_id is None or now - one.created_at > AT_MOST:
        return False
    cards = Delivery.objects.filter(ticket=one.ticket_id, kind__in=_CARDS, external_id="")
    there = cards.filter(channel=one.channel, destination=one.destination, state__in=(State.WAITING, State.SENDING))
    if not there.exists():
        return False
    one.state, one.next_attempt_at, one.leased_until = State.WAITING, now + AGAIN_IN, None
    one.attempts -= 1
    one.save(update_fields=["state", "next_attempt_at", "leased_until", "attempts"])
    queues.free([claimed.lane], now)
    return True
