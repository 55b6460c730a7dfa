"""What came of a sending, written down: sent, later, never, unclear; and what follows from each."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from rung.core.reckoning.effects import NoticeKind
from rung.core.vocabulary import Priority
from rung.outbox import enqueue, live, queues, registry
from rung.outbox.addresses import APP, ContactPoint, is_configured
from rung.outbox.models import Delivery, Rank, State
from rung.outbox.ports import Later, Method, Never, Outcome, Sent, Source, Unclear
from rung.outbox.queues import Claimed
from rung.outbox.sending import may_repeat
from rung.outbox.sentences import Said, Sentence, english

log = structlog.get_logger(__name__)

WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 45, 120, 300, 900, 1800))
LONGEST_WAIT = timedelta(hours=1)
#: A destination that refuses one is not asked for the others behind it for this long at most.
LONGEST_LANE_WAIT = timedelta(minutes=2)
#: After so many refusals in a row a moment tries the recipient's next contact method; cards and messages wait.
PATIENCE = 4
#: After so long nobody expects it any more.
GIVE_UP_AFTER = timedelta(days=2)
_MOMENTS = (NoticeKind.MOMENT, NoticeKind.DIGEST)
CARDS = (NoticeKind.OFFER_CARD, NoticeKind.TRIAGE_CARD, NoticeKind.SUMMARY)


def drop_unwanted(claimed: Claimed, source: Source, now: datetime) -> bool:
    """Record what has stopped being true instead of sending it."""
    why = source.no_longer_wanted(claimed.delivery)
    if why is None:
        return False
    delivery = claimed.delivery
    delivery.state, delivery.outcome, delivery.over_at = State.OVERTAKEN, why, now
    if delivery.look_first:  # "not sent" would be a guess: an attempt before may have arrived
        delivery.state, delivery.outcome = State.UNCLEAR, Said.SENT_BEFORE(reason=why)
    delivery.next_attempt_at = delivery.leased_until = None
    delivery.save(update_fields=["state", "outcome", "over_at", "next_attempt_at", "leased_until"])
    queues.free([claimed.lane], now)
    return True


def settle(claimed: Claimed, outcome: Outcome, source: Source, now: datetime) -> None:
    """Write the outcome down, if the delivery is still ours, and open its lane again."""
    with transaction.atomic():
        if claimed.delivery.kind in (*CARDS, NoticeKind.REPLY) and claimed.delivery.ticket is not None:
            # Before the delivery, as actions do: else a change could slip between our look at it and "sent".
            tickets = type(claimed.delivery.ticket).objects.select_for_update(no_key=True)
            claimed.delivery.ticket = tickets.get(pk=claimed.delivery.ticket.pk)
        mine = Delivery.objects.select_for_update().filter(
            pk=claimed.delivery.pk, state=State.SENDING, attempts=claimed.delivery.attempts
        )
        if not mine.exists():
            log.warning("a delivery was taken over while it was being sent", delivery=claimed.delivery.pk)
            return
        wait = _write(claimed.delivery, outcome, source, now)
        if wait is not None:
            queues.block(claimed.lane, now, wait, english(getattr(outcome, "reason", None)))
        else:
            queues.free([claimed.lane], now + _pace(claimed))
        live.changed("deliveries", f"ticket:{claimed.delivery.ticket_id}")


def put_off(claimed: Claimed, reason: Sentence, source: Source, now: datetime) -> None:
    """It cannot be drawn. The other side has no part in that, so its lane is open to the others at once."""
    delivery = claimed.delivery
    delivery.leased_until = None
    _later(delivery, reason, now + _back_off(delivery.attempts), source, now)
    delivery.save()
    queues.free([claimed.lane], now)


def settle_abandoned(source: Source, now: datetime) -> None:
    """The courier that was sending these has died: nobody knows what the other side has."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",), skip_locked=True).filter(
            state=State.SENDING, leased_until__lte=now
        )
        for delivery in rows.select_related("ticket", "message"):
            _write(delivery, Unclear(Said.COURIER_STOPPED()), source, now)


def _write(delivery: Delivery, outcome: Outcome, source: Source, now: datetime) -> timedelta | None:
    """Change the row. Returns how long its lane is to be left alone, None: not at all."""
    delivery.leased_until = None
    lane_wait = None
    match outcome:
        case Sent(external_id=external_id):
            _sent(delivery, external_id, now)
            source.was_sent(delivery, external_id, now)
        case Later(reason=reason, after=after, only_this=only_this):
            lane_wait = None if only_this else after or min(_back_off(delivery.attempts), LONGEST_LANE_WAIT)
            _later(delivery, reason, now + (after or _back_off(delivery.attempts)), source, now)
        case Never(reason=reason):
            _never(delivery, reason, source, now)
        case Unclear(reason=reason):
            _unclear(delivery, reason, source, now)
    delivery.save()
    return lane_wait


