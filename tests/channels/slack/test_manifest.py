"""The manifest asks for what the desk needs, and the fake Slack that is set up by it serves the desk."""

import json

import pytest

from rung.channels.slack.connection import manifest as m
from tests.fakes.slack import FakeSlack


def test_over_http_every_address_is_the_desks() -> None:
    found = m.manifest("Rung", "https://desk.example.com/")
    settings = found["settings"]
    assert settings["event_subscriptions"]["request_url"] == "https://desk.example.com/slack/events"
    assert settings["interactivity"]["request_url"] == "https://desk.example.com/slack/interactive"
    assert {one["url"] for one in found["features"]["slash_commands"]} == {"https://desk.example.com/slack/commands"}


def test_in_socket_mode_there_are_no_addresses() -> None:
    text = m.as_text(m.manifest("Rung", "", socket_mode=True))
    assert "http" not in text
    assert json.loads(text)["settings"]["socket_mode_enabled"] is True


def test_missing_permissions_are_named_with_their_purpose() -> None:
    assert m.missing_scopes(frozenset(m.SCOPES) - {"files:read"}) == {"files:read": m.SCOPES["files:read"]}


@pytest.mark.parametrize("event", ["message.channels", "message.groups", "message.im"])
def test_each_event_has_the_permission_it_needs(event: str) -> None:
    slack = FakeSlack()
    try:
        slack.configure(m.manifest("Rung", "https://desk.example.com"))
        team = slack.team("Desk")
        ann = slack.user(team, "ann")
        slack.install(team)
        kinds = {"message.channels": "channel", "message.groups": "private", "message.im": "im"}
        channel = slack.channel(team, "x", ann, slack.bot_of(slack.state.installations[team.id]), kind=kinds[event])
        slack.people.says(ann, channel, "hello")
        assert len(slack.deliveries.waiting) == 1
    finally:
        slack.close()
