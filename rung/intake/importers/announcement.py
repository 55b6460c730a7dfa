"""Running tickets that an import has brought, shown where triage is watched: a few cards, and one line for the rest."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from msgspec.structs import replace

from rung.core import addresses
from rung.core.policy.model import Policy
from rung.core.reckoning.effects import Notice, NoticeKind, Subject
from rung.core.vocabulary import Priority
from rung.outbox import enqueue
from rung.outbox.addresses import APP, AddressBook
from rung.outbox.enqueue import About
from rung.outbox.models import Delivery
from rung.outbox.sentences import Sentence, Title, english
from rung.tickets.delivery_context import about
from rung.tickets.models import IS_OPEN, Ticket

#: Tickets that get a card at once; all the others stand in triage on the web, and speak up as their clocks cross.
CARDS = 20
_LINE = Notice(kind=NoticeKind.DIGEST, to=addresses.TRIAGE, subject=Subject.ALERT, key="", event=0, exempt=True)
_PRESSING = ("-critical", "priority_rank", F("next_deadline_at").asc(nulls_last=True), "number")


def announce(source: str, inbox: str, policy: Policy, now: datetime) -> int:
    """How many got a card. Each ticket is told of once, however often the import is started again. Where triage is
    the page on the web there is nothing to tell: they stand there already."""
    book = AddressBook.read(policy)
    if book.of("triage", NoticeKind.TRIAGE_CARD)[0].channel == APP:
        return 0
    begun = f"import/{source}/"
    running = Ticket.objects.filter(IS_OPEN, inbox=inbox, number__gt=_told_up_to(begun)).order_by(*_PRESSING)
    count, newest = running.count(), running.order_by("-number").first()
    if newest is None:
        return 0
    chosen = list(running.select_related("customer", "requester")[:CARDS])
    cards = [enqueue.delivery(_card(ticket), about(ticket), book, now) for ticket in chosen]
    title = (Title.IMPORTED_ONE if count == 1 else Title.IMPORTED)(number=count, source=source)
    line = replace(
        enqueue.delivery(_LINE, About(ticket=0, subject=""), book, now, words=_words(title, count)),
        key=f"{begun}{newest.number}",
        ticket_id=None,
        title=title,
    )
    with transaction.atomic():
        enqueue.insert([line, *cards])
    return len(chosen)


def _told_up_to(begun: str) -> int:
    """The newest ticket of the source that has been told of."""
    keys = Delivery.objects.filter(key__startswith=begun).values_list("key", flat=True)
    return max((int(rest) for key in keys if (rest := key.removeprefix(begun)).isdecimal()), default=0)


def _words(title: Sentence, count: int) -> str:
    shown = "Each has its card here." if count <= CARDS else f"The {CARDS} most pressing have their cards here."
    return "\n".join(filter(None, (english(title), f"{shown} Their clocks run from now on.", settings.BASE_URL)))


def _card(ticket: Ticket) -> Notice:
    return Notice(
        kind=NoticeKind.TRIAGE_CARD,
        to=addresses.TRIAGE,
        subject=Subject.TICKET,
        key="triage",
        event=ticket.events_count,
        priority=Priority(ticket.priority) if ticket.priority else None,
        exempt=True,
    )
