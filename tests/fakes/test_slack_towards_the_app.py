"""The fake Slack towards the app: signed events, retries, presses, modals, Socket Mode; heard by Bolt itself."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.fakes.slack import FakeSlack
from tests.fakes.slack.errors import ImpossibleError
from tests.fakes.slack.gateways import Answer

MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "reply",
    "title": {"type": "plain_text", "text": "Reply"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "text",
            "label": {"type": "plain_text", "text": "Your answer"},
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
        }
    ],
}
CARD = [
    {
        "type": "actions",
        "block_id": "a",
        "elements": [
            {"type": "button", "action_id": "reply", "text": {"type": "plain_text", "text": "Reply"}, "value": "7"}
        ],
    }
]


class World:
    """A workspace whose app is a Bolt app in this process, reached as over HTTP."""

    def __init__(self) -> None:
        self.now = 1_794_000_000.0
        self.fail = 0
        self.heard: list[dict[str, Any]] = []
        self.slack = FakeSlack(lambda: self.now, self.transport)
        self.slack.http.urls = {"events_api": "/slack", "interactive": "/slack", "slash_commands": "/slack"}
        self.team, self.other = self.slack.team("Desk"), self.slack.team("Acme")
        self.ann, self.zoe = self.slack.user(self.team, "ann"), self.slack.user(self.other, "zoe")
        self.triage = self.slack.channel(self.team, "triage", self.ann, self.zoe, shared_with=(self.other,))
        self.installation = self.slack.install(self.team, self.triage)
        token = self.slack.token_of(self.installation)
        self.client = WebClient(token, base_url=self.slack.api_url, retry_handlers=[])
        self.bolt = App(
            client=self.client,
            token=token,
            signing_secret=self.slack.state.app.signing_secret,
            process_before_response=True,
            token_verification_enabled=False,
            request_verification_enabled=False,  # its clock is the wall's; signatures have their own test
        )
        self.bolt.event({"type": "message"})(self.hear)
        self.bolt.event("app_mention")(self.hear)
        self.bolt.event("reaction_added")(self.hear)

    def hear(self, body: dict[str, Any]) -> None:
        if self.fail:
            self.fail -= 1
            raise RuntimeError("the database is away")
        self.heard.append(body)

    def transport(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        given = {name: [value] for name, value in headers.items()}
        got = self.bolt.dispatch(BoltRequest(body=body.decode(), headers=given))
        return Answer(got.status, got.body.encode(), {k: v[0] for k, v in got.headers.items()})

    def texts(self) -> list[str]:
        return [one["event"].get("text", "") for one in self.heard]


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.slack.close()


def test_a_message_reaches_the_app_with_who_wrote_it(world: World) -> None:
    world.slack.people.says(world.zoe, world.triage, "our import stopped")
    world.slack.deliveries.pump()
    [envelope] = world.heard
    assert envelope["event"]["user_team"] == world.other.id
    assert envelope["authorizations"][0]["team_id"] == world.team.id
    assert envelope["is_ext_shared_channel"] is True


def test_a_failed_event_is_tried_again_at_once_then_after_one_and_five_minutes(world: World) -> None:
    world.fail = 3
    world.slack.people.says(world.ann, world.triage, "hello")
    assert world.slack.deliveries.pump() == 2
    assert world.heard == []
    world.now += 60
    assert world.slack.deliveries.pump() == 1
    world.now += 300
    world.slack.deliveries.pump()
    assert world.texts() == ["hello"]
    world.fail = 4
    world.slack.people.says(world.ann, world.triage, "lost")
    for _ in range(3):
        world.slack.deliveries.pump()
        world.now += 300
    assert len(world.slack.deliveries.given_up) == 1


def test_events_come_twice_and_in_any_order(world: World) -> None:
    world.slack.deliveries.doubled = True
    world.slack.deliveries.shuffled = random.Random(4)
    for number in range(5):
        world.slack.people.says(world.ann, world.triage, str(number))
    world.slack.deliveries.pump()
    assert sorted(world.texts()) == sorted(list("01234") * 2)
    assert world.texts() != sorted(world.texts())
    assert len({one["event_id"] for one in world.heard}) == 5


def test_edits_deletions_mentions_and_reactions_are_told(world: World) -> None:
    bot = world.installation.bot_user_id
    message = world.slack.people.says(world.zoe, world.triage, f"<@{bot}> help")
    world.slack.people.edits(world.zoe, message, "never mind")
    world.slack.people.unfurls(message)
    world.slack.people.reacts(world.ann, message, "ticket")
    world.slack.people.deletes(world.zoe, message)
    world.slack.deliveries.pump()
    kinds = [(one["event"]["type"], one["event"].get("subtype")) for one in world.heard]
    assert kinds == [
        ("message", None),
        ("app_mention", None),
        ("message", "message_changed"),
        ("message", "message_changed"),
        ("reaction_added", None),
        ("message", "message_deleted"),
    ]


def test_files_in_shared_channels_are_only_named(world: World) -> None:
    file = world.slack.file(world.zoe, "trace.log", b"boom")
    world.slack.people.says(world.zoe, world.triage, "see here", files=(file,))
    world.slack.deliveries.pump()
    assert world.heard[0]["event"]["files"] == [{"id": file.id, "file_access": "check_file_info"}]
    assert world.client.files_info(file=file.id)["file"]["name"] == "trace.log"


def test_only_subscribed_events_with_their_scope_arrive(world: World) -> None:
    world.slack.state.app.events = frozenset({"message.groups"})
    world.slack.people.says(world.ann, world.triage, "unheard")
    world.slack.deliveries.pump()
    assert world.heard == []


def test_a_button_opens_a_modal_and_the_modal_is_sent(world: World) -> None:
    said: list[str] = []

    @world.bolt.action("reply")
    def pressed(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @world.bolt.view("reply")
    def sent(ack: Any, view: dict[str, Any]) -> None:
        text = view["state"]["values"]["text"]["text"]["value"]
        if len(text) < 5:
            ack(response_action="errors", errors={"text": "Say more"})
        else:
            ack()
            said.append(text)

    posted = world.client.chat_postMessage(channel=world.triage.id, text="card", blocks=CARD)
    card = world.triage.messages[posted["ts"]]
    assert world.slack.hands.presses(world.ann, card, "reply").ok
    with pytest.raises(ImpossibleError, match="Your answer"):
        world.slack.hands.submits(world.ann)
    world.slack.hands.submits(world.ann, {"text": "No"})
    assert world.slack.hands.modal(world.ann).errors == {"text": "Say more"}
    world.slack.hands.submits(world.ann, {"text": "We look into it"})
    assert said == ["We look into it"]
    assert not world.slack.hands.has_modal(world.ann)
    with pytest.raises(ImpossibleError, match="nothing called 'claim'"):
        world.slack.hands.presses(world.ann, card, "claim")


def test_a_trigger_opens_one_view_within_three_seconds(world: World) -> None:
    triggers: list[str] = []
    world.bolt.action("reply")(lambda ack, body: (ack(), triggers.append(body["trigger_id"])))
    posted = world.client.chat_postMessage(channel=world.triage.id, text="card", blocks=CARD)
    card = world.triage.messages[posted["ts"]]
    world.slack.hands.presses(world.ann, card, "reply")
    world.client.views_open(trigger_id=triggers[0], view=MODAL)
    for seconds, error in ((0, "exchanged_trigger_id"), (4, "expired_trigger_id")):
        if error == "expired_trigger_id":
            world.slack.hands.presses(world.ann, card, "reply")
        world.now += seconds
        with pytest.raises(SlackApiError) as caught:
            world.client.views_open(trigger_id=triggers[-1], view=MODAL)
        assert caught.value.response["error"] == error


def test_an_unknown_button_shows_the_person_an_error(world: World) -> None:
    posted = world.client.chat_postMessage(channel=world.triage.id, text="card", blocks=CARD)
    world.slack.hands.presses(world.ann, world.triage.messages[posted["ts"]], "reply")
    assert world.slack.hands.errors == ["reply by ann: 404"]


def test_commands_and_shortcuts_belong_to_the_installing_workspace(world: World) -> None:
    world.bolt.command("/ticket")(lambda ack, body: ack(f"got {body['text']}"))
    world.slack.hands.command(world.ann, world.triage, "/ticket", "vpn")
    assert world.slack.screen.ephemerals(world.ann, world.triage) == ["got vpn"]
    with pytest.raises(ImpossibleError, match="not installed"):
        world.slack.hands.command(world.zoe, world.triage, "/ticket", "vpn")


def test_the_home_tab_shows_what_was_published(world: World) -> None:
    world.bolt.event("app_home_opened")(
        lambda event, client: client.views_publish(
            user_id=event["user"],
            view={
                "type": "home",
                "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Mine"}}],
            },
        )
    )
    world.slack.hands.opens_home(world.ann)
    world.slack.deliveries.pump()
    assert world.slack.screen.blocks(world.slack.hands.home(world.ann).payload["blocks"]) == ["Mine"]


def test_a_private_channel_gets_a_new_id_when_it_is_shared(world: World) -> None:
    private = world.slack.channel(world.team, "deal", world.ann, kind="private")
    private.members.add(world.installation.bot_user_id)
    before = private.id
    changes: list[dict[str, str]] = []
    world.bolt.event("channel_id_changed")(lambda event: changes.append(event))  # noqa: PLW0108 - Bolt reads its names
    world.bolt.event("channel_shared")(lambda event: None)
    world.slack.people.shares(private, world.other.id)
    world.slack.deliveries.pump()
    assert (changes[0]["old_channel_id"], changes[0]["new_channel_id"]) == (before, private.id)


def test_socket_mode_says_hello_hands_over_envelopes_and_repeats_what_nobody_acknowledged() -> None:
    slack = FakeSlack(socket_mode=True)
    assert slack.socket is not None
    team = slack.team("Desk")
    ann = slack.user(team, "ann")
    channel = slack.channel(team, "general", ann)
    slack.install(team, channel)
    heard: list[SocketModeRequest] = []

    def listen(client: SocketModeClient, request: SocketModeRequest) -> None:
        heard.append(request)
        if len(heard) > 1:
            client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    app_token = slack.state.app.app_token
    client = SocketModeClient(app_token, web_client=WebClient(base_url=slack.api_url), ping_interval=1)
    client.socket_mode_request_listeners.append(listen)  # type: ignore[arg-type]
    client.connect()
    try:
        assert slack.socket.wait_for(lambda connections: connections == 1)
        slack.people.says(ann, channel, "over the socket")
        slack.deliveries.pump()
        assert [one.payload["event"]["text"] for one in heard] == ["over the socket"] * 2
        assert heard[1].retry_attempt == 1
        before = slack.dispatcher.count("apps.connections.open")
        slack.socket.disconnect("refresh_requested")
        deadline = time.monotonic() + 10
        while slack.dispatcher.count("apps.connections.open") == before and time.monotonic() < deadline:
            time.sleep(0.02)
        assert slack.socket.wait_for(lambda connections: connections >= 1)
    finally:
        with contextlib.suppress(AttributeError):  # slack_sdk, when its connection breaks at this very moment
            client.close()
        slack.close()
