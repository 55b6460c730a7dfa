"""An agent is whoever the desk, a channel of the policy or a group says is one; a customer everybody from outside."""

from __future__ import annotations

import pytest

from rung.channels.slack.blocks.button_values import Press
from rung.channels.slack.connection import connect, manifest
from rung.channels.slack.connection.connect import Connected, Secrets
from rung.channels.slack.interactive.button_actions import NOT_ALLOWED, WHO
from rung.channels.slack.models import Workspace
from rung.people.models import Agent, ContactMethod, Customer, Role
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Message as Written
from tests.fakes.slack.model import Message
from tests.stories.slack.world import SlackWorld


@pytest.fixture
def card(world: SlackWorld) -> Message:
    world.says(world.zoe, "Our import stops")
    return world.cards("triage")[0]


def test_a_member_of_the_triage_channel_is_an_agent_for_as_long_as_they_are_in_it(
    world: SlackWorld, card: Message
) -> None:
    triage, dan = world.channels["triage"], world.slack.user(world.team, "dan")
    world.slack.people.joins(dan, triage)
    world.settle()
    world.presses(dan, card, Press.TAKE)
    made = Agent.objects.get(email=dan.email)
    assert (world.tickets[0].assignee_id, made.role, made.level) == ("dan", Role.AGENT, "L1")
    world.passes(minutes=46)
    assert len(world.direct(dan)) == 1  # idle for 45 minutes, told where they are
    world.slack.people.leaves(dan, triage)
    world.settle()
    assert Agent.objects.get(handle="dan").is_active is False
    triage.members.add(dan.id)  # looks on, as somebody who was let in again without Slack having said so yet
    world.presses(dan, card, Press.RESOLVE)
    assert not world.slack.hands.has_modal(dan)
    world.slack.people.joins(dan, triage)
    world.settle()
    world.presses(dan, card, Press.RESOLVE)
    assert world.slack.hands.has_modal(dan)


def test_a_member_of_a_levels_channel_may_claim_there_and_their_words_are_answers(
    world: SlackWorld, card: Message
) -> None:
    fay = world.slack.user(world.team, "fay")
    world.channels["escalations"].members.add(fay.id)
    world.shared.members.add(fay.id)
    world.passes(minutes=61)
    world.presses(fay, world.cards("escalations")[0], Press.CLAIM)
    assert (world.tickets[0].assignee_id, world.tickets[0].level) == ("fay", "L2")
    world.says(fay, "Please restart it", thread=world.shared.top_level()[0])
    assert [event["by"] for event in world.events("answered")] == ["agent:fay"]


def test_a_user_group_makes_agents_and_unmakes_them(world: SlackWorld, card: Message) -> None:
    dan = world.slack.user(world.team, "dan")
    group = world.slack.usergroup(world.team, "support", dan)
    Workspace.objects.update(admits=False, agent_group=group)
    world.channels["triage"].members.add(dan.id)
    world.presses(dan, card, Press.TAKE)
    assert world.tickets[0].assignee_id == "dan"
    gone = {"type": "user_change", "user": {"id": dan.id, "deleted": True}, "event_ts": world.slack.state.new_ts()}
    world.slack.state.emit(gone, None, world.team.id)
    world.settle()
    assert Agent.objects.get(handle="dan").is_active is False
    world.presses(dan, card, Press.REPLY)  # Slack says that they are there all the same
    assert world.slack.hands.has_modal(dan)
    world.slack.hands.closes(dan)
    world.slack.people.regroups(group)
    world.settle()
    world.presses(dan, card, Press.RESOLVE)
    assert not world.slack.hands.has_modal(dan)
    assert world.said_to(dan, world.channels["triage"]) == [NOT_ALLOWED]


def test_guests_outsiders_bots_and_observers_are_let_in_by_no_channel(world: SlackWorld, card: Message) -> None:
    triage = world.channels["triage"]
    triage.shared_with.add(world.acme.id)
    guest = world.slack.user(world.team, "guest", is_ultra_restricted=True)
    reader = world.slack.user(world.team, "reader")
    Agent.objects.create_user(reader.email, handle="reader", name="Reader", role=Role.OBSERVER)
    left = world.slack.user(world.team, "left")
    Agent.objects.create_user(left.email, handle="left", name="Left", is_active=False)
    nameless = world.slack.user(world.team, "nameless", email=None)
    for user in (world.zoe, guest, reader, left, nameless):
        world.slack.people.joins(user, triage)
        world.settle()
        world.presses(user, card, Press.TAKE)
        assert world.said_to(user, triage) == [NOT_ALLOWED]
    assert world.tickets[0].assignee_id is None
    assert set(Agent.objects.values_list("handle", flat=True)) == {"sam", "ben", "ada", "carla", "reader", "left"}


