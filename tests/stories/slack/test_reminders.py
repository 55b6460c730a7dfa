"""A reminder reaches a person, stands with its card, and goes with it; a direct message can be acted on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings

from rung.channels.slack.connection import connect
from rung.channels.slack.connection.connect import Secrets
from rung.channels.slack.connection.disconnect import switch_off
from rung.outbox.models import Delivery
from rung.people.models import ContactMethod
from rung.tickets import actions
from tests.fakes.slack.model import Message
from tests.reference import REFERENCE
from tests.stories.slack.world import SlackWorld, slack_world


def reminders(world: SlackWorld) -> list[Message]:
    return [one for one in world.channels["triage"].messages.values() if "still needs" in one.text]


def test_a_reminder_calls_those_of_the_team_who_are_there(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    world.passes(minutes=31)
    [reminder] = reminders(world)
    assert reminder.pings == {world.people["sam"].id}
    assert "[normal]" not in reminder.text


def test_a_reminder_calls_the_user_group_that_is_called_like_the_team(world: SlackWorld) -> None:
    group = world.slack.usergroup(world.team, "frontline", world.people["sam"])
    world.says(world.zoe, "Our import stops")
    world.passes(minutes=31)
    [reminder] = reminders(world)
    assert reminder.pings == {group}


def test_where_nobody_can_be_named_everybody_who_looks_is_called(world: SlackWorld) -> None:
    ContactMethod.objects.filter(agent__handle="sam").delete()
    world.says(world.zoe, "Our import stops")
    world.passes(minutes=31)
    [reminder] = reminders(world)
    assert reminder.pings == {"here"}
    assert reminder.subtype == "thread_broadcast"


@pytest.fixture
def silent(transactional_db: None, settings: LazySettings) -> Iterator[SlackWorld]:
    with slack_world(settings, REFERENCE.replace("remind: triage", "remind: {to: triage, call: nobody}")) as made:
        yield made


def test_a_policy_may_want_it_silent(silent: SlackWorld) -> None:
    silent.says(silent.zoe, "Our import stops")
    silent.passes(minutes=31)
    [reminder] = reminders(silent)
    assert reminder.pings == frozenset()
    assert reminder.thread_ts == silent.cards("triage")[0].ts


def test_a_reminder_waits_for_a_card_that_is_late_and_goes_with_it(world: SlackWorld) -> None:
    late = world.slack.faults.error("chat.postMessage", "service_unavailable", times=None)
    world.says(world.zoe, "Our import stops")
    world.passes(minutes=32)
    world.slack.faults.waiting.remove(late)
    world.passes(minutes=5)
    [reminder] = reminders(world)
    assert reminder.thread_ts == world.cards("triage")[0].ts
    actions.assign(world.tickets[0].number, "sam", by="agent:sam", now=world.now)
    world.presses("sam", world.cards("triage")[0], "rung:resolve")
    world.submits("sam", {"text": "Removed a lock"})
    world.passes(minutes=1)
    assert reminders(world) == []


def test_a_direct_message_says_what_the_customer_wants_and_by_when_and_can_be_acted_on(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    actions.assign(world.tickets[0].number, "sam", by="agent:ben", now=world.now)
    world.passes(seconds=5)
    [told] = world.direct("sam")
    assert "> Our import stops" in told
    assert "first answer due" in told
    assert "[Reply]" in told
    direct = world.slack.people.direct(world.people["sam"], world.slack.bot_of(world.installation))
    world.presses("sam", direct.top_level()[0], "rung:reply")
    world.submits("sam", {"text": "We look"})
    assert world.tickets[0].turn == "customer"


def test_the_home_tab_says_when_what_is_due_also_where_a_target_was_missed(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    world.passes(hours=3)
    world.slack.hands.opens_home(world.people["sam"])
    world.settle()
    shown = "\n".join(world.slack.screen.blocks(world.slack.hands.home(world.people["sam"]).payload["blocks"]))
    assert "target missed" in shown
    assert "overdue since" not in shown
    assert "solution due" in shown


def test_the_resolve_window_shows_what_the_customer_will_read(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    card = world.cards("triage")[0]
    world.presses("sam", card, "rung:resolve")
    blocks = world.slack.hands.modal(world.people["sam"]).payload["blocks"]
    [field] = [one for one in blocks if one["type"] == "input"]
    said = field["element"]["initial_value"]
    assert "we believe this is solved: {resolution}" in said
    refused = world.submits("sam")  # the gap is the agent's to fill: nothing is invented
    assert "resolution" in refused.body.decode()
    world.submits("sam", {"text": said.replace("{resolution}", "we removed a lock")})
    world.passes(seconds=5)
    assert "we believe this is solved: we removed a lock" in world.thread(asked)[-1]


def test_what_is_said_without_an_agent_invents_nothing(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    actions.resolve(world.tickets[0].number, by="agent:sam", now=world.now)
    world.passes(seconds=5)
    assert "we believe this is solved. How did we do?" in world.thread(asked)[-1]
    assert "cause" not in world.thread(asked)[-1]


def test_cards_that_found_no_way_while_the_app_was_removed_go_out_when_it_is_back(world: SlackWorld) -> None:
    world.slack.faults.error("chat.postMessage", "service_unavailable", times=None)
    for number in range(4):
        world.says(world.zoe, f"Import {number} stops")
        world.now += timedelta(minutes=11)
    switch_off(world.team.id, "Slack: the app was removed", world.now)
    world.passes(minutes=10)
    world.slack.faults.clear()
    world.says(world.max, "Written while it was off")
    assert world.cards("triage") == []
    secrets = Secrets(
        token=world.slack.token_of(world.installation), signing_secret=world.slack.state.app.signing_secret
    )
    connect.connect(secrets, world.now)
    world.passes(minutes=30)
    open_tickets = [ticket for ticket in world.tickets if ticket.status == "open"]
    assert len(world.cards("triage")) == len(open_tickets)
    assert Delivery.objects.filter(kind="triage_card").exclude(external_id="").count() == len(open_tickets)
