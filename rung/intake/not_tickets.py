"""What became no ticket: written down with its reason, found again, and made a ticket after all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from msgspec import Struct

from rung.intake.models import NotTicket, Received, SenderRule, Why
from rung.outbox import notify

#: How long it stays; then the raw event goes with it.
KEPT = timedelta(days=90)
#: What `sort` is given once a person has said that it is to become a ticket.
LET_IN = "let_in"
_BEGINNING = 500


class Facts(Struct, frozen=True, kw_only=True):
    """What a page shows of it. `verdict`: one word."""

    why: Why
    verdict: str = ""
    sender: str = ""
    name: str = ""
    subject: str = ""
    beginning: str = ""


def write(channel: str, external_id: str, facts: Facts, now: datetime) -> None:
    """Keep it visible. Sorted again, the newest reason counts."""
    received = Received.objects.filter(channel=channel, external_id=external_id).values_list("pk", flat=True).first()
    if received is not None:
        write_for(received, facts, now)


def write_for(received: int, facts: Facts, now: datetime) -> None:
    """The same by the number of the raw event."""
    NotTicket.objects.update_or_create(
        received_id=received,
        defaults={
            "at": now,
            "why": facts.why,
            "verdict": facts.verdict[:500],
            "sender": facts.sender[:320],
            "name": facts.name[:200],
            "subject": facts.subject[:300],
            "beginning": facts.beginning[:_BEGINNING],
        },
    )


def rule_for(sender: str) -> SenderRule | None:
    """What a person has decided about this address; what names it before what names its domain."""
    sender = sender.lower()
    if not sender:
        return None
    rules = {rule.sender: rule for rule in SenderRule.objects.filter(sender__in=[sender, _domain(sender)])}
    return rules.get(sender) or rules.get(_domain(sender))


def is_let_in(envelope: Mapping[str, Any]) -> bool:
    """Whether a person has said of this very one that it is to become a ticket."""
    return bool(envelope.get(LET_IN))


def found(words: str = "", why: str = "") -> "QuerySet[NotTicket]":
    """The newest first; all that has these words in sender, subject or beginning."""
    rows = NotTicket.objects.select_related("received")
    if why in Why.values:
        rows = rows.filter(why=why)
    for word in words.split()[:10]:
        rows = rows.filter(
            Q(sender__icontains=word)
            | Q(name__icontains=word)
            | Q(subject__icontains=word)
            | Q(beginning__icontains=word)
            | Q(verdict__icontains=word)
        )
    return rows


def make_ticket(number: int, *, by: str, now: datetime) -> bool:
    """Sort it again, as a person's request; what its sender sends from now on opens tickets too. False: it has gone."""
    with transaction.atomic():
        row = NotTicket.objects.select_related("received").select_for_update().filter(pk=number).first()
        if row is None or not row.received.body:
            return False
        received = row.received
        received.body = {**received.body, LET_IN: True}
        received.next_attempt_at, received.sorted_at, received.attempts = now, None, 0
        received.save(update_fields=["body", "next_attempt_at", "sorted_at", "attempts"])
        if row.sender and row.why != Why.UNREADABLE:
            _decide(row.sender, opens=True, by=by, now=now)
        row.delete()
    notify.sorter()
    return True


def never_again(number: int, *, by: str, now: datetime) -> bool:
    """Nothing its sender sends opens a ticket any more. False: it has gone, or names no sender."""
    row = NotTicket.objects.filter(pk=number).first()
    if row is None or not row.sender:
        return False
    _decide(row.sender, opens=False, by=by, now=now)
    return True


def forget_old(now: datetime) -> int:
    """Those kept long enough, with their raw events; how many."""
    old = Received.objects.filter(not_ticket__at__lt=now - KEPT, next_attempt_at=None)
    return int(old.delete()[1].get("intake.NotTicket", 0))


def _decide(sender: str, *, opens: bool, by: str, now: datetime) -> None:
    SenderRule.objects.update_or_create(
        sender=sender.lower()[:320], defaults={"opens_tickets": opens, "by": by, "at": now}
    )


def _domain(sender: str) -> str:
    return "@" + sender.rpartition("@")[2]
