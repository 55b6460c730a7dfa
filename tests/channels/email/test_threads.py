"""Which mails join a ticket, which stay apart and are related to it, and which stay visible as no ticket."""

from datetime import timedelta
from typing import Any

import pytest

from rung.channels.email import reply_address
from rung.channels.email.models import Mailbox
from rung.intake import not_tickets
from rung.intake.models import NotTicket, Received, SenderRule
from rung.people.clock import database_now
from rung.people.models import Customer
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Relation, Ticket
from rung.tickets.results import Done
from tests.fakes.imap import ImapMailbox
from tests.mailing import answered, made, taken_in

SUBJECT = "Nightly import has stopped"


def mail(
    number: int,
    *fields: str,
    sender: str = "Zoe <zoe@acme.example>",
    subject: str = SUBJECT,
    body: str = "Still broken",
) -> str:
    head = [
        f"From: {sender}",
        "To: support@desk.example",
        f"Subject: {subject}",
        f"Message-ID: <m{number}@acme.example>",
    ]
    return "\n".join([*head, *fields, "Content-Type: text/plain; charset=utf-8", "", body])


@pytest.fixture
def ticket(imap: ImapMailbox, mailbox: Mailbox) -> Ticket:
    Customer.objects.create(name="Acme", domains=["acme.example"])
    imap.arrives(mail(0, "Thread-Index: AdxAbCdEfGhIjKlMnOpQrStUvWxYzA==", body="Since 02:00 nothing arrives."))
    taken_in()
    found = Ticket.objects.get()
    answered(found)
    return found


@pytest.mark.parametrize(
    ("fields", "given"),
    [
        (("In-Reply-To: <ours@desk.example>",), {"subject": f"Re: {SUBJECT}"}),
        (("References: <x@y> <ours@desk.example>",), {"subject": f"AW: {SUBJECT}"}),
        (("In-Reply-To: <ours@desk.example>",), {"subject": "Something else now"}),
        (("In-Reply-To: <rewritten@provider.example>",), {"subject": f"RE: {SUBJECT}"}),
        (("Thread-Index: AdxAbCdEfGhIjKlMnOpQrStUvWxYzAAAAAEC",), {"subject": "No subject in common"}),
        ((), {"subject": f"[EXTERNAL] VS: Odp: {SUBJECT}"}),
        ((), {"subject": f"回复：{SUBJECT}"}),
        ((), {}),
        (("In-Reply-To: <ours@desk.example>",), {"sender": "ZOE@ACME.EXAMPLE"}),
        (("In-Reply-To: <ours@desk.example>",), {"sender": "zoe+desk@acme.example"}),
        (("In-Reply-To: <ours@desk.example>",), {"sender": "ben@acme.example"}),
        (("In-Reply-To: <b@x> <ours@desk.example>",), {}),
    ],
)
def test_these_join(ticket: Ticket, imap: ImapMailbox, fields: tuple[str, ...], given: dict[str, Any]) -> None:
    imap.arrives(mail(1, *fields, **given))
    taken_in()
    assert Ticket.objects.count() == 1
    assert ticket.messages.filter(direction="inbound").count() == 2


def test_a_signed_address_or_a_number_in_the_subject_leads_to_the_ticket(ticket: Ticket, imap: ImapMailbox) -> None:
    signed = reply_address.answers_to("support@desk.example", ticket.number)
    imap.arrives(mail(1, f"Delivered-To: {signed}", subject="Hm"))
    imap.arrives(mail(2, subject=f"About [#{ticket.number}] once more"))
    imap.arrives(mail(3, f"Cc: support+r{ticket.number}.0123456789ab@desk.example", subject="Another thing"))
    taken_in()
    assert ticket.messages.filter(direction="inbound").count() == 3
    assert Ticket.objects.exclude(pk=ticket.pk).get().subject == "Another thing"


def test_a_stranger_and_another_customer_stay_apart_and_are_related(ticket: Ticket, imap: ImapMailbox) -> None:
    Customer.objects.create(name="Other", domains=["other.example"])
    imap.arrives(mail(1, "In-Reply-To: <ours@desk.example>", sender="eve@stranger.example"))
    imap.arrives(mail(2, "In-Reply-To: <ours@desk.example>", sender="ann@other.example"))
    imap.arrives(mail(3, sender="ann@other.example"))
    taken_in()
    assert ticket.messages.filter(direction="inbound").count() == 1
    assert Relation.objects.filter(ticket=ticket).count() == 2
    assert Ticket.objects.count() == 3


def test_a_resolved_ticket_is_reopened_and_a_merged_one_leads_to_the_living(ticket: Ticket, imap: ImapMailbox) -> None:
    actions.resolve(ticket.number, by="agent:sam")
    imap.arrives(mail(1, "In-Reply-To: <ours@desk.example>"))
    taken_in()
    ticket.refresh_from_db()
    assert ticket.status == "open"
    theirs = {"requester": ticket.requester, "customer": ticket.customer}
    living = actions.open_ticket("Another", MessageText(text="Other words"), by="customer:1", **theirs)  # type: ignore[arg-type]
    assert isinstance(actions.merge(ticket.number, into=living.ticket, by="agent:sam"), Done)
    imap.arrives(mail(2, "In-Reply-To: <ours@desk.example>", body="And now"))
    taken_in()
    assert Ticket.objects.get(pk=living.ticket).messages.filter(text="And now").exists()


def test_same_subject_long_after_is_another_request(ticket: Ticket, imap: ImapMailbox) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(changed_at=database_now() - timedelta(days=9))
    imap.arrives(mail(1))
    taken_in()
    assert Ticket.objects.count() == 2


