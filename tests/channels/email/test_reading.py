"""One mail read: its words in every charset, its files in every nesting, who wrote it, and whether a machine did."""

import time
from email import encoders
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from rung.channels.email.reading import Mail, read
from rung.channels.email.sender_proof import Proof, proof
from rung.core.vocabulary import Automatic

HEAD = "From: Zoe <zoe@acme.example>\nTo: support@desk.example\nSubject: {subject}\nMessage-ID: <a@acme.example>\n"
PDF = b"%PDF-1.4 invoice"


def mail(*fields: str, body: str = "It broke", subject: str = "Help", sender: str = "Zoe <zoe@acme.example>") -> Mail:
    head = [f"From: {sender}", "To: support@desk.example", f"Subject: {subject}", *fields]
    has_type = any(each.lower().startswith("content-type") for each in fields)
    head += [] if has_type else ["Content-Type: text/plain; charset=utf-8"]
    return read(("\n".join(head) + "\n\n" + body).encode(), ["support@desk.example"])


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "written_as", "declared"),
    [
        ("Grüße", "utf-8", "us-ascii"),
        ("“Grüße” – 5 €", "cp1252", "iso-8859-1"),
        ("Grüße aus Köln", "cp1252", "utf-8"),
        ("Grüße", "utf-8", ""),
        ("Grüße", "utf-8", "x-unknown"),
        ("你好㐀吗", "gb18030", "gb2312"),
        ("믜안녕하세요", "cp949", "ks_c_5601-1987"),
        ("שלום", "iso-8859-8", "iso-8859-8-i"),
        ("日本語テスト", "iso-2022-jp", "iso-2022-jp"),
        ("Привет, почта не работает", "cp1251", "utf-8"),
    ],
)
def test_words_are_read_as_browsers_read_them(words: str, written_as: str, declared: str) -> None:
    charset = f"; charset={declared}" if declared else ""
    head = HEAD.format(subject="x") + f"Content-Type: text/plain{charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert read(head.encode() + words.encode(written_as)).text == words


def test_a_lone_surrogate_becomes_a_replacement_character() -> None:
    head = HEAD.format(subject="=?utf-7?q?+2D0-?=") + "Content-Type: text/plain; charset=utf-7\n\n+2D0-x"
    found = read(head.encode())
    assert found.text.encode()
    assert found.subject.encode()
    assert found.text.endswith("x")


def test_words_of_one_character_cut_in_two_in_a_subject_are_read() -> None:
    assert mail(subject="=?utf-8?b?R3LD?=\n =?utf-8?b?vMOfZQ==?=").subject == "Grüße"


def test_a_new_mail_is_not_cut_at_all() -> None:
    body = "Hi,\n\nOn Mon, 3 May 2026 at 10:00, Sam <sam@b.example> wrote:\n> Which version?\n\nVersion 7.3"
    assert mail(body=body).text == body


def test_long_words_are_kept_whole() -> None:
    log = "\n".join(f"line {number}" for number in range(9_000))
    assert mail(body=log).text == log


# --- files ----------------------------------------------------------------------------------------------------------


def text(words: str = "Look", subtype: str = "plain") -> MIMEText:
    return MIMEText(words, subtype)


def pdf(name: str = "invoice.pdf") -> MIMEApplication:
    part = MIMEApplication(PDF, "pdf")
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def picture() -> MIMEImage:
    part = MIMEImage(b"\x89PNG\r\n\x1a\n", "png")
    part.add_header("Content-Disposition", "inline", filename="screen.png")
    part.add_header("Content-ID", "<screen@acme>")
    return part


def multi(kind: str, *parts: object) -> MIMEMultipart:
    whole = MIMEMultipart(kind)
    for part in parts:
        whole.attach(part)  # type: ignore[arg-type]
    return whole


def other(kind: str, data: bytes, name: str = "") -> MIMEBase:
    part = MIMEBase(*kind.split("/"))
    part.set_payload(data)
    encoders.encode_base64(part)
    if name:
        part.add_header("Content-Disposition", "attachment", filename=name)
    return part


@pytest.mark.parametrize(
    ("whole", "words", "files"),
    [
        (multi("alternative", text(), multi("mixed", text("<p>Look</p>", "html"), pdf())), "Look", ["invoice.pdf"]),
        (
            multi(
                "mixed", multi("related", multi("alternative", text(), text("<p>Look</p>", "html")), picture()), pdf()
            ),
            "Look",
            ["screen.png", "invoice.pdf"],
        ),
        (multi("mixed", text(), picture(), text("More")), "Look\n\nMore", ["screen.png"]),
        (multi("signed", multi("mixed", text(), pdf()), other("application/pgp-signature", b"s")), "Look", 2),
        (multi("mixed", multi("mixed", text(), pdf()), text("Footer")), "Look\n\nFooter", ["invoice.pdf"]),
        (pdf(), "", ["invoice.pdf"]),
        (other("application/pdf", PDF), "", ["file.pdf"]),
        (other("image/png", b"\x89PNG"), "", ["picture.png"]),
        (other("text/calendar", b"BEGIN:VCALENDAR"), "", ["invitation.ics"]),
        (other("application/ms-tnef", b"not really", "winmail.dat"), "", ["winmail.dat"]),
    ],
    ids=["apple", "related", "between", "signed", "footer", "pdf", "bare pdf", "picture", "calendar", "winmail"],
)
def test_every_leaf_is_words_or_a_file(whole: MIMEMultipart, words: str, files: list[str] | int) -> None:
    whole["From"], whole["Subject"] = "Zoe <zoe@acme.example>", "Invoice"
    found = read(whole.as_bytes())
    assert found.text == words
    names = [file.name for file in found.files]
    assert names == files or len(names) == files


