"""A mail of ours that comes back: what is a failure, what only a delay, and that the answer is taken back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail

from rung.channels.email import reading
from rung.channels.email.adapter import Email
from rung.intake.sort import sort_all_due
from rung.outbox import registry
from rung.people.clock import database_now
from rung.tickets.answer_states import arrivals
from rung.tickets.models import Ticket
from tests.world import Case, World, desk

BOUNCE = """\
From: MAILER-DAEMON@mx.example
To: support@desk.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce@mx.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

I'm sorry, your mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; kim@acme.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user unknown
--b
Content-Type: text/rfc822-headers

Message-ID: {sent}
--b--
"""


def read(action: str, sent: str = "<x@desk.example>") -> reading.Mail:
    return reading.read(BOUNCE.format(action=action, sent=sent).encode())


def test_a_failure_says_why_and_to_whom() -> None:
    failed = read("failed").failure
    assert failed is not None
    assert (failed.said, failed.to) == ("550 5.1.1 user unknown", "kim@acme.example")


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered"])
def test_a_mail_that_is_late_or_arrived_has_not_failed(action: str) -> None:
    assert read(action).failure is None


def test_a_bounce_in_words_alone() -> None:
    words = "From: MAILER-DAEMON <>\nSubject: Mail delivery failed\n\n{}\n"
    failed = reading.read(words.format("kim@acme.example: no such user").encode()).failure
    assert failed is not None
    assert failed.said == "kim@acme.example: no such user"
    assert reading.read(words.format("Delivery is delayed; we will keep trying.").encode()).failure is None


@pytest.fixture
def world(transactional_db: None, settings: Any) -> Iterator[World]:
    settings.EMAIL_HOST = "mail.desk.example"
    with desk() as made:
        registry.channels()["email"] = Email()
        yield made


def test_what_came_back_is_taken_back(world: World) -> None:
    from rung.channels.email import receiving

    case: Case = world.acme.writes("Our import has stopped")
    Ticket.objects.filter(pk=case.number).update(channel="email", thread="")
    case.does("assign", "sam", by="agent:carla")
    case.answered("sam", "Try again")
    assert case.row.status == "pending"
    sent = mail.outbox[-1].extra_headers["Message-ID"]
    receiving.keep(BOUNCE.format(action="failed", sent=sent).encode(), "support@desk.example", database_now())
    sort_all_due()
    found = arrivals(case.row, database_now())
    assert found[max(found)].state == "bounced"
    assert case.row.status == "open"
