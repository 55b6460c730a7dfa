"""Every button works for agents, and is refused to customers."""

from __future__ import annotations

import pytest

from rung.channels.slack.blocks.button_values import About, Press, write
from rung.channels.slack.interactive.button_actions import NOT_ALLOWED
from rung.people.models import Agent
from tests.fakes.slack.model import Message
from tests.stories.slack.world import SlackWorld


@pytest.fixture
def card(world: SlackWorld) -> Message:
    world.says(world.zoe, "The nightly import stops after ten rows")
    return world.cards("triage")[0]


def more(world: SlackWorld, press: Press) -> str:
    """The value of an option behind the three dots."""
    return write(About(world.tickets[0].number, what=press))


def text(world: SlackWorld) -> str:
    return world.shown("triage")[0]


def test_take_it(world: SlackWorld, card: Message) -> None:
    world.presses("sam", card, Press.TAKE)
    world.passes(seconds=3)
    assert world.tickets[0].assignee_id == "sam"
    assert "L1 of support · Sam Miller" in text(world)
    assert "[Take it]" not in text(world)


def test_reply_reaches_the_customer_in_their_thread_under_the_agents_name(world: SlackWorld, card: Message) -> None:
    world.presses("sam", card, Press.REPLY)
    view = world.slack.hands.modal(world.people["sam"])
    shown = "\n".join(world.slack.screen.blocks(view.payload["blocks"]))
    assert "Acme will see this where they wrote, under your name." in shown
    assert "> The nightly import stops after ten rows" in shown
    world.submits("sam", {"text": "Please *restart* it: https://docs.example/restart <!channel>"})
    world.passes(seconds=2)
    asked = world.shared.top_level()[0]
    assert world.thread(asked) == [
        "zoe: The nightly import stops after ten rows",
        "Sam Miller: Please restart it: https://docs.example/restart <!channel>",  # Markdown: restart is stressed
    ]
    assert world.shared.thread(asked.ts)[1].pings == frozenset()
    assert world.tickets[0].turn == "customer"


def test_a_canned_answer_fills_the_field_and_can_still_be_changed(world: SlackWorld, card: Message) -> None:
    world.presses("sam", card, Press.REPLY)
    sam = world.people["sam"]
    world.slack.hands.presses_modal(sam, Press.CANNED, value="still-there")
    [field] = [one for one in world.slack.hands.modal(sam).payload["blocks"] if one["type"] == "input"][:1]
    assert field["element"]["initial_value"].startswith("Hi Zoe, is this still a problem")
    world.submits("sam", {"text": "Hi Zoe, which rows?"})
    world.passes(seconds=2)
    assert world.thread(world.shared.top_level()[0])[-1] == "Sam Miller: Hi Zoe, which rows?"


def test_keeping_the_turn_is_a_tick(world: SlackWorld, card: Message) -> None:
    world.presses("sam", card, Press.REPLY)
    world.submits("sam", {"text": "More in a moment", "keep": ["keep"]})
    assert world.tickets[0].turn == "ours"


def test_escalate_names_what_is_missing_and_the_offer_can_be_claimed(world: SlackWorld, card: Message) -> None:
    world.presses("sam", card, Press.ESCALATE)
    labels = "\n".join(world.slack.screen.blocks(world.slack.hands.modal(world.people["sam"]).payload["blocks"]))
    assert "Tried – asked for, still missing" in labels
    world.submits("sam", {"target": "L2", "reason": "complexity", "impact": "No orders", "note": "Needs the database"})
    world.passes(seconds=3)
    [escalation] = world.cards("escalations")
    shown = world.shown("escalations")[0]
    for words in ("Too complex for this level", "asked by Sam Miller", "Impact: No orders", "Tried: missing"):
        assert words in shown
    world.presses("ben", escalation, Press.CLAIM)
    world.passes(seconds=5)
    assert (world.tickets[0].assignee_id, world.tickets[0].level) == ("ben", "L2")
    [line] = world.shown("escalations")
    assert line.endswith("The nightly import stops after ten rows – Claimed by ben at L2")
    assert "\n" not in line
    assert "offered to" not in text(world)


def test_a_return_needs_a_reason_and_the_ticket_stays_where_it_was(world: SlackWorld, card: Message) -> None:
    world.presses("sam", card, Press.ESCALATE)
    world.submits("sam", {"target": "L2"})
    world.passes(seconds=3)
    world.presses("ben", world.cards("escalations")[0], Press.RETURN)
    world.submits("ben", {"reason": "Which customer id?"})
    world.passes(seconds=5)
    assert world.tickets[0].level == "L1"
    assert "Returned by ben" in world.shown("escalations")[0]
    assert any("was returned" in words for words in world.direct("sam"))


