"""Which ticket a mail belongs to, and whether its writer may go on there."""

import re
from datetime import datetime, timedelta

from rung.channels.email import reply_address, verdict_words
from rung.channels.email.models import Conversation
from rung.channels.email.reading import Mail
from rung.core.vocabulary import Automatic
from rung.people.requester_lookup import customer_of_address
from rung.tickets.models import OVER, Message, Ticket

#: One for all mailboxes: a mail to two of them is one message, and our own are known by their Message-ID here too.
INBOX = "email"
#: How long the same sender and subject are the same request, where nothing else says so.
WINDOW = timedelta(days=7)
_MARK = re.compile(
    r"(?i)^\s*(?:(?:re|aw|fwd?|fw|wg|antw|sv|vs|rv|tr|rif|r|odp|pd|ynt|ilt|enc|res|ref|回复|答复|转发|回覆|轉寄|返信|転送)"
    r"\s*(?:\[\d+\]|\(\d+\))?\s*[:：]|\[(?:external|extern|ext|externe|suspicious)\][ :]*|(?:external|extern)\s*:)\s*"
)
_NUMBER = re.compile(r"(?:^|[\s\[(])#(\d{1,18})(?=$|[\s\]):.,])")


def bare_subject(subject: str) -> str:
    """Without the marks that mail programs and gateways put before it."""
    for _each in range(12):
        shorter = _MARK.sub("", subject, count=1)
        if shorter == subject:
            break
        subject = shorter
    return subject.strip()


def answered(mail: Mail, now: datetime) -> Ticket | None:
    """The ticket it belongs to, by the surest sign: the signed address it came to, the mails it names, what Outlook
    calls the conversation, the number in its subject, and at last the same sender and subject within WINDOW.
    """
    number = reply_address.ticket_of(mail.delivered_to) or _by_named_mails(mail)
    found = _ticket(number) if number is not None else None
    if found is not None:
        return found
    for candidate in _guesses(mail, now):
        if may_join(candidate, mail):
            return candidate
    return None


def may_join(ticket: Ticket, mail: Mail) -> bool:
    """The one who asked, a colleague of theirs, who was in copy, or a mail of ours that came back."""
    if mail.automatic is Automatic.BOUNCE:
        return True
    if not mail.sender:
        return False
    if ticket.requester is not None and _same(ticket.requester.email or "", mail.sender):
        return True
    theirs = customer_of_address(mail.sender)
    return theirs is not None and theirs.pk == ticket.customer_id


def remember(mail: Mail, ticket: int) -> None:
    """What Outlook calls the conversation, for the answers to come."""
    if mail.conversation:
        Conversation.objects.get_or_create(key=mail.conversation, ticket_id=ticket)


def _same(one: str, other: str) -> bool:
    """Whether two addresses are one person's: capitals and what follows a plus do not count."""
    return _without_plus(one) == _without_plus(other) != ""


def _without_plus(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" if local else ""


def _by_named_mails(mail: Mail) -> int | None:
    """The ticket of the newest mail it refers to that we know, ours or theirs."""
    known = dict(
        Message.objects.filter(inbox=INBOX, external_id__in=mail.answers).values_list("external_id", "ticket_id")
    )
    return next((known[each] for each in mail.answers if each in known), None)


def _guesses(mail: Mail, now: datetime) -> list[Ticket]:
    found = []
    if mail.conversation:
        found += list(
            Conversation.objects.filter(key=mail.conversation).order_by("-pk").values_list("ticket_id", flat=True)[:3]
        )
    found += [int(each) for each in _NUMBER.findall(mail.subject)[:3]]
    tickets = [ticket for ticket in map(_ticket, found) if ticket is not None]
    return [*tickets, *_same_subject(mail, now)]


def _same_subject(mail: Mail, now: datetime) -> list[Ticket]:
    """Of the same sender, under the same subject: one that is over only where the mail says that it answers."""
    subject = bare_subject(mail.subject)
    if mail.automatic is Automatic.OUT_OF_OFFICE:
        subject = bare_subject(verdict_words.OUT_OF_OFFICE.sub("", subject, count=1))
    if not mail.sender or not subject:
        return []
    rows = Ticket.objects.filter(requester__email__iexact=mail.sender, subject__iexact=subject[:300], channel=INBOX)
    rows = rows.filter(changed_at__gt=now - WINDOW).select_related("requester", "customer").order_by("-number")
    is_answer = mail.is_reply or subject != mail.subject.strip()
    return list((rows if is_answer else rows.exclude(status__in=OVER))[:1])


def _ticket(number: int) -> Ticket | None:
    return Ticket.objects.select_related("requester", "customer").filter(number=number).first()
