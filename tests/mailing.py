"""A mail of Zoe's, and a mailbox of the desk that is looked into."""

from typing import Any

from rung.channels.email import mailboxes
from rung.channels.email.background import look_at_all
from rung.channels.email.models import Mailbox, Security
from rung.intake.sort import sort_all_due
from rung.people.clock import database_now
from rung.people.vault import seal
from rung.tickets.models import Message, Ticket
from tests.fakes.imap import ImapMailbox

MAIL = """\
From: Zoe Park <zoe@acme.example>
To: support@desk.example
Subject: Re: AW: Nightly import has stopped
Message-ID: <one@acme.example>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Since 02:00 nothing arrives. Grüße
"""


def made(
    imap: ImapMailbox, password: str = "secret", folder: str = "INBOX", address: str = "support@desk.example"
) -> Mailbox:
    box = Mailbox(address=address, host="127.0.0.1", port=imap.port, security=Security.NONE)
    box.user, box.password, box.folder = "support", seal(password), folder
    works = mailboxes.try_out(box)
    if not isinstance(works, str):
        mailboxes.begin(box, works, database_now())
    box.save()
    return box


def taken_in() -> None:
    readers: dict[int, Any] = {}
    look_at_all(readers)
    for reader in readers.values():
        reader.close()
    sort_all_due()


def answered(ticket: Ticket) -> str:
    """The Message-ID of our answer on it."""
    Message.objects.create(
        ticket=ticket,
        direction="public",
        author="agent:sam",
        text="Look",
        at=database_now(),
        inbox="email",
        external_id="<ours@desk.example>",
    )
    return "<ours@desk.example>"