def test_a_log_beside_words_in_html_does_not_replace_them() -> None:
    log = text("line 1")
    log.add_header("Content-Disposition", "inline", filename="app.log")
    found = read(multi("mixed", text("<p>It broke</p>", "html"), log).as_bytes())
    assert (found.text, [file.name for file in found.files]) == ("It broke", ["app.log"])
    found = read(multi("mixed", text("<p>It broke</p>", "html"), text("line 1")).as_bytes())
    assert "It broke" in found.text
    assert "line 1" in found.text


def test_a_mail_within_the_mail_is_a_file() -> None:
    inner = EmailMessage()
    inner["Subject"] = "Old"
    inner.set_content("old words")
    outer = EmailMessage()
    outer["From"] = "zoe@acme.example"
    outer.set_content("see the mail")
    outer.add_attachment(inner)
    found = read(outer.as_bytes())
    assert found.text == "see the mail"
    assert b"old words" in found.files[0].data


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "fields", "address", "name"),
    [
        ("zoe@bücher.example", (), "zoe@xn--bcher-kva.example", "zoe"),
        ("forms@shop.example", ("Reply-To: Ann <ann@b.example>",), "ann@b.example", "Ann"),
        ("Shop <noreply@shop.example>", ("Reply-To: ann@b.example",), "ann@b.example", "Shop"),
        ("Ann Park", (), "", "Ann Park"),
        ("[ann@b.example]", (), "ann@b.example", "ann"),
        ("ann@b.example (Ann Park)", (), "ann@b.example", "Ann Park"),
        ("Friends: Ann <ann@b.example>;", (), "ann@b.example", "Ann"),
        ("", ("Sender: ann@b.example",), "ann@b.example", "ann"),
        ("Ann via Support <support@desk.example>", ("Reply-To: Ann <ann@b.example>",), "ann@b.example", "Ann"),
        (f"{'a' * 300}@b.example", (), "", "a" * 200),
    ],
)
def test_the_writer_is_found(sender: str, fields: tuple[str, ...], address: str, name: str) -> None:
    found = mail(*fields, sender=sender)
    assert (found.sender, found.name) == (address, name)
    assert found.automatic is None


# --- verdicts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "subject", "body", "verdict"),
    [
        ((), "Out of office: back on Monday", "I am away.", Automatic.OUT_OF_OFFICE),
        ((), "Abwesenheitsnotiz: Import", "Ich bin bis Montag nicht da.", Automatic.OUT_OF_OFFICE),
        ((), "Réponse automatique : Import", "Je suis absente.", Automatic.OUT_OF_OFFICE),
        ((), "Automatic reply: Import", "I am away", Automatic.OUT_OF_OFFICE),
        (("X-Auto-Response-Suppress: All",), "Report", "x", Automatic.BOT),
        ((), "Read: Import", "Your message was read on Monday", Automatic.RECEIPT),
        ((), "Recall: Import", "Zoe would like to recall the message", Automatic.RECEIPT),
        ((), "Accepted: Weekly call", "", Automatic.CALENDAR),
        (("Content-Type: text/calendar; method=REPLY",), "Zugesagt: Termin", "BEGIN:VCALENDAR", Automatic.CALENDAR),
        (("X-Spam-Flag: YES",), "Win", "money", Automatic.SPAM),
        ((), "[SPAM] Win", "money", Automatic.SPAM),
        ((), "complaint about message from 192.0.2.1", "This is an email abuse report", Automatic.COMPLAINT),
        (("Precedence: bulk",), "News", "x", Automatic.LIST),
        (("List-Id: <news.shop.example>",), "News", "x", Automatic.LIST),
        (("Auto-Submitted: auto-generated",), "Disk full", "x", Automatic.BOT),
    ],
)
def test_machines_are_known(fields: tuple[str, ...], subject: str, body: str, verdict: Automatic) -> None:
    assert mail(*fields, subject=subject, body=body).automatic is verdict


