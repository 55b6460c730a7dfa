"""An answer by mail from the press to its end: held, undone, sent, refused, bounced, sent again."""

from collections.abc import Iterator
from typing import Any

import pytest

from rung.channels.email import outgoing
from rung.channels.email.adapter import Email
from rung.outbox import registry
from rung.people.clock import database_now
from rung.tickets import actions, customer_view
from rung.tickets.answer_states import Arrival, arrivals
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Ticket
from tests.fakes.mailbox import Mailbox
from tests.world import Case, World, desk


@pytest.fixture
def server(settings: Any) -> Iterator[Mailbox]:
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


@pytest.fixture
def world(transactional_db: None, server: Mailbox) -> Iterator[World]:
    with desk() as made:
        registry.channels()["email"] = Email()
        yield made


@pytest.fixture
def case(world: World) -> Case:
    """A ticket of Kim's that came by mail, with Sam."""
    made = world.acme.writes("Our import has stopped")
    Ticket.objects.filter(pk=made.number).update(channel="email", thread="")
    made.does("claim", agent="sam") if made.row.offered_to else made.does("assign", "sam", by="agent:carla")
    return made


def arrival(case: Case) -> Arrival:
    found = arrivals(case.row, database_now())
    return found[max(found)]


def message_of(case: Case) -> int:
    return max(arrivals(case.row, database_now()))


def told(case: Case) -> str:
    return "\n".join(each.words for each in case.deliveries(kind="moment", key__contains="/lost/"))


def test_what_is_refused_is_taken_back_and_told(case: Case, server: Mailbox) -> None:
    server.says("RCPT", "550 5.1.1 unknown user")
    case.answered("sam", "Try again")
    assert arrival(case).state == "refused"
    assert "there is no such address" in str(arrival(case).why)
    assert case.timeline[-1] == "taken_back"
    assert (case.row.status, case.row.turn) == ("open", "ours")
    assert "did not reach them: there is no such address (550 5.1.1 unknown user)" in told(case)
    assert "change the address" in told(case)


def test_sent_again_to_another_address_it_counts(case: Case, server: Mailbox) -> None:
    server.says("RCPT", "550 5.1.1 unknown user")
    case.answered("sam", "Try again")
    case.does("send_again", message_of(case), by="agent:sam", address="kim.poe@acme.example")
    assert arrival(case).state == "sent"
    assert [mail["To"] for mail in server.mails] == ["kim.poe@acme.example"]
    assert case.row.status == "pending"
    assert case.row.requester is not None
    assert case.row.requester.email == "kim.poe@acme.example"


def test_what_has_arrived_is_not_sent_again(case: Case, server: Mailbox) -> None:
    case.answered("sam", "Try again")
    assert arrival(case).state == "sent"
    case.does("send_again", message_of(case), by="agent:sam")
    assert len(server.mails) == 1


@pytest.mark.parametrize("answer", ["552 too large", "554 5.7.1 spam"])
def test_what_is_refused_after_its_text_is_taken_back(case: Case, server: Mailbox, answer: str) -> None:
    server.says("DATA", answer)
    case.answered("sam", "Try again")
    assert arrival(case).state == "refused"
    assert case.row.status == "open"


def test_a_connection_that_breaks_after_the_text_leaves_it_open_whether_it_arrived(case: Case, server: Mailbox) -> None:
    server.says("DATA", "kept, drop")
    case.answered("sam", "Try again")
    case._world.passes(minutes=5)
    assert arrival(case).state == "perhaps_arrived"
    assert len(server.mails) == 1
    assert case.row.status == "pending"
    assert "may not have reached them" in told(case)


def test_a_connection_that_breaks_before_the_text_is_made_again(case: Case, server: Mailbox) -> None:
    server.says("RCPT", "drop")
    case.answered("sam", "Try again")
    assert arrival(case).state == "on_its_way"
    case._world.passes(minutes=5)
    assert arrival(case).state == "sent"
    assert len(server.mails) == 1


def test_a_bounce_takes_back_what_was_sent(case: Case, server: Mailbox) -> None:
    case.answered("sam", "Try again")
    assert case.row.status == "pending"
    case.does("bounced", message_of(case), said="mailbox does not exist", to="kim@acme.example")
    assert arrival(case).state == "bounced"
    assert case.row.status == "open"
    assert "it came back: mailbox does not exist" in told(case)
    case.does("bounced", message_of(case), said="mailbox does not exist", to="kim@acme.example")
    assert case.timeline.count("taken_back") == 1


def test_within_its_seconds_an_answer_is_undone(case: Case, server: Mailbox, settings: Any) -> None:
    settings.MAIL_UNDO_SECONDS = 10
    case.answered("sam", "To the wrong person")
    assert (arrival(case).state, arrival(case).seconds) == ("held", 10)
    assert server.mails == []
    assert not customer_view.said(case.row).filter(text="To the wrong person").exists()
    case.does("undo", message_of(case), by="agent:sam")
    case._world.passes(minutes=1)
    assert server.mails == []
    assert arrival(case).state == "undone"
    assert (case.row.status, case.timeline[-1]) == ("open", "taken_back")
    assert not customer_view.said(case.row).filter(text="To the wrong person").exists()


