"""Mail out: what a recipient sees, and what the mail server's answers mean."""

import smtplib
from typing import Any

import msgspec
import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from rung.channels.email.adapter import Email, adapter
from rung.core.reckoning.effects import NoticeKind, Subject
from rung.outbox.ports import CustomerMessage, Later, Method, Moment, Never, Sent, Unclear
from tests.world import World, desk

MOMENT = Moment(
    key="7/reminder", to="sam@desk.example", subject=Subject.REMINDER, title="Still nobody", text="…", ticket=7
)


@pytest.fixture(autouse=True)
def server(settings: Any, db: None) -> None:
    """There is one to send by; Django keeps what is sent."""
    settings.EMAIL_HOST = "mail.desk.example"


def test_there_is_no_mail_without_a_server(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    assert adapter().takes == frozenset()
    settings.EMAIL_HOST = "mail.desk.example"
    assert NoticeKind.MOMENT in adapter().takes


def test_a_notice_says_that_a_machine_wrote_it(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Desk <desk@support.example>"
    outcome = Email().send_moment(MOMENT)
    (sent,) = mail.outbox
    assert outcome == Sent(sent.extra_headers["Message-ID"])
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert sent.extra_headers["X-Auto-Response-Suppress"] == "All"
    assert sent.extra_headers["Message-ID"].endswith("@support.example>")
    assert sent.extra_headers["References"] == "<ticket-7@support.example>"


def test_a_subject_with_line_breaks_is_sent_as_one_line_and_adds_no_header() -> None:
    evil = msgspec.structs.replace(MOMENT, title="Hello\r\nBcc: evil@x.example\r\n\r\nbody")
    assert isinstance(Email().send_moment(evil), Sent)
    (sent,) = mail.outbox
    assert sent.message()["Subject"] == "Hello Bcc: evil@x.example body"
    assert "Bcc" not in sent.message()


def test_the_same_delivery_has_the_same_message_id() -> None:
    assert Email().send_moment(MOMENT) == Email().send_moment(MOMENT)


def test_a_person_s_answer_is_no_automatic_mail_and_hangs_on_what_the_customer_wrote() -> None:
    message = CustomerMessage(
        key="7/message/1", to="kim@acme.example", ticket=7, subject="Import", text="Try again", in_reply_to="<a@acme>"
    )
    assert isinstance(Email().send_message(message), Sent)
    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.to) == ("Re: Import", "Try again", ["kim@acme.example"])
    assert "Auto-Submitted" not in sent.extra_headers
    assert sent.extra_headers["In-Reply-To"] == "<a@acme>"


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such user")}), Never),
        (smtplib.SMTPRecipientsRefused({"a@b": (451, b"greylisted")}), Later),
        (smtplib.SMTPDataError(554, b"spam"), Never),
        (smtplib.SMTPDataError(452, b"full"), Later),
        (smtplib.SMTPServerDisconnected("gone"), Unclear),
        (TimeoutError("no answer"), Unclear),
        (ValueError('Invalid address "a@b@c"'), Never),  # as Django's SMTP backend says it, before it hands over
    ],
)
def test_what_the_server_s_answers_mean(monkeypatch: pytest.MonkeyPatch, raised: Exception, outcome: type) -> None:
    def refuse(*_: object) -> int:
        raise raised

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert isinstance(Email().send_moment(MOMENT), outcome)


def test_a_server_that_cannot_be_reached_has_certainly_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bool:
        raise ConnectionRefusedError("111")

    monkeypatch.setattr(EmailBackend, "open", refuse)
    assert isinstance(Email().send_moment(MOMENT), Later)


def test_one_address_always_queues_in_the_same_lane() -> None:
    assert Email().lane(Method.POST, "Kim@acme.example") == Email().lane(Method.MESSAGE, "kim@acme.example")


def test_two_machines_do_not_answer_each_other_for_ever(transactional_db: None) -> None:
    with desk() as world:
        case = _by_mail(world)
        for _ in range(12):
            case.does("resolve", by="agent:sam")
            case.replied("I am out of office")
        world.passes(minutes=5)
        assert len(mail.outbox) <= 6


def _by_mail(world: World) -> Any:
    from rung.outbox import registry

    registry.channels()["email"] = Email()
    case = world.acme.writes("Our import has stopped")
    ticket = case.row
    ticket.channel, ticket.thread = "email", ""
    ticket.save()
    return case
