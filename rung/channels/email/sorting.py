"""A mail becomes a ticket, joins one, or is nothing. Sorting it again changes nothing."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings

from rung.channels.email import background, outgoing
from rung.channels.email.models import Mailbox
from rung.channels.email.reading import Mail, read
from rung.people.acquaintance import customer_of_address, requester_for
from rung.people.models import Requester
from rung.tickets import actions, hearing
from rung.tickets.models import Message, Ticket
from rung.tickets.results import AlreadySo, Created
from rung.tickets.writing import NewFile, Words

#: One for all mailboxes: a mail to two of them is one message, and our own are known by their Message-ID here too.
INBOX = "email"
_RE = re.compile(r"^\s*(?:(?:re|aw|fwd?|wg|antw|sv)\s*(?:\[\d+\])?:\s*)+", re.I)


def sort(envelope: Mapping[str, Any], now: datetime) -> str:
    """Sort one mail; what came of it, in a few words. Raises if it must be tried again."""
    raw = str(envelope.get("raw", "")).encode("latin-1", "replace")
    if not raw:
        return "forgotten"
    mail = read(raw)
    if not mail.sender or mail.sender in _ours():
        return "our own mail" if mail.sender else "a mail from nobody"
    ticket = _answered(mail)
    if ticket is not None and _may_join(ticket, mail):
        return _join(ticket, mail, now)
    if mail.automatic is not None:
        return f"a mail by a machine ({mail.automatic.value}) opens nothing"
    if hearing.verdict_on(mail.text) is not None and not mail.files:
        return "thanks open nothing"
    return _open(mail, str(envelope.get("address", "")), now)


def begin(stop: threading.Event) -> None:
    """Run by the sorter beside its work: look into the mailboxes."""
    background.run(stop)


def _join(ticket: Ticket, mail: Mail, now: datetime) -> str:
    requester = _requester(mail)
    words = _words(mail)
    told = actions.customer_message(
        ticket.number, words, by=f"customer:{requester.pk}", automatic=mail.automatic, now=now
    )
    return _said(told, f"joins ticket {ticket.number}")


def _open(mail: Mail, address: str, now: datetime) -> str:
    requester = _requester(mail)
    created = actions.open_ticket(
        _RE.sub("", mail.subject) or mail.text.strip().partition("\n")[0] or "(no subject)",
        _words(mail),
        by=f"customer:{requester.pk}",
        channel="email",
        inbox=f"email:{address}" if address else INBOX,
        customer=requester.customer,
        requester=requester,
        now=now,
    )
    return _said(created, "opens")


def _answered(mail: Mail) -> Ticket | None:
    """The ticket of the newest mail it refers to that we know, ours or theirs."""
    known = dict(
        Message.objects.filter(inbox=INBOX, external_id__in=mail.answers).values_list("external_id", "ticket_id")
    )
    number = next((known[each] for each in mail.answers if each in known), None)
    return Ticket.objects.select_related("requester", "customer").filter(number=number).first() if number else None


def _may_join(ticket: Ticket, mail: Mail) -> bool:
    """The one who asked, a colleague of theirs, or a machine's word on a mail of ours; a stranger opens a new one."""
    if mail.automatic is not None or ticket.requester is None:
        return True
    if (ticket.requester.email or "").lower() == mail.sender:
        return True
    theirs = customer_of_address(mail.sender)
    return theirs is not None and theirs.pk == ticket.customer_id


def _requester(mail: Mail) -> Requester:
    found = requester_for(email=mail.sender, name=mail.name, customer=customer_of_address(mail.sender))
    if found is None:
        raise ValueError("a mail from nobody")
    return found


def _words(mail: Mail) -> Words:
    files = [file for file in mail.files if len(file.data) <= settings.ATTACHMENT_LARGEST]
    kept, left = files[: settings.ATTACHMENTS_MOST], len(mail.files) - len(files[: settings.ATTACHMENTS_MOST])
    told = f"\n\n({left} attachments were too large or too many, and were not taken over.)" if left else ""
    return Words(
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


def _said(result: object, otherwise: str) -> str:
    match result:
        case Created(ticket=number, continues=None):
            return f"opens ticket {number}"
        case Created(ticket=number, continues=before):
            return f"opens ticket {number}, which continues {before}"
        case AlreadySo(why=why):
            return why
        case _:
            return otherwise