def test_a_level_nobody_can_be_reached_at_is_said_first_then_obeyed(world: SlackWorld, card: Message) -> None:
    Agent.objects.filter(handle="ben").update(is_active=False)
    world.presses("sam", card, Press.ESCALATE)
    world.submits("sam", {"target": "L2"})
    sam = world.people["sam"]
    shown = "\n".join(world.slack.screen.blocks(world.slack.hands.modal(sam).payload["blocks"]))
    assert "Nobody can be reached at L2 now." in shown
    world.submits("sam")
    world.passes(seconds=3)
    assert len(world.cards("escalations")) == 1


def test_assign_priority_category_snooze_and_not_a_ticket(world: SlackWorld, card: Message) -> None:
    for press, values in (
        (Press.ASSIGN, {"agent": "ben"}),
        (Press.PRIORITY, {"priority": "urgent"}),
        (Press.CATEGORY, {"category": "billing"}),
        (Press.SNOOZE, {"until": "4h"}),
    ):
        world.presses("sam", card, Press.MORE, value=more(world, press))
        world.submits("sam", values)
        world.passes(seconds=2)
    [ticket] = world.tickets
    assert (ticket.assignee_id, ticket.priority, ticket.category) == ("ben", "urgent", "billing")
    assert ticket.snoozed_until is not None
    assert "urgent (set by sam) · billing" in text(world)
    world.presses("sam", card, Press.MORE, value=more(world, Press.NOT_A_TICKET))
    world.passes(seconds=3)
    assert world.tickets[0].status == "closed"
    assert "[" not in text(world)


def test_resolve_tells_the_customer_and_writing_again_opens_it(world: SlackWorld, card: Message) -> None:
    world.presses("sam", card, Press.RESOLVE)
    world.submits("sam", {"text": "A lock was removed."})
    world.passes(seconds=3)
    assert world.tickets[0].status == "resolved"
    asked = world.shared.top_level()[0]
    assert "A lock was removed." in "\n".join(world.thread(asked))
    world.says(world.zoe, "It stopped again", thread=asked)
    world.passes(seconds=3)
    assert [(ticket.status, ticket.turn) for ticket in world.tickets] == [("open", "ours")]


def test_no_button_and_no_window_is_a_customers(world: SlackWorld, card: Message) -> None:
    world.passes(minutes=61)
    guest = world.slack.user(world.team, "guest", is_restricted=True)
    triage, escalations = world.channels["triage"], world.channels["escalations"]
    offer = world.cards("escalations")[0]
    behind_dots = [Press.ASSIGN, Press.PRIORITY, Press.CATEGORY, Press.SNOOZE, Press.NOT_A_TICKET]
    before = world.differences(), world.tickets[0].changed_at
    for user in (world.zoe, guest):
        for channel in (triage, escalations):
            channel.members.add(user.id)
            channel.shared_with.add(world.acme.id)
        for press in (Press.REPLY, Press.ESCALATE, Press.RESOLVE):
            world.presses(user, card, press)
        for press in behind_dots:
            world.presses(user, card, Press.MORE, value=more(world, press))
        for press in (Press.CLAIM, Press.RETURN):
            world.presses(user, offer, press)
        assert not world.slack.hands.has_modal(user)
        assert world.said_to(user, triage) == [NOT_ALLOWED] * 8
        assert world.said_to(user, escalations) == [NOT_ALLOWED] * 2
    world.presses("sam", card, Press.RESOLVE)
    window = world.slack.hands.modal(world.people["sam"])
    window.user_id = world.zoe.id  # as if the window of an agent had come to a customer
    refused = world.slack.hands.submits(world.zoe, {})
    assert NOT_ALLOWED in str(refused.json["view"])
    assert (world.differences(), world.tickets[0].changed_at) == before


def test_an_agent_who_was_deactivated_may_not_press(world: SlackWorld, card: Message) -> None:
    Agent.objects.filter(handle="sam").update(is_active=False)
    world.presses("sam", card, Press.TAKE)
    assert world.tickets[0].assignee_id is None
    assert world.said_to("sam", world.channels["triage"]) == [NOT_ALLOWED]


def test_nobody_may_press_while_slack_cannot_say_who_they_are(world: SlackWorld, card: Message) -> None:
    world.slack.faults.server_error("users.info", times=None)
    world.presses("sam", card, Press.TAKE)
    assert world.tickets[0].assignee_id is None


def test_pressed_twice_it_is_done_once(world: SlackWorld, card: Message) -> None:
    for _ in range(2):  # the card is edited only afterwards
        world.slack.hands.presses(world.people["sam"], card, Press.TAKE)
    world.settle()
    assert len(world.events("assigned")) == 1
    assert world.said_to("sam", world.channels["triage"]) == ["It is yours already."]


def test_a_window_that_came_too_late_says_so(world: SlackWorld, card: Message) -> None:
    world.slack.faults.error("views.open", "expired_trigger_id")
    world.presses("sam", card, Press.REPLY)
    assert world.said_to("sam", world.channels["triage"]) == ["That took too long; please press again."]
