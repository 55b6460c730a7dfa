"""A signing secret opens its own installation, and no other company's."""

import json
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from rung.channels.slack.connection import signature
from rung.channels.slack.models import SlackChannel, Workspace
from rung.intake.models import Received
from rung.people.vault import seal
from rung.tickets.models import Message, Ticket
from tests.fakes.slack.gateways import Answer
from tests.stories.slack.world import SlackWorld

THEIRS = "the secret of another company's app"


@pytest.fixture
def globex(world: SlackWorld) -> Workspace:
    """A second workspace of this desk, with an app of its own."""
    other = Workspace.objects.create(
        team="T0GLOBEX", name="Globex", app="A0GLOBEX", bot_user="U0BOT", bot="B0GLOBEX", signing_secret=seal(THEIRS)
    )
    signature.secrets.read()
    return other


def post(world: SlackWorld, path: str, body: bytes, content_type: str, secret: str = THEIRS) -> Answer:
    at = str(int(world.seconds()))
    signed = SignatureVerifier(secret).generate_signature(timestamp=at, body=body)
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": str(signed), "Content-Type": content_type}
    return world.over_http(f"http://testserver{path}", body, headers)


def message(world: SlackWorld, team: str, channel: str) -> bytes:
    said = {
        "type": "message", "channel": channel, "user": world.zoe.id, "text": "Please wire the money",
        "ts": f"{world.seconds():.6f}",
    }  # fmt: skip
    envelope = {"type": "event_callback", "event_id": "Ev1", "team_id": team, "authorizations": [{"team_id": team}]}
    return json.dumps({**envelope, "event": said}).encode()


def test_a_message_signed_by_another_workspace_is_refused(world: SlackWorld, globex: Workspace) -> None:
    answer = post(world, "/slack/events", message(world, world.team.id, world.shared.id), "application/json")
    world.settle()
    assert answer.status == 401
    assert not world.tickets
    assert not Received.objects.exists()


def test_what_another_workspace_says_of_a_channel_it_does_not_have_stays_there(
    world: SlackWorld, globex: Workspace
) -> None:
    answer = post(world, "/slack/events", message(world, globex.team, world.shared.id), "application/json")
    world.settle()
    assert answer.status == 200
    assert not world.tickets


def test_a_press_signed_by_another_workspace_does_nothing(world: SlackWorld, globex: Workspace) -> None:
    world.says(world.zoe, "The export is broken")
    card = world.cards("triage")[0]
    value = json.dumps({"ticket": Ticket.objects.get().number})
    button = {
        "type": "block_actions",
        "user": {"id": world.people["sam"].id, "team_id": world.team.id},
        "team": {"id": world.team.id},
        "channel": {"id": world.channels["triage"].id},
        "message": {"ts": card.ts, "bot_id": world.installation.bot_id},
        "trigger_id": "1.2",
        "actions": [{"action_id": "rung:take", "value": value, "action_ts": "1.0"}],
    }
    body = urlencode({"payload": json.dumps(button)}).encode()
    post(world, "/slack/interactive", body, "application/x-www-form-urlencoded")
    world.settle()
    assert Ticket.objects.get().assignee is None
    post(world, "/slack/interactive", body, "application/x-www-form-urlencoded", world.slack.state.app.signing_secret)
    assert Ticket.objects.get().assignee_id == "sam"


def test_a_command_signed_by_another_workspace_opens_nothing(world: SlackWorld, globex: Workspace) -> None:
    typed = {"command": "/ticket", "text": "Wire the money", "team_id": world.team.id, "user_id": world.zoe.id}
    body = urlencode(typed | {"channel_id": world.shared.id, "trigger_id": "1.3"}).encode()
    answer = post(world, "/slack/commands", body, "application/x-www-form-urlencoded")
    assert b"not connected" in answer.body
    assert not Message.objects.exists()


def test_one_app_in_two_workspaces_speaks_for_both(world: SlackWorld, globex: Workspace) -> None:
    Workspace.objects.filter(pk=globex.pk).update(signing_secret=world.workspace.signing_secret)
    SlackChannel.objects.create(workspace=globex, channel=world.shared.id, is_member=True)
    signature.secrets.read()
    secret = world.slack.state.app.signing_secret
    answer = post(world, "/slack/events", message(world, globex.team, world.shared.id), "application/json", secret)
    world.settle()
    assert answer.status == 200
    assert len(world.tickets) == 1
