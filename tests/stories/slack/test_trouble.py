"""Slack fails, forgets, doubles and refuses; nothing is lost and nothing said twice."""

from __future__ import annotations

import pytest

from rung.channels.slack.events import catch_up
from rung.channels.slack.models import Workspace
from rung.intake import sort
from rung.outbox.models import Delivery, LaneState
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Message
from tests.fakes.slack.gateways import Answer, encode, signature
from tests.stories.slack.world import SlackWorld


def test_an_hour_of_failing_slack_loses_and_doubles_nothing(world: SlackWorld) -> None:
    world.says(world.max, "Something else")  # so that Slack knows who is who
    world.says(world.zoe, "Our import stops")
    asked = world.shared.top_level()[1]
    for method in ("chat.postMessage", "chat.update", "conversations.history", "conversations.replies"):
        world.slack.faults.silence(method, performed=True, times=2)
        world.slack.faults.server_error(method, times=3)
        world.slack.faults.rate_limited(method, retry_after=40, times=2)
        world.slack.faults.garbage(method, times=1)
        world.slack.faults.server_error(method, times=2, performed=True)
    number = world.tickets[1].number
    for words in ("First answer", "Second answer"):
        actions.answer(number, MessageText(text=words, author_name="Sam Miller"), by="agent:sam", now=world.now)
        world.passes(minutes=10)
    world.passes(minutes=40)
    world.slack.faults.clear()
    world.passes(minutes=30)
    said = world.thread(asked)
    assert [one for one in said if "First answer" in one] == ["Sam Miller: First answer"]
    assert [one for one in said if "Second answer" in one] == ["Sam Miller: Second answer"]
    titles = [card.splitlines()[0] for card in world.shown("triage")]
    assert len(titles) == len(set(titles)) == 2
    assert "Waiting for the customer" in world.shown("triage")[1]


@pytest.mark.slow
def test_an_hour_without_any_slack_loses_and_doubles_nothing(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.passes(minutes=10)
    number = world.tickets[0].number
    world.slack.faults.server_error(times=None)  # whatever is called
    world.says(world.max, "Invoices are wrong")
    world.says(world.zoe, "It is row ten", thread=asked)
    world.passes(minutes=20)
    actions.answer(number, MessageText(text="We look", author_name="Sam Miller"), by="agent:sam", now=world.now)
    actions.escalate(number, "L2", by="agent:sam", now=world.now)
    world.passes(minutes=40)
    assert len(world.cards("triage")) == 1
    world.slack.faults.clear()
    world.passes(minutes=35)
    assert [ticket.subject for ticket in world.tickets] == ["Our import stops", "Invoices are wrong"]
    assert world.thread(asked) == ["zoe: Our import stops", "zoe: It is row ten", "Sam Miller: We look"]
    assert [len(world.cards(name)) for name in ("triage", "escalations")] == [2, 1]
    assert not Delivery.objects.filter(channel="slack", external_id="").exclude(kind="moment").exists()
    assert world.differences() == []


def test_events_that_slack_could_not_deliver_come_again(world: SlackWorld) -> None:
    world.slack.people.says(world.zoe, world.shared, "Our import stops")
    transport = world.slack.http.transport
    world.slack.http.transport = lambda *_: Answer(503)
    world.slack.deliveries.pump()
    assert world.tickets == []
    world.slack.http.transport = transport
    world.passes(minutes=1)
    assert [ticket.subject for ticket in world.tickets] == ["Our import stops"]


def test_while_slack_cannot_say_who_wrote_the_message_waits(world: SlackWorld) -> None:
    world.slack.faults.server_error("users.info", times=3)
    world.says(world.zoe, "Our import stops")
    assert world.tickets == []
    world.passes(minutes=15)
    assert [ticket.subject for ticket in world.tickets] == ["Our import stops"]


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "not_in_channel"])
def test_an_answer_that_cannot_reach_the_customer_is_told_to_whoever_has_it(world: SlackWorld, code: str) -> None:
    world.says(world.zoe, "Our import stops")
    number = world.tickets[0].number
    actions.assign(number, "sam", by="agent:carla", now=world.now)
    world.settle()
    world.slack.faults.error("chat.postMessage", code, channel=world.shared.id)
    actions.answer(number, MessageText(text="Please restart"), by="agent:carla", now=world.now)
    world.passes(minutes=1)
    assert any("did not reach them: Slack: " in words for words in world.direct("sam"))