def test_while_slack_cannot_say_who_is_in_the_channel_nobody_is_let_in_by_it(world: SlackWorld, card: Message) -> None:
    triage, dan = world.channels["triage"], world.slack.user(world.team, "dan")
    world.slack.people.joins(dan, triage)
    world.settle()
    world.slack.faults.server_error("conversations.members", times=None)
    world.presses(dan, card, Press.TAKE)
    assert world.tickets[0].assignee_id is None
    world.says(dan, "I have looked at it", triage, thread=card)
    assert not Written.objects.filter(text="I have looked at it").exists()  # it waits
    world.slack.faults.clear()
    world.passes(minutes=1)
    assert Written.objects.get(text="I have looked at it").author == "agent:dan"


def test_a_customer_is_asked_to_try_again_while_slack_cannot_say_who_they_are(world: SlackWorld) -> None:
    Workspace.objects.update(acknowledgement="We have it.")
    asked = world.says(world.zoe, "Our import stops")
    world.passes(minutes=70)
    world.slack.faults.server_error("users.info", times=None)
    world.presses(world.zoe, world.shared.thread(asked.ts)[-1], Press.ASK_ESCALATION)
    assert world.said_to(world.zoe, world.shared) == [WHO]
    assert [event["by"] for event in world.events("offered")] == ["rule:Nobody has answered"]


def test_in_a_channel_set_to_customers_our_own_people_ask_too(world: SlackWorld) -> None:
    dan = world.slack.user(world.team, "dan")
    helpdesk = world.slack.channel(world.team, "helpdesk", dan, world.slack.bot_of(world.installation))
    row = world.knows(helpdesk, watched=True)
    world.says(dan, "My laptop is dead", helpdesk)
    assert world.tickets == []
    row.colleagues = "customer"
    row.save()
    world.says(dan, "My laptop is dead", helpdesk)
    assert [str(ticket.requester) for ticket in world.tickets] == ["Dan"]


def test_a_mention_in_a_note_asks_the_specialist(world: SlackWorld, card: Message) -> None:
    ben = world.people["ben"].id
    world.says(world.people["sam"], f"<@{ben}> is it the lock again?", world.channels["triage"], thread=card)
    world.passes(seconds=3)
    assert Written.objects.get(direction="note").text == "@ben is it the lock again?"
    assert any("You know about this" in words for words in world.direct("ben"))
    assert len(world.shared.messages) == 1


def test_one_installation_serves_all_workspaces_of_an_organisation(world: SlackWorld) -> None:
    north, south = world.slack.team("North", "E0GRID"), world.slack.team("South", "E0GRID")
    kim = world.slack.user(south, "kim", grid_id="W0KIM")
    lee = world.slack.user(north, "lee")
    helpdesk = world.slack.channel(north, "helpdesk", kim, lee, world.zoe, shared_with=(south, world.acme))
    elsewhere = world.slack.channel(south, "south-only", kim)
    installation = world.slack.install_org("E0GRID", (north, south), helpdesk)
    secrets = Secrets(token=world.slack.token_of(installation), signing_secret=world.slack.state.app.signing_secret)
    done = connect.connect(secrets, world.now)
    assert isinstance(done, Connected)
    assert (done.workspace.team, done.workspace.is_org_wide) == ("E0GRID", True)
    assert set(done.workspace.teams) == {north.id, south.id}
    assert {row.channel for row in done.workspace.channels.all()} == {helpdesk.id, elsewhere.id}
    ContactMethod.objects.create(agent=Agent.objects.get(handle="sam"), channel="slack", address="E0GRID/W0KIM")
    row = done.workspace.channels.get(channel=helpdesk.id)
    connect.watch(row, world.now, customer=Customer.objects.get(name="Acme"))
    asked = world.says(world.zoe, "Our import stops", helpdesk)
    world.says(lee, "Is it plugged in?", helpdesk, thread=asked)  # of the organisation, but no agent
    assert [(ticket.inbox, str(ticket.requester), ticket.turn) for ticket in world.tickets] == [
        ("slack:E0GRID", "Zoe", "ours")
    ]
    actions.answer(
        world.tickets[0].number, MessageText(text="We look", author_name="Sam"), by="agent:sam", now=world.now
    )
    world.passes(seconds=3)
    assert world.thread(asked)[-1] == "Sam: We look"
    answered = helpdesk.thread(asked.ts)[-1]
    world.slack.hands.message_shortcut(kim, answered, "add_note")
    assert world.slack.hands.has_modal(kim)
    world.slack.hands.message_shortcut(lee, answered, "add_note")
    assert world.said_to(lee, helpdesk) == [NOT_ALLOWED]
    wanted = manifest.manifest("Rung", "http://desk.example", organisation=True)
    assert wanted["settings"]["org_deploy_enabled"] is True
    world.slack.configure(wanted, url="http://testserver")
    world.slack.state.emit({"type": "team_access_revoked", "team_ids": [south.id]}, None, "E0GRID")
    world.settle()
    done.workspace.refresh_from_db()
    assert done.workspace.teams == [north.id]
