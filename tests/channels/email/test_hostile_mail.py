"""Mails and mail servers that mean no good, or are broken: nothing lost, nothing twice, nobody fooled."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rung.channels.email import mailboxes, receiving, wording
from rung.channels.email.models import Mailbox, Security
from rung.channels.email.reading import read
from rung.channels.email.sender_proof import Proof, proof, servers_of
from rung.intake.models import Received
from rung.people.models import Customer
from rung.people.vault import seal
from rung.tickets.models import Message, Ticket
from tests.fakes.imap import ImapMailbox
from tests.mailing import MAIL, answered, made, taken_in

PLAIN = b"From: a@b.example\nSubject: x\nContent-Type: text/plain\n\n"


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[tuple[ImapMailbox, Path]]:
    """A mail server whose certificate nobody but itself has signed."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made_by = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run([*made_by.split(), "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    box = ImapMailbox(tls=context)
    yield box, cert
    box.close()


def reached_by_tls(imap: ImapMailbox) -> Mailbox:
    box = Mailbox(address="x@desk.example", host="localhost", port=imap.port, security=Security.TLS)
    box.user, box.password = "support", seal("secret")
    return box


def test_a_certificate_nobody_vouches_for_is_refused_unless_its_authority_is_configured(
    certified: tuple[ImapMailbox, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, cert = certified
    told = mailboxes.try_out(reached_by_tls(server))
    assert told == f"The certificate of localhost:{server.port} is not trusted: self-signed certificate."
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    assert isinstance(mailboxes.try_out(reached_by_tls(server)), mailboxes.Works)


def test_a_server_without_starttls_gets_no_password(imap: ImapMailbox) -> None:
    box = reached_by_tls(imap)
    box.host, box.security = "127.0.0.1", Security.STARTTLS
    assert "TLS not supported by server" in str(mailboxes.try_out(box))
    box.port = 993
    assert "993" in str(mailboxes.try_out(box))


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\nContent-Type: message/rfc822\n\n" + b"Content-Type: message/rfc822\n\n" * 3000 + b"hi",
        b"From: a@b.example, " + b"(" * 20000 + b"\n\nhi",
        b"From: a@b.example, " + b"(" * 600 + b"\n\nhi",
        b"From: a@b.example\nX-A: " + b"a" * 3_000_000 + b"\nReferences: " + b"<a@b> " * 50000 + b"\n\nhi",
        b"From: a@b.example\nSubject: =?utf-8?q?a=00b?=\n\nh\x00i",
        PLAIN + b"Am schrieb " * 10000,
        PLAIN + b"On Monday wrote " * 10000,
        PLAIN + b"a" + b"\n" * 200_000 + b"b",
        PLAIN + b"> a\n" * 100_000,
        PLAIN + b"a" * 2_000_000,
    ],
    ids=["nested", "brackets", "few brackets", "head", "nul", "schrieb", "wrote", "lines", "quotes", "long"],
)
def test_what_is_made_to_choke_the_reader_is_read(raw: bytes) -> None:
    mail = read(raw)
    assert mail.sender == "a@b.example"
    assert len(wording.request(mail, name="", source="").text) <= 51_000
    assert "\0" not in mail.subject + mail.text


@pytest.mark.parametrize(
    ("field", "sender"),
    [
        ("ceo@acme.example <eve@evil.example>", "eve@evil.example"),
        ("=?utf-8?q?ceo=40acme.example=2C?= <eve@evil.example>", "eve@evil.example"),
        ('"ceo@acme.example,\\" <eve@evil.example>', "eve@evil.example"),
        ("=?utf-8?q?Eve=0d=0aBcc=3a_x@y.z?= <eve@evil.example>", "eve@evil.example"),
        ("Park, Zoe <zoe@acme.example>", "zoe@acme.example"),
        ("A <zoe@acme.example>, B <b@acme.example>", "zoe@acme.example"),
        ("zoe@acme.example (Zoe)", "zoe@acme.example"),
    ],
)
def test_nobody_is_another_by_how_the_name_is_written(field: str, sender: str) -> None:
    mail = read(f"From: {field}\nSubject: x\n\nhi".encode())
    assert mail.sender == sender
    assert "\n" not in mail.name


def test_of_a_long_answer_the_quoted_lines_go_and_the_words_stay() -> None:
    words = "We tried it again and it fails.\n" * 200
    text = wording.own_words(read(PLAIN + f"{words}> urgent\n> urgent\n".encode()), []).own
    assert text.count("We tried it again") == 200
    assert "urgent" not in text


def test_a_mail_the_server_does_not_hand_over_is_asked_for_again(imap: ImapMailbox, mailbox: Mailbox) -> None:
    imap.refuses = {imap.arrives(MAIL)}
    taken_in()
    mailbox.refresh_from_db()
    assert "mail 1 is not handed over" in str(mailbox.trouble)
    imap.refuses, imap.breaks = set(), True
    taken_in()
    assert not Received.objects.exists()
    taken_in()
    assert Ticket.objects.count() == 1