@pytest.mark.parametrize(
    ("fields", "sender", "subject", "body"),
    [
        (("Feedback-ID: 1:2:3:ses",), "zoe@acme.example", "Broken", "It broke"),
        ((), "postmaster@acme.example", "Your mails", "Could you please sign your mails with DKIM?"),
        (("List-Id: <support.desk.example>", "Precedence: list"), "zoe@acme.example", "Broken", "It broke"),
        (("List-Post: <mailto:support@desk.example>", "Precedence: list"), "zoe@acme.example", "Broken", "x"),
        (("Reply-To: ann@b.example",), "noreply@shop.example", "Contact form", "It broke"),
        ((), "zoe@acme.example", "Out of office replies do not reach us", "Please look"),
        ((), "zoe@acme.example", "Read the log please", "It says disk full"),
        ((), "zoe@acme.example", "Delivery failed for order 7", "The parcel never came"),
        (("Auto-Submitted: no",), "zoe@acme.example", "Broken", "x"),
    ],
)
def test_people_are_not_taken_for_machines(fields: tuple[str, ...], sender: str, subject: str, body: str) -> None:
    assert mail(*fields, sender=sender, subject=subject, body=body).automatic is None


def test_a_bounce_from_nobody_is_a_bounce_and_names_what_came_back() -> None:
    body = "The following address failed:\n550 no such user\n\nMessage-ID: <ours@desk.example>\nSubject: Re: Help"
    found = mail("Return-Path: <>", sender="MAILER-DAEMON <>", subject="Returned mail", body=body)
    assert found.automatic is Automatic.BOUNCE
    assert "<ours@desk.example>" in found.answers


# --- proof ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stamp",
    [
        'mx.desk.example; dmarc=fail header.from=acme.example; spf=pass smtp.mailfrom="dmarc=pass"@evil.example',
        "mx.desk.example; spf=pass smtp.helo=dmarc=pass smtp.mailfrom=evil.example; dmarc=fail",
        "mx.desk.example; " + "; ".join(["dkim=pass header.d=evil.example"] * 40) + "; dmarc=fail",
        "mx.desk.example; dmarc=none header.from=acme.example; spf=pass smtp.mailfrom=evil.example",
        "mx.desk.example; dmarc=pass header.from=evil.example",
        "mx.desk.example; spf=bestguesspass smtp.mailfrom=acme.example",
        "mx.desk.example; " + "; ".join(["dkim=pass header.d=acme.example"] * 1000),
        "spf=pass smtp.mailfrom=acme.example; dmarc=pass header.from=acme.example",
        "mx.desk.example; dmarc=pass (" * 400,
        "evil.example; dmarc=pass header.from=acme.example",
    ],
)
def test_forged_stamps_prove_nothing(stamp: str) -> None:
    below = "mx.desk.example; dmarc=pass header.from=acme.example"
    alone = proof([stamp], ["desk.example"], ["acme.example"])
    assert alone is not Proof.PROVEN
    if stamp.startswith("mx.desk.example"):
        assert proof([stamp, below], ["desk.example"], ["acme.example"]) is not Proof.PROVEN


@pytest.mark.parametrize(
    "stamp",
    [
        "mx.desk.example; dmarc=pass header.from=acme.example",
        "mx.desk.example; dkim=pass header.d=mail.acme.example; dmarc=none",
        "mx.desk.example; spf=pass smtp.mailfrom=zoe@acme.example",
    ],
)
def test_a_pass_for_the_senders_own_domain_proves_them(stamp: str) -> None:
    assert proof([stamp], ["desk.example"], ["acme.example"]) is Proof.PROVEN
    assert proof([stamp], ["desk.example"], ["acme.example", "evil.example"]) is not Proof.PROVEN


def test_exchange_names_no_server_and_is_believed_by_its_place_alone() -> None:
    stamp = "spf=pass smtp.mailfrom=acme.example; dmarc=pass action=none header.from=acme.example;compauth=pass"
    assert proof([stamp], [], ["acme.example"], at_microsoft=True) is Proof.PROVEN
    assert proof(["x.example; dmarc=none", stamp], [], ["acme.example"], at_microsoft=True) is Proof.NONE


# --- cost -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: text/plain\n\nx\n" * 10_000 + b"--b--",
        b"Content-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\nContent-Type: application/pdf; name=a.pdf\n\nx\n" * 10_000
        + b"--b--",
        b"Content-Type: application/pdf;\n"
        + b"".join(b' filename*%d="x";\n' % number for number in range(20_000))
        + b"\nx",
        b"Content-Type: text/html\n\n" + b"<div>" * 100_000 + b"deep",
        b"Content-Type: text/plain\n\n" + b"> a\n" * 200_000,
    ],
    ids=["texts", "files", "continuations", "nested", "quotes"],
)
def test_no_mail_costs_more_than_two_seconds(raw: bytes) -> None:
    begins = time.process_time()
    found = read(b"From: zoe@acme.example\nMIME-Version: 1.0\n" + raw)
    assert time.process_time() - begins < 2
    assert found.sender == "zoe@acme.example"
