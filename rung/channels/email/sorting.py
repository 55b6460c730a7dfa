"""A mail becomes a ticket, joins one, or is nothing that stays visible. Sorting it again changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from msgspec.structs import replace

from rung.channels.email import background, bounces, outgoing, receiving, threads, wording
from rung.channels.email.models import Mailbox
from rung.channels.email.reading import Mail, read
from rung.channels.email.sender_proof import Proof, proof, servers_of
from rung.channels.email.threads import INBOX
from rung.core import actors
from rung.core.vocabulary import Automatic
from rung.intake import not_tickets
from rung.intake.models import Why
from rung.people.models import Requester
from rung.people.requester_lookup import customer_of_address, requester_for
from rung.tickets import actions, text_facts
from rung.tickets.models import Direction, Message, Ticket
from rung.tickets.results import Created, what_came_of

__all__ = ["INBOX", "begin", "sort"]

#: Beside the author's name, on the ticket.
DOUBTFUL = "sender not proven"
#: Even from an address whose alarms are to open tickets.
_NEVER_LET_IN = (Automatic.BOUNCE, Automatic.OUT_OF_OFFICE)
MICROSOFT = (".outlook.com", ".office365.com")


def sort(envelope: Mapping[str, Any], now: datetime) -> str:
    """Sort one mail; what came of it, in a few words. Raises if it must be tried again."""
    raw = str(envelope.get("raw", "")).encode("latin-1", "replace")
    if not raw:
        return "forgotten"
    address, own = str(envelope.get("address", "")), _ours()
    mail = read(raw, own)
    if envelope.get("reused") or _is_known_as_ours(mail):
        mail = replace(mail, message_id="")
    if envelope.get("cut"):
        mail = replace(mail, text=f"{mail.text}\n\n{wording.CUT}".strip(), files=())
    proven = _proof(mail, address)
    arrived = _Arrived(mail, address, str(envelope.get("key", "")), proven, now)
    if not_tickets.is_let_in(envelope):
        arrived.mail = replace(mail, automatic=None)
        return _taken(arrived, opens_tickets=True)
    if mail.sender in own:
        return "our own mail"
    rule = not_tickets.rule_for(mail.sender)
    return _taken(arrived, opens_tickets=None if rule is None else rule.opens_tickets)


def begin(stop: threading.Event) -> None:
    """Run by the sorter beside its work: look into the mailboxes."""
    background.run(stop)


class _Arrived:
    """One mail, where it came in, what the raw event is called, and whether its sender is proven."""

    def __init__(self, mail: Mail, address: str, key: str, proven: Proof, now: datetime) -> None:
        self.mail, self.address, self.key, self.proven, self.now = mail, address, key, proven, now

    @property
    def is_doubtful(self) -> bool:
        return self.proven is Proof.DISPROVED

    @property
    def name(self) -> str:
        return f"{self.mail.name} ({DOUBTFUL})" if self.is_doubtful else self.mail.name


def _taken(arrived: _Arrived, *, opens_tickets: bool | None) -> str:
    """`opens_tickets`: what a person has decided about its sender; None: nobody has."""
    mail = arrived.mail
    ticket = threads.answered(mail, arrived.now)
    if ticket is not None and not arrived.is_doubtful and threads.may_join(ticket, mail):
        return _join(arrived, ticket)
    if opens_tickets is False:
        return _left(arrived, Why.BLOCKED, "never_again", "its sender is to open nothing")
    if mail.automatic is not None and (not opens_tickets or mail.automatic in _NEVER_LET_IN):
        why = Why.SPAM if mail.automatic is Automatic.SPAM else Why.IGNORED
        return _left(arrived, why, mail.automatic.value, f"a mail by a machine ({mail.automatic.value}) opens nothing")
    if not opens_tickets and _is_only_thanks(mail):
        return _left(arrived, Why.IGNORED, Automatic.THANKS.value, "thanks open nothing")
    return _open(arrived, related=ticket)


def _is_only_thanks(mail: Mail) -> bool:
    """Neither its words nor a subject of its own say more. A new mail with a subject is never thanks."""
    subject = threads.bare_subject(mail.subject)
    has_subject = subject == mail.subject.strip() and bool(subject) and text_facts.verdict_on(subject) is None
    return not mail.files and not has_subject and text_facts.verdict_on(mail.text) is not None


def _left(arrived: _Arrived, why: Why, verdict: str, outcome: str) -> str:
    mail = arrived.mail
    facts = not_tickets.Facts(
        why=why, verdict=verdict, sender=mail.sender, name=mail.name, subject=mail.subject, beginning=mail.text
    )
    not_tickets.write(receiving.CHANNEL, arrived.key, facts, arrived.now)
    return outcome


def _join(arrived: _Arrived, ticket: Ticket) -> str:
    mail = arrived.mail
    words = wording.answer(mail, ticket, name=arrived.name, source=arrived.key)
    # Bounces come from <>.
    by = actors.customer(_requester(arrived).pk) if mail.sender else actors.bot("mail")
    told = actions.customer_message(ticket.number, words, by=by, automatic=mail.automatic, now=arrived.now)
    if mail.failure is not None:
        bounces.take_back(ticket, mail.answers, mail.failure, arrived.now)
    threads.remember(mail, ticket.number)
    return what_came_of(told, f"joins ticket {ticket.number}")


def _open(arrived: _Arrived, related: Ticket | None) -> str:
    mail, now = arrived.mail, arrived.now
    requester = _requester(arrived)
    created = actions.open_ticket(
        threads.bare_subject(mail.subject) or mail.text.strip().partition("\n")[0] or "(no subject)",
        wording.request(mail, name=arrived.name, source=arrived.key),
        by=actors.customer(requester.pk),
        channel="email",
        inbox=f"email:{arrived.address}" if arrived.address else INBOX,
        customer=None if arrived.is_doubtful else requester.customer,
        requester=requester,
        now=now,
    )
    if isinstance(created, Created):
        threads.remember(mail, created.ticket)
        if related is not None:
            actions.relate(created.ticket, related.number, by=actors.customer(requester.pk), now=now)
    return what_came_of(created, "opens")


def _is_known_as_ours(mail: Mail) -> bool:
    """Whether it has the Message-ID of a mail we wrote: what it says is another's words all the same."""
    known = Message.objects.filter(inbox=INBOX, external_id=mail.message_id)
    return bool(mail.message_id) and known.exclude(direction=Direction.INBOUND).exists()


