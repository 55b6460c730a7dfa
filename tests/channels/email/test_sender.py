"""Whom an answer is from: the name and the address of the mailbox that was written to, and a signature below it."""

from typing import Any

import msgspec
import pytest
from django.core import mail

from rung.channels.email.adapter import Email
from rung.channels.email.models import Mailbox
from rung.outbox.ports import CustomerMessage

MESSAGE = CustomerMessage(
    key="7/message/1",
    to="kim@acme.example",
    inbox="email:billing@desk.example",
    ticket=7,
    subject="Invoice",
    text="It is paid",
    author="Sam",
)


@pytest.fixture(autouse=True)
def mailboxes(settings: Any, db: None) -> None:
    settings.EMAIL_HOST = "mail.desk.example"
    settings.DEFAULT_FROM_EMAIL = "Desk <support@desk.example>"
    Mailbox.objects.create(address="support@desk.example", host="h", user="u", password="")
    Mailbox.objects.create(
        address="billing@desk.example",
        host="h",
        user="u",
        password="",
        sender_name="{agent} at Acme",
        signature="{agent}\nAcme, Inc.",
    )
    Mailbox.objects.create(address="help@other.example", host="h", user="u", password="")


def sent(**facts: Any) -> Any:
    Email().send_message(msgspec.structs.replace(MESSAGE, **facts))
    return mail.outbox[-1]


def test_a_person_answers_by_name_from_the_address_written_to() -> None:
    found = sent()
    assert found.from_email == "Sam at Acme <billing@desk.example>"
    assert found.body == "It is paid\n\n--\nSam\nAcme, Inc."
    assert found.reply_to == []


def test_the_desk_itself_has_neither_a_person_s_name_nor_a_signature() -> None:
    found = sent(automatic=True)
    assert found.from_email == "Desk <billing@desk.example>"
    assert found.body == "It is paid"


def test_from_another_domain_the_mail_would_not_pass_so_that_answers_are_asked_for_there() -> None:
    found = sent(inbox="email:help@other.example")
    assert found.from_email == "Desk <support@desk.example>"
    assert found.reply_to == ["help@other.example"]
