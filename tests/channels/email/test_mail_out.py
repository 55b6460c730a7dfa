"""Mail out over a server that misbehaves on command: what has arrived, what has not, and what cannot be known."""

from collections.abc import Iterator
from typing import Any

import pytest

from rung.channels.email import outgoing
from rung.channels.email.adapter import Email
from rung.outbox.ports import CustomerMessage, Later, Never, Outcome, Sent, Unclear
from rung.outbox.sentences import english
from tests.fakes.mailbox import Mailbox

MESSAGE = CustomerMessage(
    key="7/message/1", to="kim@acme.example", ticket=7, subject="Import", text="Try **again**\n\n- one"
)


@pytest.fixture
def server(settings: Any, db: None) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    mailbox.start()
    settings.EMAIL_BACKEND = "rung.channels.email.outgoing.ByDesk"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.DEFAULT_FROM_EMAIL = "Acme Support <support@desk.example>"
    outgoing.forget()
    yield mailbox
    mailbox.stop()
    outgoing.forget()


def why(outcome: Outcome) -> str:
    assert not isinstance(outcome, Sent)
    return english(outcome.reason)


def test_a_mail_with_a_named_sender_arrives_as_text_and_as_html(server: Mailbox) -> None:
    assert isinstance(Email().send_message(MESSAGE), Sent)
    (mail,) = server.mails
    assert mail["From"] == "Acme Support <support@desk.example>"
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n").strip() == "Try again\n\n- one"
    assert "<strong>again</strong>" in html.get_content()


@pytest.mark.parametrize(
    ("command", "answer", "outcome", "said"),
    [
        ("RCPT", "550 5.1.1 unknown user", Never, "there is no such address (550 5.1.1 unknown user)"),
        ("RCPT", "550 no", Never, "the mail server takes no mail to kim@acme.example: 550 no"),
        ("RCPT", "552 5.2.2 over quota", Never, "the mailbox is full (552 5.2.2 over quota)"),
        ("DATA", "552 message too big", Never, "the mail is too large for them (552 message too big)"),
        ("DATA", "554 5.7.1 spam", Never, "their server does not want it (554 5.7.1 spam)"),
        ("DATA", "554 no thanks", Never, "the mail server did not take the mail: 554 no thanks"),
    ],
)
def test_a_refusal_is_for_good_and_is_said_in_words(
    server: Mailbox, command: str, answer: str, outcome: type, said: str
) -> None:
    server.says(command, answer)
    found = Email().send_message(MESSAGE)
    assert isinstance(found, outcome)
    assert why(found) == said


@pytest.mark.parametrize("answer", ["450 greylisted", "421 busy"])
def test_a_recipient_who_is_put_off_holds_up_no_other(server: Mailbox, answer: str) -> None:
    server.says("RCPT", answer, to="kim@acme.example")
    found = Email().send_message(MESSAGE)
    assert isinstance(found, Later)
    assert found.only_this
    assert isinstance(Email().send_message(MESSAGE), Sent)


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_a_connection_that_breaks_before_the_text_has_brought_nothing(server: Mailbox, command: str) -> None:
    server.says(command, "drop")
    found = Email().send_message(MESSAGE)
    assert isinstance(found, Later)
    assert "before the mail was handed over" in why(found)
    assert server.mails == []
    assert isinstance(Email().send_message(MESSAGE), Sent)


def test_a_connection_that_breaks_after_the_final_dot_is_unclear(server: Mailbox) -> None:
    server.says("DATA", "kept, drop")
    assert isinstance(Email().send_message(MESSAGE), Unclear)
    assert len(server.mails) == 1


def test_a_sender_the_server_does_not_like_is_our_own_trouble(server: Mailbox) -> None:
    server.says("MAIL", "553 5.7.1 not your address")
    found = Email().send_message(MESSAGE)
    assert isinstance(found, Later)
    assert not found.only_this
    assert why(found).startswith("the mail server takes no mail from support@desk.example: 553")


def test_no_reason_shows_how_a_program_writes_values(server: Mailbox) -> None:
    for command, answer in (("RCPT", "550 no"), ("RCPT", "450 no"), ("DATA", "554 no"), ("MAIL", "553 no")):
        server.says(command, answer)
        said = why(Email().send_message(MESSAGE))
        assert not set("{}'").intersection(said), said