def _proof(mail: Mail, address: str) -> Proof:
    """What the server that received it says of who wrote it. Whom only Reply-To names is proven by nobody."""
    host = (Mailbox.objects.filter(address__iexact=address).values_list("host", flat=True).first() or "").lower()
    servers = servers_of(settings.MAIL_AUTHSERV_ID, host)
    found = proof(mail.stamps, servers, mail.said_domains, at_microsoft=host.endswith(MICROSOFT))
    return Proof.NONE if mail.is_by_reply_to and found is Proof.PROVEN else found


def _requester(arrived: _Arrived) -> Requester:
    """In doubt nobody becomes a customer's person, and the doubt is no part of their name."""
    mail = arrived.mail
    unproven = arrived.is_doubtful or not mail.sender
    customer = None if unproven else customer_of_address(mail.sender)
    found = requester_for(email=mail.sender, name=mail.name or "(no name)", customer=customer)
    if found is None:
        raise ValueError("a mail from nobody")
    return found


def _ours() -> set[str]:
    """Addresses we write from or read: a mail from one of them is our own, or answers itself for ever."""
    found = {parseaddr(outgoing.sender())[1].lower()}
    for address, also in Mailbox.objects.values_list("address", "also"):
        found |= {address.lower(), *also.lower().replace(",", " ").split()}
    return found - {""}
