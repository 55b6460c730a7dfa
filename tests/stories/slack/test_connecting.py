"""Connecting a workspace, catching up after an outage, the doctor, and Socket Mode."""

from __future__ import annotations

import threading
import time

import pytest
from typer.testing import CliRunner

from rung.channels.slack import background, command, doctor
from rung.channels.slack.connection import connect
from rung.channels.slack.connection.connect import Connected, NotConnected, Secrets
from rung.channels.slack.events.catch_up import catch_up
from rung.channels.slack.models import SlackChannel, Workspace
from rung.people.vault import seal
from tests.stories.slack.test_coming_in import texts
from tests.stories.slack.world import SlackWorld


def test_a_workspace_is_connected_with_its_channels(world: SlackWorld) -> None:
    team = world.slack.team("Second Desk")
    general = world.slack.channel(team, "general")
    installation = world.slack.install(team, general)
    secrets = Secrets(token=world.slack.token_of(installation), signing_secret="s")
    done = connect.connect(secrets, world.now)
    assert isinstance(done, Connected)
    assert (done.workspace.name, done.channels, done.missing) == ("Second Desk", 1, {})
    row = SlackChannel.objects.get(channel=general.id)
    assert (row.name, row.is_member, row.watched) == ("general", True, False)
    assert "xoxb" not in done.workspace.token


