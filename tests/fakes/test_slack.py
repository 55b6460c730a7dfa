"""The fake Slack, driven by the genuine slack_sdk: what it remembers, what it refuses, and how it misbehaves."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.errors import ImpossibleError
from tests.fakes.slack.model import Channel, Installation, User


@dataclass
class Clock:
    now: float = 1_794_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Place:
    """A desk's workspace, a customer's, and a channel they share."""

    slack: FakeSlack
    clock: Clock
    installation: Installation
    client: WebClient
    ann: User
    zoe: User
    triage: Channel
    shared: Channel


@pytest.fixture
def place() -> Iterator[Place]:
    clock = Clock()
    slack = FakeSlack(clock)
    ours, theirs = slack.team("Rung Desk"), slack.team("Acme")
    ann, zoe = slack.user(ours, "ann"), slack.user(theirs, "zoe")
    triage = slack.channel(ours, "triage", ann)
    shared = slack.channel(ours, "acme", ann, zoe, shared_with=(theirs,))
    installation = slack.install(ours, triage, shared)
    client = WebClient(slack.token_of(installation), base_url=slack.api_url, retry_handlers=[], timeout=2)
    yield Place(slack, clock, installation, client, ann, zoe, triage, shared)
    slack.close()


def error_of(call: object, **arguments: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)  # type: ignore[operator]
    return str(caught.value.response["error"])


def test_a_message_is_posted_edited_answered_and_deleted(place: Place) -> None:
    posted = place.client.chat_postMessage(channel=place.triage.id, text="Hello <@" + place.ann.id + ">")
    assert place.slack.screen.channel(place.triage) == ["rung: Hello @ann"]
    assert place.triage.messages[posted["ts"]].pings == {place.ann.id}
    place.client.chat_update(channel=place.triage.id, ts=posted["ts"], text="Changed")
    place.client.chat_postMessage(channel=place.triage.id, text="below", thread_ts=posted["ts"])
    assert place.slack.screen.thread(place.triage.messages[posted["ts"]]) == ["rung: Changed", "rung: below"]
    replies = place.client.conversations_replies(channel=place.triage.id, ts=posted["ts"])
    assert [one["text"] for one in replies["messages"]] == ["Changed", "below"]
    place.client.chat_delete(channel=place.triage.id, ts=posted["ts"])
    assert place.slack.screen.channel(place.triage) == ["rung: This message was deleted."]


def test_metadata_is_given_back_only_when_asked_for(place: Place) -> None:
    metadata = {"event_type": "rung_delivery", "event_payload": {"key": "k1"}}
    place.client.chat_postMessage(channel=place.triage.id, text="card", metadata=metadata)
    plain = place.client.conversations_history(channel=place.triage.id)["messages"]
    told = place.client.conversations_history(channel=place.triage.id, include_all_metadata=True)["messages"]
    assert "metadata" not in plain[0]
    assert told[0]["metadata"] == metadata


def test_updating_with_text_alone_takes_the_blocks_away(place: Place) -> None:
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "in a block"}}]
    posted = place.client.chat_postMessage(channel=place.triage.id, text="fallback", blocks=blocks)
    place.client.chat_update(channel=place.triage.id, ts=posted["ts"], text="only text")
    assert place.triage.messages[posted["ts"]].blocks == []


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}], "3001 characters"),
        ([{"type": "divider"}] * 51, "51 blocks"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "plain_text"),
        (
            [{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "y" * 76}}]}],
            "76 characters",
        ),
        ([{"type": "context", "elements": []}], "0 elements"),
        ([{"type": "section", "text": {"type": "plain_text", "text": "a"}, "colour": "red"}], "no such key colour"),
    ],
)
def test_blocks_over_slacks_limits_are_refused(place: Place, blocks: list[dict[str, object]], complaint: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        place.client.chat_postMessage(channel=place.triage.id, text="t", blocks=blocks)
    assert caught.value.response["error"] == "invalid_blocks"
    assert any(complaint in one for one in caught.value.response["errors"])


def test_what_slack_does_not_know_is_refused(place: Place) -> None:
    assert error_of(place.client.api_call, api_method="chat.postMessage", json={"text": "x"}) == "invalid_arguments"
    assert error_of(place.client.api_call, api_method="chat.shout", json={}) == "unknown_method"
    assert error_of(place.client.chat_postMessage, channel=place.triage.id, text="x", colour=1) == "invalid_arguments"
    with pytest.raises(ImpossibleError, match="no error called"):
        place.slack.faults.error("chat.update", "not_in_the_mood")


def test_channels_refuse_what_slack_refuses(place: Place) -> None:
    secret = place.slack.channel(place.slack.state.teams[place.ann.team_id], "secret", place.ann, kind="private")
    other = place.slack.channel(place.slack.state.teams[place.ann.team_id], "other", place.ann)
    assert error_of(place.client.chat_postMessage, channel=secret.id, text="x") == "channel_not_found"
    assert error_of(place.client.chat_postMessage, channel=other.id, text="x") == "not_in_channel"
    other.archived = True
    assert error_of(place.client.conversations_join, channel=other.id) == "is_archived"
    assert error_of(place.client.chat_update, channel=place.triage.id, ts="1.1", text="x") == "message_not_found"
    written = place.slack.people.says(place.ann, place.triage, "mine")
    found = error_of(place.client.chat_update, channel=place.triage.id, ts=written.ts, text="x")
    assert found == "cant_update_message"


def test_a_missing_scope_is_named(place: Place) -> None:
    place.installation.scopes = place.installation.scopes - {"users:read"}
    assert error_of(place.client.users_info, user=place.ann.id) == "missing_scope"


def test_people_of_other_companies_are_told_apart(place: Place) -> None:
    found = place.client.users_info(user=place.zoe.id)["user"]
    assert found["team_id"] == place.zoe.team_id
    assert found["is_stranger"] is False  # they share a channel, so Slack does not call her one
    assert "email" not in found["profile"]
    assert place.zoe.id not in [one["id"] for one in place.client.users_list()["members"]]
    assert place.client.conversations_info(channel=place.shared.id)["channel"]["is_ext_shared"] is True


def test_each_method_has_its_calls_a_minute_and_workspace(place: Place) -> None:
    for _ in range(50):
        place.client.conversations_info(channel=place.triage.id)
    with pytest.raises(SlackApiError) as caught:
        place.client.conversations_info(channel=place.triage.id)
    assert caught.value.response.status_code == 429
    wait = int(caught.value.response.headers["Retry-After"])
    place.clock.now += wait
    place.client.conversations_info(channel=place.triage.id)
    place.client.users_info(user=place.ann.id)


def test_a_channel_takes_one_message_a_second(place: Place) -> None:
    place.slack.rates.burst = 1
    place.client.chat_postMessage(channel=place.triage.id, text="one")
    with pytest.raises(SlackApiError) as caught:
        place.client.chat_postMessage(channel=place.triage.id, text="two")
    assert caught.value.response.status_code == 429
    place.client.chat_postMessage(channel=place.shared.id, text="elsewhere")
    place.clock.now += 1
    place.client.chat_postMessage(channel=place.triage.id, text="two")


def test_trouble_comes_on_demand(place: Place) -> None:
    faults, channel = place.slack.faults, place.triage.id
    faults.error("chat.postMessage", "is_archived")
    assert error_of(place.client.chat_postMessage, channel=channel, text="x") == "is_archived"
    faults.rate_limited("chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as limited:
        place.client.chat_postMessage(channel=channel, text="x")
    assert limited.value.response.headers["Retry-After"] == "7"
    faults.server_error("chat.postMessage")
    with pytest.raises(SlackApiError) as broken:
        place.client.chat_postMessage(channel=channel, text="x")
    assert broken.value.response.status_code == 500
    assert place.triage.messages == {}
    faults.silence("chat.postMessage", performed=True)
    with pytest.raises(OSError):  # noqa: PT011 - whatever the socket says
        place.client.chat_postMessage(channel=channel, text="it got there")
    assert place.slack.screen.channel(place.triage) == ["rung: it got there"]


def test_the_sdks_own_retry_would_double_an_ambiguous_message(place: Place) -> None:
    """Why our client runs without slack_sdk's retry handlers."""
    careless = WebClient(place.client.token, base_url=place.slack.api_url)
    place.slack.faults.silence("chat.postMessage", performed=True)
    careless.chat_postMessage(channel=place.triage.id, text="twice")
    assert place.slack.screen.channel(place.triage) == ["rung: twice", "rung: twice"]


