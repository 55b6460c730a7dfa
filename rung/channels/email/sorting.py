"""A mail becomes a ticket, joins one, or is nothing. Sorting it again changes nothing."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from msgspec.structs import replace

from rung.channels.email import background, outgoing
from rung.channels.email.models import Mailbox
from rung.channels.email.reading import Mail, read
from rung.channels.email.sender_proof import is_disproved, servers_of
from rung.core import actors
from rung.core.vocabulary import Automatic
from rung.people.models import Requester
from rung.people.requester_lookup import customer_of_address, requester_for
from rung.tickets import actions, text_facts
from rung.tickets.message_rows import MessageText, NewFile
from rung.tickets.models import Direction, Message, Ticket
from rung.tickets.results import what_came_of

#: One for all mailboxes: a mail to two of them is one message, and our own are known by their Message-ID here too.
INBOX = "email"
#: Beside the author's name, on the ticket.
DOUBTFUL = "sender not proven"
CUT = "(This mail was larger than 35 MB; only its beginning was taken in.)"
_RE = re.compile(r"^\s*(?:(?:re|aw|fwd?|wg|antw|sv)\s*(?:\[\d+\])?:\s*)+", re.I)


def sort(envelope: Mapping[str, Any], now: datetime) -> str:
    """Sort one mail; what came of it, in a few words. Raises if it must be tried again."""
    raw = str(envelope.get("raw", "")).encode("latin-1", "replace")
    if not raw:
        return "forgotten"
    address = str(envelope.get("address", ""))
    mail = read(raw)
    if envelope.get("reused") or _is_known_as_ours(mail):
        mail = replace(mail, message_id="")
    if envelope.get("cut"):
        mail = replace(mail, text=f"{mail.text}\n\n{CUT}".strip(), files=())
    is_doubtful = _is_doubtful(mail, address)
    if is_doubtful:
        mail = replace(mail, name=f"{mail.name} ({DOUBTFUL})")
    if not mail.sender or mail.sender in _ours():
        return "our own mail" if mail.sender else "a mail from nobody"
    ticket = _answered(mail)
    if ticket is not None and not is_doubtful and _may_join(ticket, mail):
        return _join(ticket, mail, now)
    if mail.automatic is not None:
        return f"a mail by a machine ({mail.automatic.value}) opens nothing"
    if text_facts.verdict_on(mail.text) is not None and not mail.files:
        return "thanks open nothing"
    return _open(mail, address, now, is_doubtful=is_doubtful)


def begin(stop: threading.Event) -> None:
    """Run by the sorter beside its work: look into the mailboxes."""
    background.run(stop)


def _join(ticket: Ticket, mail: Mail, now: datetime) -> str:
    requester = _requester(mail)
    words = _words(mail)
    told = actions.customer_message(
        ticket.number, words, by=actors.customer(requester.pk), automatic=mail.automatic, now=now
    )
    return what_came_of(told, f"joins ticket {ticket.number}")


def _open(mail: Mail, address: str, now: datetime, *, is_doubtful: bool) -> str:
    requester = _requester(mail, is_doubtful=is_doubtful)
    created = actions.open_ticket(
        _RE.sub("", mail.subject) or mail.text.strip().partition("\n")[0] or "(no subject)",
        _words(mail),
        by=actors.customer(requester.pk),
        channel="email",
        inbox=f"email:{address}" if address else INBOX,
        customer=None if is_doubtful else requester.customer,
        requester=requester,
        now=now,
    )
    return what_came_of(created, "opens")


def _answered(mail: Mail) -> Ticket | None:
    """The ticket of the newest mail it refers to that we know, ours or theirs."""
    known = dict(
        Message.objects.filter(inbox=INBOX, external_id__in=mail.answers).values_list("external_id", "ticket_id")
    )
    number = next((known[each] for each in mail.answers if each in known), None)
    return Ticket.objects.select_related("requester", "customer").filter(number=number).first() if number else None


def _may_join(ticket: Ticket, mail: Mail) -> bool:
    """The one who asked, a colleague of theirs, or a mail of ours that came back; a stranger opens a new one."""
    if mail.automatic is Automatic.BOUNCE:
        return True
    if ticket.requester is not None and (ticket.requester.email or "").lower() == mail.sender:
        return True
    theirs = customer_of_address(mail.sender)
    return theirs is not None and theirs.pk == ticket.customer_id


def _is_known_as_ours(mail: Mail) -> bool:
    """Whether it has the Message-ID of a mail we wrote: what it says is another's words all the same."""
    known = Message.objects.filter(inbox=INBOX, external_id=mail.message_id)
    return bool(mail.message_id) and known.exclude(direction=Direction.INBOUND).exists()


def _is_doubtful(mail: Mail, address: str) -> bool:
    """Whether the server that received it says that somebody else wrote it."""
    host = Mailbox.objects.filter(address__iexact=address).values_list("host", flat=True).first() or ""
    return is_disproved(mail.stamps, servers_of(settings.MAIL_AUTHSERV_ID, host))


def _requester(mail: Mail, *, is_doubtful: bool = False) -> Requester:
    """In doubt nobody becomes a customer's person, and the doubt is no part of their name."""
    customer = None if is_doubtful else customer_of_address(mail.sender)
    found = requester_for(email=mail.sender, name=mail.name.removesuffix(f" ({DOUBTFUL})"), customer=customer)
    if found is None:
        raise ValueError("a mail from nobody")
    return found


def _words(mail: Mail) -> MessageText:
    files = [file for file in mail.files if len(file.data) <= settings.ATTACHMENT_LARGEST]
    kept, left = files[: settings.ATTACHMENTS_MOST], len(mail.files) - len(files[: settings.ATTACHMENTS_MOST])
    told = f"\n\n({left} attachments were too large or too many, and were not taken over.)" if left else ""
    return MessageText(
        text=(mail.text or "(a mail without words)") + told,
        author_name=mail.name,
        inbox=INBOX,
        external_id=mail.message_id or None,
        files=tuple(NewFile(name=file.name, content_type=file.content_type, data=file.data) for file in kept),
    )


def _ours() -> set[str]:
    """Addresses we write from or read: a mail from one of them is our own, or answers itself for ever."""
    boxes = {address.lower() for address in Mailbox.objects.values_list("address", flat=True)}
    return boxes | {parseaddr(outgoing.sender())[1].lower()}