def _sent(delivery: Delivery, external_id: str, now: datetime) -> None:
    delivery.external_id = external_id or delivery.external_id
    if delivery.kind in CARDS and not delivery.external_id:
        delivery.state, delivery.outcome, delivery.over_at = State.OVERTAKEN, Said.ENDED_BEFORE(), now
        delivery.next_attempt_at = None
        return
    delivery.state, delivery.outcome, delivery.look_first = State.SENT, Said.SENT(), False
    delivery.sent_at = delivery.sent_at or now
    delivery.attempts, delivery.next_attempt_at = 0, None
    if delivery.kind in CARDS:
        _follow_card(delivery, now)


def _follow_card(delivery: Delivery, now: datetime) -> None:
    """From here on it is edited, in the lane for edits; at once, if the ticket has moved on meanwhile."""
    delivery.lane = enqueue.lane_of(delivery.channel, NoticeKind(delivery.kind), delivery.destination, edit=True)
    ticket = delivery.ticket
    priority = Priority(ticket.priority) if ticket is not None and ticket.priority else None
    delivery.rank = Rank.EDIT.of(priority, critical=ticket is not None and ticket.critical)
    enqueue.open_lanes([delivery.lane], now)
    if delivery.ticket is not None and delivery.ticket.events_count > delivery.shown_event:
        delivery.state, delivery.next_attempt_at = State.WAITING, now


def _later(delivery: Delivery, reason: Sentence, again_at: datetime, source: Source, now: datetime) -> None:
    delivery.outcome = reason
    if now - delivery.created_at > GIVE_UP_AFTER:
        _never(delivery, Said.GIVEN_UP(reason=reason), source, now)
    elif delivery.kind == NoticeKind.MOMENT and delivery.attempts >= PATIENCE and len(delivery.fallbacks) > 1:
        _fall_back(delivery, now)
    else:
        delivery.state, delivery.next_attempt_at = State.WAITING, again_at


def _never(delivery: Delivery, reason: Sentence, source: Source, now: datetime) -> None:
    delivery.outcome = reason
    if delivery.kind == NoticeKind.REPLY or not delivery.fallbacks:
        delivery.state, delivery.next_attempt_at = State.NEVER, None
        source.was_lost(delivery, reason, now)
    else:
        _fall_back(delivery, now)


def _unclear(delivery: Delivery, reason: Sentence, source: Source, now: datetime) -> None:
    delivery.outcome = Said.UNCLEAR(reason=reason)
    looked_for = delivery.kind == NoticeKind.REPLY and delivery.look_first  # and nobody can know
    if (
        not looked_for
        and may_repeat(delivery, registry.adapter(delivery.channel))
        and now - delivery.created_at <= GIVE_UP_AFTER
    ):
        delivery.look_first = True
        delivery.state, delivery.next_attempt_at = State.WAITING, now + _back_off(delivery.attempts)
    elif delivery.kind in _MOMENTS and delivery.fallbacks:
        # Not said a second time where it may have been said, but not lost either: it stands in the app.
        delivery.fallbacks = delivery.fallbacks[-1:]
        delivery.outcome = Said.ARRIVED_TOO(channel=delivery.channel, reason=reason)
        _fall_back(delivery, now)
    else:
        delivery.state, delivery.next_attempt_at = State.UNCLEAR, None
        source.was_lost(delivery, delivery.outcome, now)


def _fall_back(delivery: Delivery, now: datetime) -> None:
    """The next contact method; the last one is the list in the app, where it simply is."""
    kind = NoticeKind(delivery.kind)
    ways = [ContactPoint(*way) for way in delivery.fallbacks]
    # One whose adapter is not configured any more has no lane: nobody would ever look at it.
    while ways[0].channel != APP and not is_configured(ways[0], kind):
        ways.pop(0)
    (channel, destination), *rest = ways
    delivery.channel, delivery.destination, delivery.fallbacks = channel, destination, rest
    delivery.attempts, delivery.look_first, delivery.external_id = 0, False, ""
    if channel == APP:
        delivery.state, delivery.sent_at, delivery.next_attempt_at, delivery.lane = State.SENT, now, None, ""
        return
    delivery.lane = enqueue.lane_of(channel, kind, destination)
    enqueue.open_lanes([delivery.lane], now)
    delivery.state, delivery.next_attempt_at = State.WAITING, now


def _back_off(attempts: int) -> timedelta:
    return WAITS[attempts - 1] if 0 < attempts <= len(WAITS) else LONGEST_WAIT


def _pace(claimed: Claimed) -> timedelta:
    """How long the other side wants between two of them."""
    adapter = registry.adapter(claimed.delivery.channel)
    if adapter is None:
        return timedelta(0)
    kind = NoticeKind(claimed.delivery.kind)
    for method in (enqueue.METHODS.get(kind, Method.POST), Method.EDIT):
        lane = adapter.lane(method, claimed.delivery.destination)
        if lane.name == claimed.lane:
            return lane.every
    return timedelta(0)
