"""Mail as a channel: one message, one outcome. Nothing here answers a machine, or lets a machine answer us for ever."""

from datetime import timedelta
from pathlib import Path
from zlib import crc32

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.crypto import salted_hmac

from rung.channels.email import body, mailboxes, outgoing
from rung.channels.email.handing_over import hand_over
from rung.channels.email.sentences import Said
from rung.core import actors
from rung.core.reckoning.effects import NoticeKind
from rung.core.text import markdown
from rung.outbox.models import Delivery, State
from rung.outbox.ports import (
    Card,
    CustomerMessage,
    Digest,
    Lane,
    Later,
    Method,
    Moment,
    Never,
    Outcome,
    Sent,
    Unclear,
)
from rung.people.clock import database_now

#: Queues side by side. One address always has the same one, so that its mails keep their order.
QUEUES = 8
#: Automatic mails to one customer address within an hour; beyond that somebody's machine is answering ours.
MOST_AUTOMATIC = 5


KINDS = frozenset({NoticeKind.MOMENT, NoticeKind.DIGEST, NoticeKind.REPLY, NoticeKind.OFFER_CARD})


def adapter() -> "Email":
    """Always there; it takes nothing while there is no server to send by."""
    return Email()


class Email:
    """Sends by Django's mail backend."""

    name = "email"
    #: Receivers need not notice a second copy, though both have the same Message-ID.
    repeats_safely = False

    @property
    def holds_answers(self) -> timedelta:
        """How long an answer waits so that it can be undone."""
        return timedelta(seconds=settings.MAIL_UNDO_SECONDS)

    @property
    def takes(self) -> frozenset[NoticeKind]:
        """Kinds for people, as soon as there is a server."""
        return KINDS if outgoing.server() else frozenset()

    def lane(self, method: Method, to: str) -> Lane:  # noqa: ARG002  a mail is a mail
        return Lane(f"email/{crc32(to.lower().encode()) % QUEUES}", timedelta(seconds=0.2))

    def send_moment(self, moment: Moment) -> Outcome:
        headers = _generated(moment.key) | _threaded(moment.ticket)
        return _send(EmailMultiAlternatives(moment.title, moment.text, to=[moment.to], headers=headers))

    def send_digest(self, digest: Digest) -> Outcome:
        text = "\n\n".join(moment.text for moment in digest.moments)
        return _send(EmailMultiAlternatives(digest.title, text, to=[digest.to], headers=_generated(digest.key)))

    def post_card(self, card: Card) -> Outcome:
        """A mail cannot be edited, so it shows the card as it was when it was sent."""
        title = f"[{card.priority.value if card.priority else 'new'}] #{card.ticket} {card.title}"
        headers = _generated(card.key) | _threaded(card.ticket)
        return _send(EmailMultiAlternatives(title, _as_text(card), to=[card.to], headers=headers))

    def edit_card(self, card: Card, external_id: str) -> Outcome:  # noqa: ARG002
        return Sent(external_id)

    def find_card(self, card: Card) -> Sent | Later | None:
        """Nobody can look into another's mailbox; better once than twice."""
        return Sent(_message_id(card.key))

    def send_message(self, message: CustomerMessage) -> Outcome:
        if message.automatic and _automatic_lately(message.to) >= MOST_AUTOMATIC:
            return Never(Said.TOO_MANY(most=MOST_AUTOMATIC, to=message.to))
        headers = _threaded(message.ticket) | {"Message-ID": _message_id(message.key)}
        if message.automatic:
            headers |= _generated(message.key) | {"Auto-Submitted": "auto-replied"}
        headers |= _answering(message)
        if message.cc and message.customer:
            # Each recipient has a mail of their own, so that one who is put off holds up no other.
            headers |= {"To": message.customer, "Cc": ", ".join(message.cc)}
        who = mailboxes.answers_as(message.inbox, "" if message.automatic else message.author, outgoing.sender())
        words = f"{message.text}\n\n-- \n{who.signature}" if who.signature else message.text
        text = markdown.plain(words)
        mail = EmailMultiAlternatives(f"Re: {message.subject}", text, to=[message.to], headers=headers)
        mail.reply_to = list(who.reply_to)
        mail.attach_alternative(body.html(words), "text/html")
        for file in message.files:
            mail.attach(file.name, Path(file.path).read_bytes(), file.content_type)
        return _send(mail, who.sender)

    def find_message(self, message: CustomerMessage) -> Sent | Unclear | Later | None:  # noqa: ARG002
        return Unclear(Said.CANNOT_LOOK())


def _send(mail: EmailMultiAlternatives, sender: str = "") -> Outcome:
    # A subject begins with the customer's words, and Django refuses to send one with a line break in it.
    mail.subject = " ".join(mail.subject.split())
    mail.from_email = sender or outgoing.sender()
    return hand_over(mail)


def _generated(key: str) -> dict[str, str]:
    """Written by a machine: no machine shall answer (RFC 3834)."""
    return {
        "Message-ID": _message_id(key),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Loop": _domain(),
    }


def _answering(message: CustomerMessage) -> dict[str, str]:
    """What it answers; of a message that came by another channel the id is no Message-ID."""
    before = [each for each in message.references or (message.in_reply_to,) if each.startswith("<")]
    return {"In-Reply-To": before[-1], "References": " ".join(before)} if before else {}


def _threaded(ticket: int | None) -> dict[str, str]:
    """All mails about one ticket hang together in a mail program."""
    return {"References": f"<ticket-{ticket}@{_domain()}>"} if ticket is not None else {}


def _message_id(key: str) -> str:
    """The same for the same delivery, however often it is sent; nobody else can guess it, to write to a ticket."""
    return f"<{salted_hmac('rung.mail', key).hexdigest()[:32]}@{_domain()}>"


def _domain() -> str:
    return outgoing.sender().rpartition("@")[2].rstrip("> ") or "localhost"


def _automatic_lately(address: str) -> int:
    sent = Delivery.objects.filter(
        channel="email",
        destination=address,
        kind=NoticeKind.REPLY,
        state=State.SENT,
        sent_at__gt=database_now() - timedelta(hours=1),
    )
    return sent.exclude(message__author__startswith=actors.AGENTS).count()


def _as_text(card: Card) -> str:
    lines = [
        card.headline,
        f"Customer: {card.customer or 'unknown'}{f' ({card.tier})' if card.tier else ''}",
        *(f"{deadline.clock.value} by {deadline.due_at:%Y-%m-%d %H:%M} UTC" for deadline in card.deadlines),
        *(f"{name}: {words}" for name, words in card.handoff),
        *((f"Still missing: {', '.join(card.missing)}",) if card.missing else ()),
        *((f"Looks like: {', '.join(card.workflows)}",) if card.workflows else ()),
        "",
        card.excerpt,
        *((card.arrival,) if card.arrival else ()),
        "",
        card.url,
    ]
    return "\n".join(lines)