def test_a_file_goes_up_and_comes_down(place: Place) -> None:
    place.client.files_upload_v2(channel=place.triage.id, filename="log.txt", content="line 1", initial_comment="here")
    [message] = place.triage.messages.values()
    assert place.slack.screen.words(message) == "here\n[file log.txt]"
    found = place.client.files_info(file=message.file_ids[0])["file"]
    request = urllib.request.Request(found["url_private"], headers={"Authorization": f"Bearer {place.client.token}"})
    assert urllib.request.urlopen(request).read() == b"line 1"
    assert b"Sign in" in urllib.request.urlopen(found["url_private"]).read()


def test_history_comes_in_pages_newest_first(place: Place) -> None:
    for number in range(7):
        place.clock.now += 2
        place.slack.people.says(place.ann, place.triage, str(number))
    found = place.client.conversations_history(channel=place.triage.id, limit=3)
    assert [[one["text"] for one in page["messages"]] for page in found] == [["6", "5", "4"], ["3", "2", "1"], ["0"]]


def test_installing_gives_a_token_and_rotation_replaces_it(place: Place) -> None:
    app = place.slack.state.app
    app.rotates_tokens = True
    bare = WebClient(base_url=place.slack.api_url)
    code = place.slack.authorize(place.installation)
    ids = {"client_id": app.client_id, "client_secret": app.client_secret}
    first = bare.oauth_v2_access(code=code, **ids)
    assert error_of(bare.oauth_v2_access, code=code, **ids) == "invalid_code"
    place.clock.now += first["expires_in"] + 1
    old = WebClient(first["access_token"], base_url=place.slack.api_url)
    assert error_of(old.auth_test) == "token_expired"
    second = bare.oauth_v2_access(grant_type="refresh_token", refresh_token=first["refresh_token"], **ids)
    assert WebClient(second["access_token"], base_url=place.slack.api_url).auth_test()["team"] == "Rung Desk"
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert error_of(bare.oauth_v2_access, **again, **ids) == "invalid_refresh_token"


def test_an_uninstalled_app_may_no_longer_speak(place: Place) -> None:
    place.slack.uninstall(place.installation)
    assert error_of(place.client.auth_test) == "account_inactive"