@pytest.mark.parametrize(
    ("secrets", "why"),
    [
        (Secrets(token="xapp-1", signing_secret="s"), 'The bot token begins with "xoxb-"'),
        (Secrets(token="xoxb-1"), "Give the signing secret"),
        (Secrets(token="xoxb-1", app_token="xoxb-1"), 'The app-level token begins with "xapp-"'),
        (Secrets(token="xoxb-1", signing_secret="s", client_id="1"), "With token rotation"),
        (Secrets(token="xoxb-wrong", signing_secret="s"), "Slack: the token is not valid any more"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(world: SlackWorld, secrets: Secrets, why: str) -> None:
    done = connect.connect(secrets, world.now)
    assert isinstance(done, NotConnected)
    assert done.why.startswith(why)


def test_missing_permissions_are_named_with_what_they_are_for(world: SlackWorld) -> None:
    world.installation.scopes = world.installation.scopes - {"files:read"}
    done = connect.connect(Secrets(token=world.slack.token_of(world.installation), signing_secret="s"), world.now)
    assert isinstance(done, Connected)
    assert done.missing == {"files:read": "takes over files that customers attach"}


def test_connecting_again_after_an_uninstall_switches_the_inbox_on(world: SlackWorld) -> None:
    world.slack.uninstall(world.installation)
    world.settle()
    world.installation.active = True
    secrets = Secrets(
        token=world.slack.token_of(world.installation), signing_secret=world.slack.state.app.signing_secret
    )
    assert isinstance(connect.connect(secrets, world.now), Connected)
    world.says(world.zoe, "Our import stops")
    assert len(world.tickets) == 1


def test_watching_a_channel_lets_the_app_join_it(world: SlackWorld) -> None:
    fresh = world.slack.channel(world.team, "newcomer", world.zoe, shared_with=(world.acme,))
    secret = world.slack.channel(world.team, "secret", world.zoe, kind="private")
    assert connect.watch(world.knows(fresh, is_member=False), world.now) == ""
    assert world.installation.bot_user_id in fresh.members
    told = connect.watch(world.knows(secret, is_member=False), world.now)
    assert told == "Invite the app to #secret: write /invite there."
    world.says(world.zoe, "Our import stops", fresh)
    assert len(world.tickets) == 1


def test_what_was_written_while_events_were_lost_is_fetched(world: SlackWorld) -> None:
    first = world.says(world.zoe, "Our import stops")
    catch_up(world.now)
    bot = world.slack.bot_of(world.installation)
    direct = world.slack.people.direct(world.max, bot)
    world.passes(minutes=20)
    world.slack.deliveries.lost = True
    world.slack.people.says(world.max, world.shared, "Invoices are wrong")
    world.slack.people.says(world.zoe, world.shared, "row 10", thread=first)
    world.slack.people.says(world.people["sam"], world.shared, "We look", thread=first)
    world.slack.people.says(world.max, direct, "And I cannot log in")
    world.slack.deliveries.lost = False
    world.settle()
    assert len(world.tickets) == 1
    world.passes(minutes=5)
    found = catch_up(world.now)
    world.settle()
    assert sum(one.new for one in found) == 4
    assert {ticket.subject for ticket in world.tickets} == {
        "Our import stops",
        "Invoices are wrong",
        "And I cannot log in",
    }
    assert len(world.events("answered")) == 1
    assert sum(one.new for one in catch_up(world.now)) == 0
    assert len(world.tickets) == 3


@pytest.mark.slow
def test_edits_and_deletions_nobody_told_us_of_are_found(world: SlackWorld) -> None:
    people, sam = world.slack.people, world.people["sam"]
    asked = world.says(world.zoe, "Our import stops")
    more = world.says(world.zoe, "It is row ten")
    reply = world.says(world.zoe, "And exports", thread=asked)
    early = world.says(world.max, "Same here", thread=asked)
    answer = world.says(sam, "Try again", thread=asked)
    people.edits(world.max, early, "Same here, since noon")
    world.settle()
    catch_up(world.now)
    [ticket] = world.tickets
    before = texts(world, ticket.number)
    assert before[-1] == "inbound: (edited) Same here, since noon"
    world.passes(days=2)
    world.slack.deliveries.lost = True
    people.edits(world.zoe, asked, "Our import and export stop")
    people.deletes(world.zoe, more)
    people.deletes(world.zoe, reply)
    people.edits(sam, answer, "Try again at ten")
    world.slack.deliveries.lost = False
    [found] = [one for one in catch_up(world.now) if one.corrected]
    world.settle()
    assert (found.channel, found.new, found.corrected) == ("#acme-support", 0, 4)
    after = texts(world, ticket.number)
    assert {text for text in after if text not in before and not text.startswith("public")} == {
        "inbound: (edited) Our import and export stop",
        "note: Deleted in Slack by its author: “It is row ten”",
        "note: Deleted in Slack by its author: “And exports”",
        "note: (edited) Try again at ten",
    }
    assert set(before) <= set(after)
    assert sum(one.corrected for one in catch_up(world.now)) == 0
    world.settle()
    assert texts(world, ticket.number) == after


def test_catching_up_waits_as_long_as_slack_asks_and_loses_its_place_to_nothing(world: SlackWorld) -> None:
    world.slack.deliveries.lost = True
    world.slack.people.says(world.zoe, world.shared, "Our import stops")
    waited: list[float] = []
    world.slack.faults.rate_limited("conversations.history", retry_after=30)
    catch_up(world.now, sleep=waited.append)
    assert waited == [30]
    SlackChannel.objects.update(read_to="")
    world.slack.faults.server_error("conversations.history")
    [failed] = [one for one in catch_up(world.now) if one.problem]
    assert failed.channel == "#acme-support"
    world.settle()
    assert len(world.tickets) == 1


def test_the_doctor_finds_nothing_on_a_healthy_desk(world: SlackWorld) -> None:
    assert doctor.findings(world.now) == []


def test_the_doctor_names_what_is_wrong_and_who_can_mend_it(world: SlackWorld) -> None:
    world.installation.scopes = world.installation.scopes - {"files:read"}
    world.shared.archived = True
    world.people["ben"].deleted = True
    world.channels["leads"].members.discard(world.installation.bot_user_id)
    SlackChannel.objects.filter(name="leads").update(is_member=False)
    SlackChannel.objects.filter(name="billing").delete()
    Workspace.objects.update(agent_group="S0GONE", agent_group_name="support")
    found = "\n".join(doctor.findings(world.now))
    for words in (
        "the permission files:read is missing (takes over files",
        "#acme-support is watched but archived",
        "Ben Miller's Slack account is deactivated",
        "The app is not in #leads, which the policy names for level management",
        "there is no user group @support any more",
        "The policy names #billing for level billing, and no connected workspace has it",
    ):
        assert words in found
    later = world.now.replace(hour=world.now.hour + 1)
    assert any("clock differs from Slack's by 3600 s" in one for one in doctor.findings(later))


def test_the_command_prints_the_manifest_and_says_what_it_needs(world: SlackWorld) -> None:
    run = CliRunner().invoke
    printed = run(command.commands, ["manifest", "--url", "https://desk.example.com"])
    assert '"request_url": "https://desk.example.com/slack/events"' in printed.output
    refused = run(command.commands, ["manifest", "--url", "http://desk.example.com"])
    assert refused.exit_code != 0
    assert "Slack calls only https addresses" in str(refused.exception or refused.output)
    assert "#acme-support" in run(command.commands, ["channels"]).output
    assert "messages read" in run(command.commands, ["reconcile"]).output


def test_behind_a_firewall_everything_comes_through_the_socket(world: SlackWorld) -> None:
    socket = world.slack.use_socket()
    Workspace.objects.update(app_token=seal(world.slack.state.app.app_token), signing_secret="")
    world.slack.deliveries.lost = True
    world.slack.people.says(world.max, world.shared, "Invoices are wrong")  # while the desk was down
    world.slack.deliveries.lost = False
    stop = threading.Event()
    beside = threading.Thread(target=background.run, args=(stop,))
    beside.start()
    try:
        assert socket.wait_for(lambda connections: connections == 1)
        world.says(world.zoe, "Our import stops")
        deadline = time.monotonic() + 60
        while len(world.tickets) < 2 and time.monotonic() < deadline:
            world.settle()
            time.sleep(0.05)
        world.passes(seconds=2)
        assert {ticket.subject for ticket in world.tickets} == {"Our import stops", "Invoices are wrong"}
        [card] = [one for one in world.cards("triage") if "import" in one.text]
        world.presses("sam", card, "rung:reply")
        world.submits("sam", {"text": "We look"})
        world.passes(seconds=2)
        assert world.thread(world.shared.top_level()[1])[-1] == "Sam Miller: We look"
    finally:
        stop.set()
        beside.join(timeout=10)
    assert not beside.is_alive()
