"""Moments that wait: held back by quiet hours or a budget, and sent together when they may be."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from rung.core import addresses
from rung.core.reckoning.attention import Interruption, budget_of, held_back
from rung.core.reckoning.effects import NoticeKind, Subject
from rung.core.vocabulary import Priority
from rung.outbox import enqueue, queues
from rung.outbox.models import Delivery, State
from rung.outbox.ports import Source
from rung.outbox.queues import Claimed
from rung.outbox.sentences import Said, Title, english
from rung.policies.versions import compiled, current_number

#: How long to wait before asking again where nobody can say when it may be said.
UNFORESEEABLE = timedelta(hours=1)
_INTERRUPTED = ("moment", "digest")


def hold(claimed: Claimed, now: datetime) -> bool:
    """Hold it back if it may not interrupt now; what is held is counted and shown, with why."""
    delivery = claimed.delivery
    if delivery.kind not in _INTERRUPTED:
        return False
    to_person = addresses.names_person(delivery.recipient)
    policy = compiled(current_number()).policy
    budget = budget_of(policy, to_person=to_person)
    found = held_back(
        Interruption(
            kind=NoticeKind(delivery.kind),
            to_person=to_person,
            priority=Priority(delivery.priority) if delivery.priority else None,
            exempt=delivery.exempt,
            deadline=delivery.deadline,
            since=delivery.created_at,
        ),
        policy,
        _lately(delivery, now - budget.per) if budget else (),
        now,
    )
    if found is None:
        return False
    delivery.state, delivery.held_why, delivery.next_attempt_at = (
        State.HELD,
        Said[found.why.name](),
        found.until or now + UNFORESEEABLE,
    )
    delivery.attempts, delivery.leased_until = delivery.attempts - 1, None
    delivery.save(update_fields=["state", "held_why", "next_attempt_at", "attempts", "leased_until"])
    queues.free([claimed.lane], now)
    return True


def release(source: Source, now: datetime) -> None:
    """Those whose time has come go out, all of one destination in one digest."""
    due = Delivery.objects.filter(state=State.HELD, next_attempt_at__lte=now)
    for channel, destination in set(due.values_list("channel", "destination")):
        with transaction.atomic():
            held = list(
                Delivery.objects.select_for_update(of=("self",), skip_locked=True)
                .filter(state=State.HELD, channel=channel, destination=destination)
                .select_related("ticket")
                .order_by("pk")
            )
            _release(held, source, now)


def _release(held: Sequence[Delivery], source: Source, now: datetime) -> None:
    still_true = []
    for delivery in _unpacked(held, now):
        why = source.no_longer_wanted(delivery)
        if why is None:
            still_true.append(delivery)
        else:
            delivery.state, delivery.outcome, delivery.over_at, delivery.next_attempt_at = (
                State.OVERTAKEN,
                why,
                now,
                None,
            )
            delivery.save(update_fields=["state", "outcome", "over_at", "next_attempt_at"])
    if len(still_true) == 1:
        (alone,) = still_true
        alone.state, alone.next_attempt_at = State.WAITING, now
        alone.save(update_fields=["state", "next_attempt_at"])
    elif still_true:
        _digest(still_true, now)


def _unpacked(held: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """What is still to be said, digests that had to wait in their turn taken apart again."""
    found: list[Delivery] = []
    for delivery in held:
        parts = list(delivery.moments.select_related("ticket").order_by("pk"))
        found += parts or [delivery]
        if parts:
            delivery.state, delivery.over_at, delivery.next_attempt_at = State.OVERTAKEN, now, None
            delivery.save(update_fields=["state", "over_at", "next_attempt_at"])
    return found


def _digest(held: Sequence[Delivery], now: datetime) -> None:
    """One message for all of them, the urgent first. Its own row, so that it is sent once; the parts point to it."""
    parts = sorted(held, key=pressing)
    first = parts[0]
    digest = Delivery.objects.create(
        key=f"digest/{min(part.pk for part in parts)}-{max(part.pk for part in parts)}/{now.timestamp():.0f}",
        kind=NoticeKind.DIGEST,
        subject=Subject.NOTIFICATION,
        recipient=first.recipient,
        channel=first.channel,
        destination=first.destination,
        fallbacks=first.fallbacks,
        lane=first.lane,
        rank=min(part.rank for part in parts),
        title=Title.WAITED(number=len(parts)),
        words="\n".join(english(part.title) for part in parts),
        state=State.WAITING,
        next_attempt_at=now,
        due_at=now,
        created_at=min(part.created_at for part in parts),
        deadline=min(filter(None, map(_ahead, parts)), default=None),
        priority=min((part.priority for part in parts if part.priority), key=_rank, default=""),
    )
    Delivery.objects.filter(pk__in=[part.pk for part in parts]).update(
        state=State.DIGESTED, digest=digest, next_attempt_at=None
    )
    enqueue.open_lanes([first.lane], now)


def pressing(delivery: Delivery) -> tuple[bool, int, int]:
    """What comes first among what one destination hears at once: critical, then urgent, then what was said first."""
    ticket = delivery.ticket
    is_critical = ticket is not None and ticket.critical
    return not is_critical, _rank(delivery.priority) if delivery.priority else Priority.NORMAL.rank, delivery.pk


def _ahead(part: Delivery) -> datetime | None:
    """Its deadline, if that was still to come when it was made."""
    return part.deadline if part.deadline is not None and part.deadline > part.created_at else None


def _rank(priority: str) -> int:
    return Priority(priority).rank


def _lately(delivery: Delivery, since: datetime) -> list[datetime]:
    """When its destination was interrupted since then."""
    sent = Delivery.objects.filter(
        channel=delivery.channel,
        destination=delivery.destination,
        kind__in=_INTERRUPTED,
        state=State.SENT,
        sent_at__gt=since,
    )
    return [at for at in sent.values_list("sent_at", flat=True) if at is not None]