def test_a_mailbox_that_breaks_in_an_unforeseen_way_keeps_no_other_from_being_read(
    imap: ImapMailbox,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = made_second(imap)
    imap.arrives(MAIL)
    collect = receiving.collect

    def odd(box: Mailbox, *rest: Any) -> int:
        if box.pk == first.pk:
            raise RuntimeError("odd")
        return collect(box, *rest)

    monkeypatch.setattr(receiving, "collect", odd)
    taken_in()
    first.refresh_from_db()
    assert "odd" in str(first.trouble)
    assert Ticket.objects.count() == 1


def made_second(imap: ImapMailbox) -> Mailbox:
    """Another mailbox, looked into before the first."""
    return made(imap, address="alpha@desk.example")


def test_one_mail_in_two_mailboxes_is_one_and_a_message_id_used_again_loses_no_mail(
    imap: ImapMailbox,
    mailbox: Mailbox,
) -> None:
    made_second(imap)
    imap.arrives("Received: by a\n" + MAIL)
    imap.arrives("Received: by b\n" + MAIL.replace("Since 02:00 nothing arrives.", "Another matter."))
    taken_in()
    Mailbox.objects.update(read_to=0)  # killed after a mail was kept, before the place was remembered
    taken_in()
    assert sorted(Message.objects.values_list("text", flat=True)) == [
        "Another matter. Grüße",
        "Since 02:00 nothing arrives. Grüße",
    ]


def test_a_mail_moved_into_the_mailbox_is_new_and_after_new_numbers_old_ones_stay_old(
    imap: ImapMailbox,
    mailbox: Mailbox,
) -> None:
    imap.dates[imap.arrives(MAIL)] = '"24-Nov-2001 08:00:00 +0000"'
    taken_in()
    assert Ticket.objects.count() == 1
    lay_there = imap.arrives(MAIL.replace("<one@", "<old@"))
    imap.dates[lay_there] = '"24-Nov-2001 08:00:00 +0000"'
    imap.arrives(MAIL.replace("<one@", "<new@"))
    imap.validity += 1
    taken_in()
    assert set(Received.objects.values_list("external_id", flat=True)) == {"<one@acme.example>", "<new@acme.example>"}


def test_of_a_mail_that_is_too_large_the_words_are_taken_in(
    imap: ImapMailbox,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiving, "LARGEST", 20_000)
    monkeypatch.setattr(receiving, "BEGINNING", 5_000)
    head = MAIL.partition("Content-Type")[0] + "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
    file = "Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=a.bin\n\n" + "QUJD\n" * 9000
    imap.arrives(f"{head}Content-Type: text/plain\n\nSee the file\n--b\n{file}--b--\n")
    taken_in()
    message = Message.objects.get()
    assert message.text == "See the file\n\n(This mail was larger than 35 MB; only its beginning was taken in.)"
    assert not message.attachments.exists()


def test_a_bounce_of_our_mail_is_on_its_ticket_and_a_strangers_machine_is_not(
    imap: ImapMailbox,
    mailbox: Mailbox,
) -> None:
    imap.arrives(MAIL)
    taken_in()
    ticket = Ticket.objects.get()
    ours = answered(ticket)
    imap.arrives(
        "From: MAILER-DAEMON@acme.example\nSubject: Undelivered\nMessage-ID: <b@acme.example>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nNo such user\n--b\nContent-Type: message/rfc822\n\n"
        f"Message-ID: {ours}\nSubject: Re: x\n\nLook\n--b--\n"
    )
    imap.arrives(
        f"Auto-Submitted: auto-replied\nIn-Reply-To: {ours}\n"
        + MAIL.replace("zoe@acme", "eve@other").replace("<one@", "<eve@")
    )
    taken_in()
    assert [*ticket.messages.filter(direction="inbound").order_by("pk").values_list("text", flat=True)] == [
        "Since 02:00 nothing arrives. Grüße",
        "No such user",
    ]
    assert Ticket.objects.count() == 1


def test_a_sender_the_receiving_server_disproves_joins_nothing_and_is_marked(
    imap: ImapMailbox,
    mailbox: Mailbox,
    settings: Any,
) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.desk.example"
    Customer.objects.create(name="Acme", domains=["acme.example"])
    imap.arrives(MAIL)
    taken_in()
    ticket = Ticket.objects.get()
    stamp = "Authentication-Results: mx.desk.example; dmarc=fail header.from=acme.example\n"
    stamp += f"In-Reply-To: {answered(ticket)}\n"
    imap.arrives(stamp + MAIL.replace("<one@", "<forged@"))
    taken_in()
    forged = Ticket.objects.exclude(pk=ticket.pk).get()
    assert forged.messages.get().author_name == "Zoe Park (sender not proven)"
    assert forged.customer is None
    assert ticket.messages.filter(direction="inbound").count() == 1


@pytest.mark.parametrize(
    ("stamps", "disproved"),
    [
        ([], False),
        (["mx.desk.example; dmarc=fail"], True),
        (["evil.example; dmarc=fail", "mx.desk.example; dmarc=pass"], False),
        (["mx.desk.example; dmarc=fail", "mx.desk.example; dmarc=pass"], True),
        (["mx.desk.example; dkim=pass; spf=fail"], False),
        (["mx.desk.example; dkim=none; spf=softfail (dmarc=pass)"], True),
        (["mx.desk.example; dkim=none; spf=none"], False),
        (["notdesk.example; dmarc=fail"], False),
    ],
)
def test_only_the_latest_stamp_of_our_own_server_is_believed(stamps: list[str], disproved: bool) -> None:
    found = proof(stamps, servers_of("", "imap.desk.example"), ["acme.example"])
    assert (found is Proof.DISPROVED) is disproved
    assert proof(stamps, servers_of("off", "imap.desk.example"), ["acme.example"]) is Proof.NONE