def test_a_channel_of_a_level_that_is_archived_falls_back_to_the_app_and_says_why(world: SlackWorld) -> None:
    world.channels["escalations"].archived = True
    world.says(world.zoe, "Our import stops")
    world.passes(minutes=62)
    [offer] = Delivery.objects.filter(kind="offer_card")
    assert (offer.channel, offer.state) == ("app", "sent")
    assert "archived" in str(offer.outcome)


def test_retry_after_is_obeyed_and_what_waits_says_so(world: SlackWorld) -> None:
    world.slack.faults.rate_limited("chat.postMessage", retry_after=50)
    world.says(world.zoe, "Our import stops")
    assert world.shown("triage") == []
    assert (
        "too many calls"
        in LaneState.objects.get(name=f"slack:{world.team.id}/{world.channels['triage'].id}").blocked_why
    )
    world.passes(seconds=49)
    assert world.shown("triage") == []
    world.passes(seconds=2)
    assert len(world.shown("triage")) == 1


def test_an_uninstalled_app_switches_the_inbox_off_and_says_so(world: SlackWorld) -> None:
    world.slack.uninstall(world.installation)
    world.settle()
    workspace = Workspace.objects.get()
    assert workspace.active is False
    assert str(workspace.off_why) == "Slack: the token of its bot was revoked; connect the workspace again."
    [told] = Delivery.objects.filter(subject="alert")
    assert (told.recipient, str(told.title)) == ("agent:carla", "Slack: Rung Desk is switched off")
    assert told.channel != "slack"


def test_requests_that_are_not_slacks_or_too_old_or_played_again_are_refused(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    card = world.cards("triage")[0]
    kept: list[tuple[str, bytes, dict[str, str]]] = []
    original = world.slack.http.transport

    def listen(url, body, headers):  # type: ignore[no-untyped-def]
        kept.append((url, body, dict(headers)))
        return original(url, body, headers)

    world.slack.http.transport = listen
    assert world.presses("sam", card, "rung:take").ok
    url, body, headers = kept[0]
    assert original(url, body, headers).status == 401
    forged = {**headers, "X-Slack-Signature": "v0=" + "0" * 64}
    assert original(url, body, forged).status == 401
    secret = world.slack.state.app.signing_secret
    old = {**headers, **signature(secret, body, world.seconds() - 301)}
    assert original(url, body, old).status == 401
    event, _ = encode("events_api", {"type": "event_callback", "event_id": "EvX"})
    plain = {"Content-Type": "application/json"}
    assert original("http://testserver/slack/events", event, plain).status == 401
    assert world.slack.verifies_url()


def test_the_day_slack_connect_gives_a_channel_another_id(world: SlackWorld) -> None:
    private = world.slack.channel(world.team, "deal", world.people["sam"], world.max, kind="private")
    private.members.add(world.installation.bot_user_id)
    private.members.add(world.zoe.id)
    row = world.knows(private, watched=True)
    asked = world.says(world.max, "Our import stops", private)
    world.slack.people.shares(private, world.acme.id)
    world.settle()
    row.refresh_from_db()
    assert row.channel == private.id
    moved = private.messages[asked.ts]
    world.says(world.max, "any news?", private, thread=moved)
    assert len(world.tickets) == 1
    actions.answer(world.tickets[0].number, MessageText(text="Soon"), by="agent:sam", now=world.now)
    world.passes(minutes=1)
    assert world.slack.screen.thread(private.messages[asked.ts])[-1].endswith("Soon")
    assert Message.objects.filter(text="any news?").exists()


def test_when_slack_says_that_it_dropped_events_they_are_fetched(world: SlackWorld) -> None:
    catch_up.wanted.clear()
    told = {"type": "app_rate_limited", "team_id": world.team.id, "minute_rate_limited": 1, "token": "x"}
    assert world.slack.http.send("events_api", told).ok
    assert world.slack.http.send("events_api", {**told, "minute_rate_limited": 2}).ok
    assert sort.sort_all_due() == 2
    assert catch_up.wanted.is_set()
