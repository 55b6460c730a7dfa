"""A burst of escalations in one channel is one living summary; a ticket gets its card there when somebody wants it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Q

from rung.core.reckoning.attention import WITHIN, is_burst
from rung.core.reckoning.effects import NoticeKind, Subject
from rung.outbox import enqueue, notify, queues, quiet_hours, registry
from rung.outbox.models import Delivery, Rank, State
from rung.outbox.ports import Source
from rung.outbox.queues import Claimed
from rung.outbox.sentences import Title

#: A burst that begins so long after the last summary of its channel gets another.
GOES_ON_FOR = timedelta(hours=1)
#: What is wanted by hand is posted, whatever goes on around it.
SUMMONED = "summoned"
_SUMMARY = NoticeKind.SUMMARY.value


def join(claimed: Claimed, now: datetime) -> bool:
    """Let the card of an escalation go into the summary of its channel instead; whether it does.

    A critical ticket always has a card of its own.
    """
    one = claimed.delivery
    is_post = one.kind == NoticeKind.OFFER_CARD and not one.external_id and not one.look_first and one.what != SUMMONED
    if not is_post or one.ticket is None or one.ticket.critical or not registry.shows_summaries(one.channel):
        return False
    there = Delivery.objects.filter(kind=one.kind, channel=one.channel, destination=one.destination)
    due = there.filter(created_at__gt=one.created_at - WITHIN, created_at__lte=one.created_at)
    if not is_burst(list(due.values_list("created_at", flat=True)), one.created_at):
        return False
    one.state, one.digest, one.next_attempt_at, one.leased_until = State.DIGESTED, _summary(one, now), None, None
    one.attempts -= 1
    one.save(update_fields=["state", "digest", "next_attempt_at", "leased_until", "attempts"])
    queues.free([claimed.lane], now)
    return True


def _summary(one: Delivery, now: datetime) -> Delivery:
    """The living one of the channel, or a new one."""
    living = Delivery.objects.filter(
        kind=_SUMMARY, over_at=None, channel=one.channel, destination=one.destination, created_at__gt=now - GOES_ON_FOR
    )
    found = living.exclude(state=State.NEVER).order_by("-pk").first()
    if found is not None:
        return found
    made = Delivery.objects.create(
        key=f"summary/{one.pk}",
        kind=_SUMMARY,
        subject=Subject.OFFER,
        recipient=one.recipient,
        channel=one.channel,
        destination=one.destination,
        lane=enqueue.lane_of(one.channel, NoticeKind.SUMMARY, one.destination),
        rank=Rank.OFFER,
        title=Title.BURST(),
        state=State.WAITING,
        next_attempt_at=now,
        due_at=now,
        created_at=now,
    )
    enqueue.open_lanes([made.lane], now)
    return made


def parts_of(summary: Delivery) -> list[Delivery]:
    """The cards that stand in it as rows, the most pressing first."""
    parts = summary.moments.filter(state=State.DIGESTED).select_related("ticket", "ticket__customer")
    return sorted(parts, key=quiet_hours.pressing)


def version_of(parts: Iterable[Delivery]) -> int:
    """Changes with everything that happens to its tickets, and with every card that joins or leaves."""
    return sum(1 + (part.ticket.events_count if part.ticket else 0) for part in parts)


def refresh(source: Source, now: datetime) -> None:
    """Summaries whose tickets have moved on are drawn again. What was claimed or answered gets its card, what has ended
    leaves; one that is empty has ended itself."""
    for summary in Delivery.objects.filter(kind=_SUMMARY, over_at=None, state__in=(State.SENT, State.WAITING)):
        parts = parts_of(summary)
        if version_of(parts) == summary.shown_event:
            continue
        answered = set(summary.moments.filter(_ANSWERED).values_list("pk", flat=True))
        for part in parts:
            over = source.no_longer_wanted(part)
            if part.pk in answered or (over is not None and part.ticket is not None and part.ticket.assignee_id):
                summon(part, now)
            elif over is not None:
                part.state, part.outcome, part.over_at = State.OVERTAKEN, over, now
                part.save(update_fields=["state", "outcome", "over_at"])
        if summary.state == State.SENT:
            summary.state, summary.next_attempt_at, summary.attempts = State.WAITING, now, 0
            summary.save(update_fields=["state", "next_attempt_at", "attempts"])


def summon(part: Delivery, now: datetime) -> None:
    """Post the card of one ticket of a summary."""
    part.state, part.what, part.next_attempt_at, part.attempts = State.WAITING, SUMMONED, now, 0
    part.save(update_fields=["state", "what", "next_attempt_at", "attempts"])
    enqueue.open_lanes([part.lane], now)
    notify.courier()


def summon_offer(ticket: int, offer: int | None, now: datetime) -> bool:
    """Post the card of an offer that stands in a summary; whether there was one."""
    cards = Delivery.objects.filter(kind=NoticeKind.OFFER_CARD, ticket=ticket, state=State.DIGESTED)
    found = list(cards if offer is None else cards.filter(event=offer))
    for part in found:
        summon(part, now)
    return bool(found)


_ANSWERED = Q(
    ticket__messages__direction="public",
    ticket__messages__author__startswith="agent:",
    ticket__messages__at__gt=F("created_at"),
)
