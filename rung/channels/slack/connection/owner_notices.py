"""What the desk's owners must know of the connection to Slack, told by another way than Slack."""

from __future__ import annotations

import json
from datetime import datetime

from rung.core import addresses
from rung.core.reckoning.effects import NoticeKind, Subject
from rung.outbox import enqueue
from rung.outbox.addresses import APP, AddressBook
from rung.outbox.enqueue import NewDelivery
from rung.outbox.models import Rank, State
from rung.outbox.sentences import Sentence
from rung.people.models import Agent, Role
from rung.policies.versions import compiled, current_number


def tell(title: Sentence, words: str, *, key: str, now: datetime) -> None:
    """Each of them, once for each key."""
    book = AddressBook.read(compiled(current_number()).policy)
    handles = Agent.objects.filter(role=Role.OWNER, is_active=True).values_list("handle", flat=True)
    enqueue.insert([_told(handle, f"{key}/agent:{handle}", title, words, book=book, now=now) for handle in handles])


def _told(handle: str, key: str, title: Sentence, words: str, *, book: AddressBook, now: datetime) -> NewDelivery:
    to = addresses.agent(handle)
    first, *others = (one for one in book.of(to, NoticeKind.MOMENT) if one.channel != "slack")
    in_app = first.channel == APP
    return NewDelivery(
        key=key,
        ticket_id=None,
        event=0,
        kind=NoticeKind.MOMENT.value,
        subject=Subject.ALERT.value,
        rule="",
        step="",
        cycle=None,
        recipient=to,
        instead_of="",
        channel=first.channel,
        destination=first.destination,
        fallbacks=json.dumps(others),
        lane="" if in_app else enqueue.lane_of(first.channel, NoticeKind.MOMENT, first.destination),
        rank=Rank.OFFER,
        priority="",
        exempt=True,
        title=title,
        words=words,
        message_id=None,
        what="",
        state=State.SENT if in_app else State.WAITING,
        next_attempt_at=None if in_app else now,
        due_at=now,
        created_at=now,
        deadline=None,
        sent_at=now if in_app else None,
    )
