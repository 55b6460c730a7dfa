"""What goes wrong on the way out, and that nothing is lost and nothing said twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError, transaction

from rung.core.reckoning.effects import NoticeKind
from rung.outbox import outcomes, queues
from rung.outbox.models import Delivery, LaneState, State
from rung.outbox.ports import Later, Never, Unclear
from rung.outbox.sentences import Said, text
from rung.people.models import ContactMethod
from rung.tickets.message_rows import MessageText
from tests.world import POLICY, World, desk


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        yield world


def _killed_while_sending(world: World) -> Delivery:
    """A courier claims the first delivery that is due, and is gone."""
    with transaction.atomic():
        now = world.time.at
        (claimed,) = queues.claim(1, now, now + timedelta(minutes=2))
    return claimed.delivery


def test_a_card_that_may_have_been_posted_is_looked_for_before_it_is_posted_again(world: World) -> None:
    world.chat.answers = [Unclear(text("timeout"))]
    case = world.acme.writes("Our nightly import has stopped")
    assert len(world.chat.cards_in("#triage")) == 1  # it had arrived, but nobody knew
    world.passes(minutes=1)
    assert len(world.chat.cards_in("#triage")) == 1
    assert [delivery.state for delivery in case.deliveries(kind="triage_card")] == [State.SENT]


def test_a_message_that_certainly_did_not_arrive_is_sent_again_when_asked_to(world: World) -> None:
    world.chat.answers = []
    case = world.acme.writes("Our nightly import has stopped")
    world.chat.answers = [Later(text("rate_limited"), timedelta(seconds=30))]
    case.answered("sam", "Have you tried again?", keep_open=False)
    assert world.chat.heard_by("@kim") == []
    world.passes(seconds=29)
    assert world.chat.heard_by("@kim") == []
    world.passes(seconds=1)
    assert world.chat.heard_by("@kim") == ["Have you tried again?"]


def test_answers_to_one_customer_keep_their_order_while_their_server_is_away(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    world.chat.answers = [Later(text("away"), timedelta(seconds=150))]
    case.answered("sam", "First", keep_open=True)
    LaneState.objects.update(free_at=world.time.at)  # the destination is open again before the first is tried again
    case.answered("sam", "Second", keep_open=True)
    assert world.chat.heard_by("@kim") == []
    world.passes(minutes=3)
    assert world.chat.heard_by("@kim") == ["First", "Second"]


def test_an_answer_that_will_never_arrive_does_not_hold_up_the_next(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    world.chat.answers = [Never(text("account_inactive"))]
    case.answered("sam", "First", keep_open=True)
    case.answered("sam", "Second", keep_open=True)
    world.passes(seconds=1)
    assert world.chat.heard_by("@kim") == ["Second"]


def test_trouble_of_the_desk_before_anything_went_out_is_no_refusal(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    sends, world.chat.send_message = world.chat.send_message, _without_a_connection  # type: ignore[method-assign]
    case.answered("sam", "Have you tried again?", keep_open=False)
    (waits,) = case.deliveries(kind="reply")
    assert waits.state == State.WAITING
    assert str(waits.outcome).startswith("the desk had trouble of its own: OperationalError: ")
    world.chat.send_message = sends  # type: ignore[method-assign]
    world.passes(minutes=1)
    assert world.chat.heard_by("@kim") == ["Have you tried again?"]


def _without_a_connection(_message: object) -> Never:
    raise OperationalError("too many connections for role")


def test_a_destination_that_refuses_is_logged_when_it_begins_and_when_it_ends(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    world.chat.answers = [Later(text("away"), timedelta(seconds=30))] * 3
    case.answered("sam", "Have you tried again?", keep_open=False)
    world.passes(minutes=5)
    assert world.chat.heard_by("@kim") == ["Have you tried again?"]
    said = [line for line in caplog.messages if "a destination" in line and "@kim" in line]
    assert ["does not take" in line for line in said] == [True, False]


def test_a_destination_that_asks_to_be_left_alone_holds_up_no_other(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    other = world.globex.writes("A question")
    world.chat.answers = [Later(text("rate_limited"), timedelta(hours=1))]
    case.answered("sam", "To Kim", keep_open=False)
    other.answered("sam", "To Lou", keep_open=False)
    assert world.chat.heard_by("@lou") == ["To Lou"]
    assert world.chat.heard_by("@kim") == []
    assert LaneState.objects.get(name="chat/message/@kim").blocked_why == "rate_limited"


def test_a_dead_contact_method_gives_way_to_the_next_and_at_last_to_the_app(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    world.chat.answers = [Never(text("account_inactive"))]
    case.does("assign", "ben", by="agent:sam")
    (told,) = case.deliveries(recipient="agent:ben", subject="assigned")
    assert (told.channel, told.destination, told.state) == ("app", "agent:ben", State.SENT)
    assert world.in_app("agent:ben") == [f"#{case.number} Our nightly import has stopped (Acme) is yours now."]


def test_what_did_not_reach_the_customer_is_told_to_whoever_has_the_ticket(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    case.does("assign", "sam", by="agent:sam")
    world.chat.answers = [Never(text("channel_not_found"))]
    case.answered("sam", "Have you tried again?", keep_open=False)
    (lost,) = case.deliveries(kind="reply")
    assert lost.state == State.NEVER
    assert len(world.chat.heard_by("@sam")) == 1


def test_a_courier_killed_before_it_called_anybody_loses_nothing(world: World) -> None:
    world.chat.answers = [Later(text("not now"), timedelta(minutes=1))]
    case = world.acme.writes("Our nightly import has stopped")
    world.time.at += timedelta(minutes=1)
    killed = _killed_while_sending(world)
    assert killed.kind == NoticeKind.TRIAGE_CARD
    world.passes(minutes=5)
    assert [card.ticket for card in world.chat.cards_in("#triage")] == [case.number]


def test_a_courier_killed_after_the_card_was_posted_posts_none_again(world: World) -> None:
    world.chat.answers = [Later(text("not now"), timedelta(minutes=1))]
    case = world.acme.writes("Our nightly import has stopped")
    world.time.at += timedelta(minutes=1)
    killed = _killed_while_sending(world)
    from rung.outbox.courier import source

    world.chat.post_card(source().card(killed, world.time.at))
    world.passes(minutes=5)
    assert [card.ticket for card in world.chat.cards_in("#triage")] == [case.number]
    assert [delivery.state for delivery in case.deliveries(kind="triage_card")] == [State.SENT]


def test_a_direct_message_that_may_have_arrived_is_not_repeated(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    world.chat.answers = [Unclear(text("timeout"))]
    case.does("assign", "ben", by="agent:sam")
    world.passes(hours=1)
    assert len([title for title in world.chat.heard_by("@ben") if title.endswith("is yours now.")]) == 1
    (told,) = case.deliveries(subject="assigned")
    assert (told.channel, str(told.outcome)) == ("app", "may have arrived by slack too: timeout")


def test_a_late_courier_cannot_overwrite_what_another_has_written(world: World) -> None:
    world.chat.answers = [Later(text("not now"), timedelta(minutes=1))]
    world.acme.writes("Our nightly import has stopped")
    world.time.at += timedelta(minutes=1)
    with transaction.atomic():
        (mine,) = queues.claim(1, world.time.at, world.time.at + timedelta(minutes=2))
    world.passes(minutes=5)
    before = Delivery.objects.get(pk=mine.delivery.pk)
    from rung.outbox.courier import source

    outcomes.settle(mine, Never(text("too late")), source(), world.time.at)
    after = Delivery.objects.get(pk=mine.delivery.pk)
    assert (after.state, after.outcome) == (before.state, before.outcome) == (State.SENT, Said.SENT())


def test_ten_changes_while_the_channel_is_blocked_become_one_edit(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    world.chat.answers = [Later(text("rate_limited"), timedelta(minutes=10))]
    case.does("tag", by="agent:sam", added=("first",))
    before = world.chat.edits
    for number in range(10):
        case.does("tag", by="agent:sam", added=(f"tag-{number}",))
    world.passes(minutes=10)
    assert world.chat.edits == before + 1
    (card,) = world.chat.cards_in("#triage")
    assert len(card.tags) == 11


def test_nothing_is_said_of_a_ticket_that_was_resolved_while_the_channel_was_down(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    world.chat.answers = [Later(text("down"), timedelta(minutes=1))] * 50
    world.passes(minutes=31)
    case.does("resolve", by="agent:sam")
    world.chat.answers = []
    world.passes(hours=1)
    assert world.chat.heard_by("#triage") == []
    (reminder,) = case.deliveries(subject="reminder")
    assert (reminder.state, str(reminder.outcome)) == (State.OVERTAKEN, "the ticket is resolved")


def test_a_channel_nobody_has_configured_shows_its_messages_in_the_app(world: World) -> None:
    ContactMethod.objects.all().delete()
    world.chat.takes = frozenset()
    case = world.acme.writes("Our nightly import has stopped")
    world.passes(minutes=60)
    subject = f"#{case.number} Our nightly import has stopped (Acme)"
    assert world.in_app("desk") == [subject, f"{subject} still needs somebody."]
    assert world.in_app("team:specialists") == [f"{subject} is offered to you."]
    case.does("claim", agent="ben")
    assert world.in_app("team:specialists") == []


def test_a_delivery_that_cannot_be_drawn_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from rung.tickets import cards

    draw = cards.draw

    def fails_once_broken(ticket, *rest):  # type: ignore[no-untyped-def]
        if ticket.subject == "Broken":
            raise ValueError("no such card")
        return draw(ticket, *rest)

    monkeypatch.setattr(cards, "draw", fails_once_broken)
    broken = world.acme.writes("Broken")
    world.globex.writes("Whole")
    world.passes(minutes=3)
    assert [card.title for card in world.chat.cards_in("#triage")] == ["Whole"]
    (waiting,) = broken.deliveries(kind="triage_card")
    assert (waiting.state, str(waiting.outcome)) == (State.WAITING, "ValueError: no such card")


def test_sent_once_more_is_said_once(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    (card,) = case.deliveries(kind="triage_card")
    from rung.outbox import enqueue
    from rung.outbox.enqueue import NewDelivery

    columns = {name: getattr(card, name) for name in NewDelivery.__struct_fields__ if name != "fallbacks"}
    enqueue.insert([NewDelivery(**columns, fallbacks="[]")])
    assert len(case.deliveries(kind="triage_card")) == 1


def test_a_comment_for_linked_tickets_is_made_on_each(world: World) -> None:
    world.publishes(
        POLICY.replace("\nrules:\n", "\nrules:\n  - {name: Nudge, clock: idle, steps: [{at: 10m, comment: linked}]}\n")
    )
    case = world.acme.writes("Help")
    case.does("assign", "sam", by="agent:sam")
    for issue in ("ENG-1", "ENG-2"):
        case.does("link", "jira", issue, by="agent:sam")
    world.passes(minutes=11)
    assert [row.recipient for row in case.deliveries(kind="comment")] == ["jira:ENG-1", "jira:ENG-2"]


def test_a_bot_s_words_reach_the_customer_and_stop_no_clock(world: World) -> None:
    case = world.acme.writes("Help")
    case.does("answer", MessageText(text="We are on it"), by="bot:status")
    assert world.chat.heard_by("@kim") == ["We are on it"]
    world.passes(minutes=60)
    assert case.row.offered_to == "L2"