def test_what_comes_back_and_out_of_office_are_on_the_timeline_and_count_for_nothing(
    ticket: Ticket, imap: ImapMailbox
) -> None:
    back = reply_address.bounces_to("support@desk.example", ticket.number)
    bounce = mail(1, f"Delivered-To: {back}", "Return-Path: <>", sender="MAILER-DAEMON <>", subject="Undelivered Mail")
    imap.arrives(bounce.replace("Still broken", "550 no such user"))
    imap.arrives(mail(2, subject=f"Automatic reply: {SUBJECT}", body="I am away until Monday."))
    taken_in()
    assert Ticket.objects.count() == 1
    assert ticket.messages.filter(direction="inbound").count() == 3
    assert not NotTicket.objects.exists()


def test_own_words_and_what_they_quote_stand_apart(ticket: Ticket, imap: ImapMailbox) -> None:
    body = "Hi,\n\nOn Mon, 3 May 2026 at 10:00, Sam wrote:\n> Look\n\nit is urgent, production is down"
    imap.arrives(mail(1, "In-Reply-To: <ours@desk.example>", body=body))
    taken_in()
    said = ticket.messages.get(text__contains="urgent")
    assert said.text == "Hi,\n\nit is urgent, production is down"
    assert said.folded.endswith("> Look")


def test_quotes_in_html_alone_are_folded(ticket: Ticket, imap: ImapMailbox) -> None:
    page = '<p>Version 7.3</p><blockquote type="cite"><p>Is it urgent?</p></blockquote>'
    raw = mail(1, "In-Reply-To: <ours@desk.example>", body=page).replace("text/plain", "text/html")
    imap.arrives(raw)
    taken_in()
    assert ticket.messages.filter(text="Version 7.3", folded__contains="urgent").exists()


# --- not tickets ----------------------------------------------------------------------------------------------------


def test_a_new_mail_whose_subject_says_something_is_never_thanks(imap: ImapMailbox, mailbox: Mailbox) -> None:
    imap.arrives(mail(1, subject="Production is down, please call me", body="Thanks!"))
    imap.arrives(mail(2, subject="Thank you", body="Thanks!"))
    taken_in()
    assert Ticket.objects.get().subject == "Production is down, please call me"
    assert NotTicket.objects.get().verdict == "thanks"


def test_without_an_address_a_ticket_says_that_it_cannot_be_answered(imap: ImapMailbox, mailbox: Mailbox) -> None:
    imap.arrives(mail(1, sender="Ann Park"))
    imap.arrives(mail(2, sender=f"{'a' * 300}@b.example", subject="Long"))
    imap.arrives(mail(3, sender="zoe@bücher.example", subject="Raw"))
    taken_in()
    assert Ticket.objects.count() == 3
    assert "cannot be answered by mail" in Ticket.objects.get(subject=SUBJECT).messages.get().text


def test_what_opens_nothing_is_visible_and_one_press_makes_it_a_ticket(imap: ImapMailbox, mailbox: Mailbox) -> None:
    imap.arrives(mail(1, "Auto-Submitted: auto-generated", sender="alarm@acme.example", subject="Disk full"))
    taken_in()
    row = NotTicket.objects.get()
    assert (row.why, row.verdict, row.sender, row.subject) == ("ignored", "bot", "alarm@acme.example", "Disk full")
    assert list(not_tickets.found("disk ALARM")) == [row]
    assert not not_tickets.found("nothing of it")
    assert not_tickets.make_ticket(row.pk, by="agent:sam", now=database_now())
    taken_in()
    assert Ticket.objects.get().subject == "Disk full"
    imap.arrives(mail(2, "Auto-Submitted: auto-generated", sender="alarm@acme.example", subject="Disk fuller"))
    taken_in()
    assert Ticket.objects.count() == 2
    assert not NotTicket.objects.exists()


def test_never_again(imap: ImapMailbox, mailbox: Mailbox) -> None:
    imap.arrives(mail(1, "List-Id: <news.shop.example>", sender="news@shop.example", subject="News"))
    taken_in()
    assert not_tickets.never_again(NotTicket.objects.get().pk, by="agent:sam", now=database_now())
    imap.arrives(mail(2, sender="news@shop.example", subject="A person's words"))
    taken_in()
    assert not Ticket.objects.exists()
    assert set(NotTicket.objects.values_list("why", flat=True)) == {"ignored", "blocked"}
    assert SenderRule.objects.get().opens_tickets is False


def test_what_was_kept_long_enough_goes_with_its_raw_mail(imap: ImapMailbox, mailbox: Mailbox) -> None:
    imap.arrives(mail(1, "Precedence: bulk"))
    taken_in()
    assert not_tickets.forget_old(database_now()) == 0
    assert not_tickets.forget_old(database_now() + not_tickets.KEPT + timedelta(days=1)) == 1
    assert not Received.objects.exists()


def test_a_group_is_an_inbox(imap: ImapMailbox, mailbox: Mailbox) -> None:
    box = made(imap, address="other@desk.example")
    Mailbox.objects.filter(pk=box.pk).update(also="help@groups.example")
    group = ("List-Id: <help.groups.example>", "Precedence: list", "Reply-To: Ann <ann@b.example>")
    imap.arrives(mail(1, *group, sender="Ann via Help <help@groups.example>"))
    taken_in()
    found = Ticket.objects.get()
    assert found.requester is not None
    assert found.requester.email == "ann@b.example"
