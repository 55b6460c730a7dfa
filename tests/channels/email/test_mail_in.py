"""Mail in: what becomes a ticket, what joins one, and what opens nothing."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from rung.channels.email import mailboxes, sorting
from rung.channels.email.models import Mailbox, Security
from rung.channels.email.reading import read
from rung.core.vocabulary import Automatic
from rung.intake.models import Received
from rung.people.clock import database_now
from rung.people.models import Customer
from rung.people.vault import seal
from rung.tickets.models import Message, Ticket
from tests.fakes.imap import ImapMailbox
from tests.mailing import MAIL, answered, made, taken_in


def test_a_mail_becomes_a_ticket_once_and_the_mailbox_is_left_as_it_was(imap: ImapMailbox, mailbox: Mailbox) -> None:
    acme = Customer.objects.create(name="Acme", domains=["acme.example"])
    imap.arrives(MAIL)
    taken_in()
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.channel) == ("Nightly import has stopped", "email")
    assert (ticket.customer, ticket.inbox) == (acme, "email:support@desk.example")
    assert ticket.messages.get().text == "Since 02:00 nothing arrives. Grüße"
    imap.validity += 1  # the server numbers its mails anew
    taken_in()
    assert Ticket.objects.count() == 1
    assert Message.objects.count() == 1
    assert imap.marked == []


def test_what_lay_there_before_opens_nothing(imap: ImapMailbox, transactional_db: None, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    imap.arrives(MAIL)
    made(imap)
    taken_in()
    assert not Received.objects.exists()


def test_a_reply_joins_its_ticket_and_a_strangers_opens_its_own(imap: ImapMailbox, mailbox: Mailbox) -> None:
    imap.arrives(MAIL)
    taken_in()
    ticket = Ticket.objects.get()
    answered(ticket)
    reply = MAIL.replace("<one@", "<two@").replace("Content-Type", "In-Reply-To: <ours@desk.example>\nContent-Type", 1)
    imap.arrives(reply + "\nOn Tuesday Sam wrote:\n> Look\n")
    imap.arrives(reply.replace("<two@", "<three@").replace("zoe@acme", "eve@other"))
    taken_in()
    texts = list(ticket.messages.filter(direction="inbound").order_by("pk").values_list("text", flat=True))
    assert texts == ["Since 02:00 nothing arrives. Grüße"] * 2
    other = Ticket.objects.exclude(pk=ticket.pk).get()
    assert other.requester is not None
    assert other.requester.email == "eve@other.example"


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        ("Auto-Submitted: auto-replied", Automatic.OUT_OF_OFFICE),
        ("List-Id: <news.acme.example>", Automatic.LIST),
        ("Precedence: bulk", Automatic.LIST),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", Automatic.BOUNCE),
        ("Auto-Submitted: no", None),
    ],
)
def test_machines_are_told_from_people(header: str, verdict: Automatic | None) -> None:
    assert read(f"{header}\n{MAIL}".encode()).automatic == verdict


def test_machines_open_nothing_and_stop_no_clock(imap: ImapMailbox, mailbox: Mailbox) -> None:
    imap.arrives("Auto-Submitted: auto-replied\n" + MAIL)
    imap.arrives(MAIL.replace("zoe@acme.example", "support@desk.example").replace("<one@", "<own@"))
    taken_in()
    assert not Ticket.objects.exists()
    assert {row.outcome for row in Received.objects.all()} == {
        "a mail by a machine (out_of_office) opens nothing",
        "our own mail",
    }


def test_words_of_html_and_files_are_taken_over_without_scripts_or_pictures(
    imap: ImapMailbox, mailbox: Mailbox, settings: Any, tmp_path: Path
) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Zoe <zoe@acme.example>", "support@desk.example", "Broken"
    mail.set_content("<p>See &amp; help</p><script>x()</script><img src=http://evil.example/>", subtype="html")
    mail.add_attachment(b"line 1", maintype="text", subtype="plain", filename="log.txt")
    imap.arrives(mail.as_bytes())
    taken_in()
    message = Message.objects.get()
    assert message.text == "See & help"
    assert [file.name for file in message.attachments.all()] == ["log.txt"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: a@b.example\nContent-Type: text/plain; charset=nope\n\n\xff",
        b"Subject: =?utf-8?b?!?=\nFrom: <>\n\nx",
    ],
)
def test_a_mail_that_is_badly_made_is_read_as_far_as_it_goes(raw: bytes) -> None:
    read(raw)


def test_trouble_is_said_in_one_sentence_and_written_on_the_mailbox(imap: ImapMailbox, mailbox: Mailbox) -> None:
    imap.password = "another"
    taken_in()
    mailbox.refresh_from_db()
    assert str(mailbox.trouble).startswith("The server refuses this user and password:")
    assert mailboxes.try_out(made_up(imap, folder="Nope")) == "There is no folder “Nope” in this mailbox."
    closed = made_up(imap)
    closed.port = 1
    assert mailboxes.try_out(closed) == "Nothing listens at 127.0.0.1:1; is the port right?"
    closed.host = "nowhere.invalid"
    assert "No server is called nowhere.invalid" in str(mailboxes.try_out(closed))


def made_up(imap: ImapMailbox, folder: str = "INBOX") -> Mailbox:
    box = Mailbox(address="x@desk.example", host="127.0.0.1", port=imap.port, security=Security.NONE)
    box.user, box.password, box.folder = "support", seal(imap.password), folder
    return box


def test_a_mail_nobody_can_read_any_more_is_passed_over() -> None:
    assert sorting.sort({}, database_now) == "forgotten"  # type: ignore[arg-type]
