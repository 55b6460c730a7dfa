"""Reminders go when they are no longer true; the handoff; two workspaces."""

from __future__ import annotations

import random

import pytest

from rung.channels.slack.blocks.button_values import Press
from rung.channels.slack.connection import connect
from rung.channels.slack.connection.connect import Connected, Secrets
from rung.channels.slack.events.catch_up import catch_up
from rung.people.models import Agent, ContactMethod, Customer
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Ticket
from tests.stories.slack.world import SlackWorld


def test_a_reminder_is_taken_away_when_the_customer_was_answered(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    card = world.cards("triage")[0]
    world.passes(minutes=31)
    assert len(world.thread(card)) == 2
    world.presses("sam", card, Press.REPLY)
    world.submits("sam", {"text": "Please restart it"})
    world.passes(seconds=5)
    assert len(world.thread(card)) == 1


def test_the_handoff_is_filled_in_from_what_was_said_and_tried(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops, no orders since midnight")
    world.says(world.people["sam"], "Please restart the agent", thread=asked)
    world.says(world.zoe, "Still broken", thread=asked)
    world.presses("sam", world.cards("triage")[0], Press.ESCALATE)
    view = world.slack.hands.modal(world.people["sam"]).payload
    filled = {one["block_id"]: one["element"].get("initial_value") for one in view["blocks"] if one["type"] == "input"}
    assert filled["handoff:tried"] == "- Please restart the agent"
    assert filled["handoff:impact"] == "Our import stops, no orders since midnight"
    world.submits("sam", {"target": "L2"})
    world.passes(seconds=2)
    assert "Tried: - Please restart the agent" in world.shown("escalations")[0]


def test_the_desk_lists_mine_unassigned_at_risk_and_escalated_in_that_order(world: SlackWorld) -> None:
    numbers = {}
    for who in ("escalated", "risky", "waiting", "mine"):
        told = actions.open_ticket(f"It is {who}", MessageText(text="x"), by="system", channel="api", now=world.now)
        numbers[who] = told.ticket
    world.settle()
    for who, agent in (("escalated", "ada"), ("risky", "ben"), ("mine", "sam")):
        actions.assign(numbers[who], agent, by="agent:carla", now=world.now)
    actions.escalate(numbers["escalated"], "L2", by="agent:ada", now=world.now)
    world.settle()
    Ticket.objects.filter(number=numbers["risky"]).update(at_risk_at=world.now)
    sam = world.people["sam"]
    world.slack.hands.command(sam, world.channels["triage"], "/desk")
    world.slack.hands.opens_home(sam)
    world.settle()
    home = world.slack.screen.blocks(world.slack.hands.home(sam).payload["blocks"])
    for shown in ("\n".join(home), world.said_to("sam", world.channels["triage"])[-1]):
        wanted = ("Mine (1)", "It is mine", "Unassigned (1)", "It is waiting", "At risk (1)", "It is risky")
        places = [shown.index(words) for words in (*wanted, "Escalated", "It is escalated")]
        assert places == sorted(places)


def test_what_goes_beyond_the_budget_is_one_message_later(world: SlackWorld) -> None:
    for index in range(9):
        told = actions.open_ticket(f"Ticket {index}", MessageText(text="x"), by="system", channel="api", now=world.now)
        world.settle()
        actions.assign(told.ticket, "sam", by="agent:sam", now=world.now)
    world.passes(minutes=47)  # silent for 45 minutes: nine messages, and the budget is six an hour
    assert len(world.direct("sam")) == 6
    world.passes(minutes=60)
    *alone, digest = world.direct("sam")
    assert len(alone) == 6
    told = [ticket.number for ticket in world.tickets if any(f"#{ticket.number} " in words for words in alone)]
    assert all(f"#{ticket.number} " in digest for ticket in world.tickets if ticket.number not in told)


def test_two_workspaces_of_one_desk_do_not_get_in_each_others_way(world: SlackWorld) -> None:
    other = world.slack.team("Second")
    kim = world.slack.user(other, "kim", is_restricted=True)
    support = world.slack.channel(other, "support", kim)
    installation = world.slack.install(other, support)
    secrets = Secrets(token=world.slack.token_of(installation), signing_secret=world.slack.state.app.signing_secret)
    done = connect.connect(secrets, world.now)
    assert isinstance(done, Connected)
    row = done.workspace.channels.get(channel=support.id)
    globex = Customer.objects.create(name="Globex")
    assert connect.watch(row, world.now, customer=globex) == ""
    asked = world.says(kim, "Invoices are wrong", support)
    world.says(world.zoe, "Our import stops")
    assert [(ticket.inbox, str(ticket.customer)) for ticket in world.tickets] == [
        (f"slack:{other.id}", "Globex"),
        (f"slack:{world.team.id}", "Acme"),
    ]
    actions.answer(
        world.tickets[0].number, MessageText(text="We look", author_name="Sam"), by="agent:sam", now=world.now
    )
    world.passes(seconds=3)
    assert world.thread(asked)[-1] == "Sam: We look"
    assert len(world.shared.messages) == 1


@pytest.mark.parametrize("order", [None, random.Random(3)])
def test_a_channel_that_two_of_our_workspaces_share_is_one_queue(
    world: SlackWorld, order: random.Random | None
) -> None:
    other = world.slack.team("Second")
    kim, lee = world.slack.user(other, "kim"), world.slack.user(other, "lee")
    installation = world.slack.install(other, world.shared)
    world.shared.shared_with.add(other.id)
    world.shared.members |= {kim.id, lee.id}
    world.slack.deliveries.each_hears, world.slack.deliveries.shuffled = True, order
    secrets = Secrets(token=world.slack.token_of(installation), signing_secret=world.slack.state.app.signing_secret)
    done = connect.connect(secrets, world.now)
    assert isinstance(done, Connected)
    connect.watch(done.workspace.channels.get(channel=world.shared.id), world.now)
    ContactMethod.objects.create(agent=Agent.objects.get(handle="ben"), channel="slack", address=f"{other.id}/{kim.id}")
    asked = world.says(world.zoe, "Our import stops")
    world.slack.people.edits(world.zoe, asked, "Our import stops at ten")
    world.settle()
    world.says(lee, "Is it plugged in?", thread=asked)  # of our second workspace: a colleague, no customer
    [ticket] = world.tickets
    assert (ticket.inbox, str(ticket.customer), ticket.turn) == (f"slack:{world.team.id}", "Acme", "ours")
    assert [f"{one.direction}: {one.text}" for one in ticket.messages.order_by("pk")] == [
        "inbound: Our import stops",
        "inbound: (edited) Our import stops at ten",
        "note: Is it plugged in?",
    ]
    world.says(kim, "Please restart it", thread=asked)
    world.passes(seconds=3)
    assert [event["by"] for event in world.events("answered")] == ["agent:ben"]
    assert len(world.cards("triage")) == 1
    assert len(world.shared.messages) == 3
    assert sum(one.new for one in catch_up(world.now)) == 0
    world.settle()
    assert len(world.tickets) == 1


def test_an_agent_may_give_their_slack_id_alone(world: SlackWorld) -> None:
    ContactMethod.objects.filter(agent__handle="sam").update(address=world.people["sam"].id)
    world.says(world.zoe, "Our import stops")
    world.presses("sam", world.cards("triage")[0], Press.TAKE)
    assert world.tickets[0].assignee_id == "sam"
    world.passes(minutes=46)
    assert len(world.direct("sam")) == 1


def test_an_account_that_two_agents_claim_is_nobodys(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    address = f"{world.team.id}/{world.people['sam'].id}"
    ContactMethod.objects.create(agent=Agent.objects.get(handle="ben"), channel="slack", address=address)
    world.presses("sam", world.cards("triage")[0], Press.TAKE)
    assert world.tickets[0].assignee_id is None
