"""What customers hear and may do: an acknowledgement, their answers, their status, escalation, rating."""

from __future__ import annotations

from datetime import timedelta

from rung.channels.slack.blocks.button_values import Press
from rung.channels.slack.models import Workspace
from rung.tickets.models import Event, Ticket
from tests.stories.slack.world import SlackWorld


def test_an_acknowledgement_is_no_answer(world: SlackWorld) -> None:
    Workspace.objects.update(acknowledgement="We have it and will look soon.")
    asked = world.says(world.zoe, "Our import stops")
    world.says(world.zoe, "row 10", thread=asked)
    world.passes(seconds=2)
    assert world.thread(asked)[1] == "rung: We have it and will look soon.\n[Ask for escalation]"
    assert len(world.thread(asked)) == 3
    assert world.tickets[0].turn == "ours"
    world.passes(minutes=65)
    assert len(world.cards("escalations")) == 1


def test_the_customer_may_ask_for_escalation_once_a_day(world: SlackWorld) -> None:
    Workspace.objects.update(acknowledgement="We have it.")
    asked = world.says(world.zoe, "Our import stops")
    world.passes(seconds=2)
    note = world.shared.thread(asked.ts)[-1]
    outsider = world.slack.user(world.slack.team("Globex"), "lou")
    world.shared.members.add(outsider.id)
    world.presses(outsider, note, Press.ASK_ESCALATION)
    assert world.said_to(outsider, world.shared) == ["Only the people who asked may do that."]
    assert world.cards("escalations") == []
    world.presses(world.zoe, note, Press.ASK_ESCALATION)
    world.passes(seconds=2)
    world.presses(world.zoe, note, Press.ASK_ESCALATION)
    assert world.said_to(world.zoe, world.shared) == [
        "Thank you, your request has been passed on.",
        "You have asked for that within the last day, and it has been passed on.",
    ]
    [shown] = world.shown("escalations")
    assert "The customer asks for it" in shown
    assert len(world.events("offered")) == 1
    Event.objects.filter(kind="offered").update(at=world.now - timedelta(hours=24))
    world.presses(world.zoe, note, Press.ASK_ESCALATION)
    assert len(world.events("offered")) == 2


def test_the_closing_message_asks_for_a_rating(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.presses("sam", world.cards("triage")[0], Press.RESOLVE)
    world.submits("sam", {"text": "A lock is removed."})
    world.passes(seconds=3)
    closing = world.shared.thread(asked.ts)[-1]
    assert world.thread(asked)[-1].endswith("[1] [2] [3] [4] [5]")
    world.presses(world.zoe, closing, "rung:rate:2")
    assert [event["rating"] for event in world.events("rated")] == [2]
    world.presses("sam", closing, "rung:rate:5")
    assert [event["rating"] for event in world.events("rated")] == [2]


def test_status_on_request_shows_their_own_tickets_only(world: SlackWorld) -> None:
    world.says(world.max, "Invoices are wrong")
    asked = world.says(world.zoe, "Our import stops")
    question = world.says(world.zoe, f"<@{world.installation.bot_user_id}> status?")
    number = Ticket.objects.get(subject="Our import stops").number
    assert world.thread(question)[-1] == f"rung: #{number} Our import stops: we are working on it"
    assert len(world.tickets) == 2
    assert len(world.thread(asked)) == 1