def test_after_its_seconds_it_has_gone(case: Case, server: Mailbox, settings: Any) -> None:
    settings.MAIL_UNDO_SECONDS = 10
    case.answered("sam", "Try again")
    case._world.passes(seconds=11)
    assert len(server.mails) == 1
    case.does("undo", message_of(case), by="agent:sam")
    assert arrival(case).state == "sent"
    assert customer_view.said(case.row).filter(text="Try again").exists()


def test_one_recipient_who_is_put_off_holds_up_no_other(world: World, case: Case, server: Mailbox) -> None:
    other = world.globex.writes("Our export too")
    Ticket.objects.filter(pk=other.number).update(channel="email", thread="")
    server.says("RCPT", *["450 later"] * 50, to="kim@acme.example")
    case.answered("sam", "Try again")
    assert arrival(case).state == "on_its_way"
    other.answered("sam", "And you")
    assert arrival(other).state == "sent"


def test_two_answers_to_one_customer_keep_their_order(case: Case, server: Mailbox) -> None:
    server.says("RCPT", "450 later")
    case.answered("sam", "First")
    case.answered("sam", "Second")
    case._world.passes(minutes=5)
    assert [mail.get_body(("plain",)).get_content().strip() for mail in server.mails] == ["First", "Second"]  # type: ignore[union-attr]


def test_with_no_way_to_reach_them_it_does_not_count(case: Case, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    outgoing.forget()
    registry.channels()["email"] = Email()
    result = actions.answer(case.number, MessageText(text="Hello"), by="agent:sam")
    assert getattr(result, "kept", "") == "no_way"
    assert arrival(case).state == "no_way"
    assert case.row.status == "open"


def test_where_only_their_page_remains_it_counts_and_says_so(case: Case, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    outgoing.forget()
    Ticket.objects.filter(pk=case.number).update(channel="form")
    case.answered("sam", "Hello")
    assert arrival(case).state == "only_page"
    assert case.row.status == "pending"


def test_from_the_first_mail_to_the_end(world: World, case: Case, server: Mailbox) -> None:
    server.says("RCPT", "552 5.2.2 over quota")
    case.answered("sam", "Which version?")
    assert case.row.turn == "ours"
    case.does("send_again", message_of(case), by="agent:sam")
    assert case.row.turn == "customer"
    world.passes(seconds=1)
    case.replied("7.3")
    case.does("resolve", by="agent:sam", words=MessageText(text="Fixed in **7.4**"))
    world.passes(seconds=1)
    assert case.row.status == "resolved"
    assert arrival(case).state == "sent"
    assert len(server.mails) == 2
    assert world.differences() == []


def test_those_in_copy_get_it_too_and_only_cc_is_seen(case: Case, server: Mailbox) -> None:
    words = MessageText(text="Hello", cc=("lee@acme.example",), bcc=("boss@desk.example",))
    case.does("answer", words, by="agent:sam")
    case._world.passes(seconds=2)
    assert sorted(server.recipients) == ["boss@desk.example", "kim@acme.example", "lee@acme.example"]
    assert {(mail["To"], mail["Cc"], mail["Bcc"]) for mail in server.mails} == {
        ("kim@acme.example", "lee@acme.example", None)
    }


def test_if_one_of_several_got_it_it_counts_and_the_refusal_is_told(case: Case, server: Mailbox) -> None:
    server.says("RCPT", "550 5.1.1 unknown user", to="kim@acme.example")
    case.does("answer", MessageText(text="Hello", cc=("lee@acme.example",)), by="agent:sam")
    case._world.passes(seconds=2)
    assert arrival(case).state == "sent"
    assert case.row.status == "pending"
    assert "there is no such address" in told(case)


def test_what_it_answers_is_fixed_when_it_is_written(case: Case, server: Mailbox) -> None:
    _mailed(case, "Since 02:00", "<one@acme.example>")
    server.says("RCPT", "450 later")
    case.answered("sam", "Which version?")
    _mailed(case, "And hurry", "<two@acme.example>")
    case._world.passes(minutes=5)
    case.answered("sam", "Thank you")
    case._world.passes(seconds=2)
    first, second = server.mails
    assert (first["In-Reply-To"], first["References"]) == ("<one@acme.example>", "<one@acme.example>")
    assert second["In-Reply-To"] == "<two@acme.example>"
    assert second["References"].split() == ["<one@acme.example>", first["Message-ID"], "<two@acme.example>"]


def _mailed(case: Case, text: str, message_id: str) -> None:
    case.does("customer_message", MessageText(text=text, inbox="email", external_id=message_id), by=case.customer.by)
