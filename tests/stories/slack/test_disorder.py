"""Slack tells things late, in another order, or to another of our workspaces; each is still one thing on one ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rung.channels.slack import doctor
from rung.channels.slack.blocks.button_values import Press
from rung.channels.slack.connection import connect, disconnect
from rung.channels.slack.connection.connect import Connected, Secrets
from rung.channels.slack.events.catch_up import catch_up
from rung.channels.slack.models import Workspace
from rung.intake.models import Received
from rung.outbox.models import Delivery as Sent
from rung.outbox.models import LaneState
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Attachment, Message
from tests.fakes.slack.deliveries import Delivery
from tests.fakes.slack.gateways import encode, signature
from tests.stories.slack.world import SlackWorld


def texts(number: int) -> list[str]:
    return [f"{one.direction}: {one.text}" for one in Message.objects.filter(ticket=number).order_by("id")]


def held_back(world: SlackWorld) -> list[Delivery]:
    """What Slack has not told us yet, taken from it; it is given back by putting it into `waiting`."""
    kept, world.slack.deliveries.waiting = world.slack.deliveries.waiting, []
    return kept


def test_a_deletion_that_comes_before_its_message_is_marked_on_it(world: SlackWorld) -> None:
    asked = world.slack.people.says(world.zoe, world.shared, "Our password is hunter2")
    late = held_back(world)
    world.slack.people.deletes(world.zoe, asked)
    world.settle()
    assert world.tickets == []
    world.now += timedelta(seconds=61)
    world.slack.deliveries.waiting += late
    world.passes(minutes=12)
    [ticket] = world.tickets
    first, second = texts(ticket.number)
    assert (first, second[:34]) == ("inbound: Our password is hunter2", "note: Deleted in Slack by its auth")
    gone = world.slack.people.says(world.zoe, world.shared, "thanks!")
    world.settle()
    world.slack.people.deletes(world.zoe, gone)
    world.passes(minutes=30)
    assert not Received.objects.filter(next_attempt_at__isnull=False).exists()  # nothing waits for ever


def test_an_edit_that_comes_before_its_message_brings_its_files(world: SlackWorld) -> None:
    file = world.slack.file(world.zoe, "trace.log", b"boom")
    asked = world.slack.people.says(world.zoe, world.shared, "See the lgo", files=(file,))
    late = held_back(world)
    world.slack.people.edits(world.zoe, asked, "See the log")
    world.settle()
    world.slack.deliveries.waiting += late
    world.passes(minutes=1)
    [ticket] = world.tickets
    assert texts(ticket.number) == ["inbound: See the log"]
    assert [one.name for one in Attachment.objects.all()] == ["trace.log"]


def test_an_answer_that_comes_before_what_it_answers_is_its_answer(world: SlackWorld) -> None:
    asked = world.slack.people.says(world.zoe, world.shared, "Our import stops")
    late = held_back(world)
    world.says(world.people["sam"], "Please restart it", thread=asked)
    world.slack.deliveries.waiting += late
    world.passes(minutes=12)
    assert [event["by"] for event in world.events("answered")] == ["agent:sam"]
    assert world.tickets[0].turn == "customer"
    assert world.differences() == []


def test_an_answer_in_the_thread_of_a_ticket_that_went_into_another_answers_that_one(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.passes(minutes=20)
    world.says(world.max, "Nothing is imported any more")
    first, second = world.tickets
    actions.merge(first.number, second.number, by="agent:sam", confirmed=True, now=world.now)
    world.says(world.people["sam"], "Please leave row ten out", thread=asked)
    world.says(world.people["ben"], "and row eleven", thread=asked)
    second.refresh_from_db()
    assert second.turn == "customer"
    assert texts(second.number)[-2:] == ["public: Please leave row ten out", "public: and row eleven"]
    assert texts(first.number) == []
    assert world.thread(asked)[-2:] == ["sam: Please leave row ten out", "ben: and row eleven"]  # said once
    [gone, _] = world.cards("triage")
    world.says(world.people["sam"], ">> and row twelve", world.channels["triage"], thread=gone)
    told = f"This was not sent: it was merged into ticket {second.number}; answer there."
    assert world.said_to("sam", world.channels["triage"]) == [told]
    world.says(world.zoe, "It stops again", thread=asked)
    second.refresh_from_db()
    assert second.turn == "ours"
    assert world.differences() == []


def test_what_an_agent_said_before_the_customer_asked_is_no_answer(world: SlackWorld) -> None:
    ours = world.says(world.people["sam"], "We release tonight")
    world.says(world.people["sam"], "at ten", thread=ours)
    world.says(world.zoe, "Then our import stops", thread=ours)
    world.passes(minutes=12)
    assert world.events("answered") == []
    assert world.tickets[0].turn == "ours"


def test_the_tickets_of_a_workspace_that_is_switched_off_go_on_where_its_channel_is_shared(world: SlackWorld) -> None:
    other = world.slack.team("Second")
    installation = world.slack.install(other, world.shared)
    world.shared.shared_with.add(other.id)
    secrets = Secrets(token=world.slack.token_of(installation), signing_secret=world.slack.state.app.signing_secret)
    done = connect.connect(secrets, world.now)
    assert isinstance(done, Connected)
    connect.watch(done.workspace.channels.get(channel=world.shared.id), world.now)
    world.slack.deliveries.each_hears = True
    asked = world.says(world.zoe, "Our import stops")
    number = world.tickets[0].number
    world.slack.uninstall(world.installation)
    world.settle()
    assert not Workspace.objects.get(team=world.team.id).active
    world.says(world.zoe, "It is row ten", thread=asked)
    world.slack.people.edits(world.zoe, asked, "Our import stops again")
    world.settle()
    assert [ticket.number for ticket in world.tickets] == [number]
    assert texts(number) == [
        "inbound: Our import stops",
        "inbound: It is row ten",
        "inbound: (edited) Our import stops again",
    ]
    actions.answer(number, MessageText(text="We look", author_name="Sam"), by="agent:sam", now=world.now)
    world.passes(seconds=5)
    assert world.thread(asked)[-1] == "Sam: We look"
    catch_up(world.now)
    world.passes(minutes=1)
    assert len(world.tickets) == 1
    assert len(texts(number)) == 4
    assert world.differences() == []


def test_a_file_slack_does_not_take_is_told_to_whoever_has_the_ticket(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    [card] = world.cards("triage")
    world.presses("sam", card, Press.TAKE)
    sam, triage = world.people["sam"], world.channels["triage"]
    world.slack.faults.error("files.getUploadURLExternal", "fatal_error", times=None)
    world.says(sam, ">> Run this", triage, thread=card, files=(world.slack.file(sam, "fix.sql", b"x"),))
    world.passes(seconds=5)
    assert texts(world.tickets[0].number)[-1] == (
        "note: @sam: Slack did not take fix.sql; the customer has only the words."
    )
    assert any("fix.sql" in words or "You know about this" in words for words in world.direct("sam"))


def test_an_hours_retry_after_is_waited_for_and_only_in_its_lane(world: SlackWorld) -> None:
    triage = world.channels["triage"]
    world.slack.faults.rate_limited("chat.postMessage", retry_after=3600, channel=triage.id)
    world.says(world.zoe, "Our import stops")
    actions.answer(
        world.tickets[0].number, MessageText(text="We look", author_name="Sam"), by="agent:sam", now=world.now
    )
    world.passes(minutes=59)
    assert world.shown("triage") == []
    assert "too many calls" in LaneState.objects.get(name=f"slack:{world.team.id}/{triage.id}").blocked_why
    assert world.thread(world.shared.top_level()[0])[-1] == "Sam: We look"
    world.passes(minutes=2)
    assert len(world.shown("triage")) == 1
    assert "Waiting for the customer" in world.shown("triage")[0]


def test_a_token_that_is_lost_while_only_customers_write_is_noticed_and_nothing_is_lost(world: SlackWorld) -> None:
    world.slack.faults.error("auth.test", "account_inactive")
    world.slack.faults.error("users.info", "account_inactive", times=None)
    asked = world.says(world.zoe, "Our import stops")
    assert world.tickets == []  # who wrote it cannot be asked
    disconnect.look(world.now)
    assert not Workspace.objects.get().active
    [told] = Sent.objects.filter(subject="alert")
    assert told.recipient == "agent:carla"
    disconnect.look(world.now)
    assert Sent.objects.filter(subject="alert").count() == 1
    world.slack.faults.clear()
    Workspace.objects.update(active=True)  # connected again
    world.passes(minutes=15)
    assert [ticket.subject for ticket in world.tickets] == [asked.text]


def test_a_triage_channel_that_is_renamed_keeps_its_cards_and_the_doctor_says_what_to_do(world: SlackWorld) -> None:
    triage = world.channels["triage"]
    triage.name = "first-line"
    renamed = {"id": triage.id, "name": "first-line"}
    event = {"type": "channel_rename", "channel": renamed, "event_ts": world.slack.state.new_ts()}
    world.slack.state.emit(event, triage, None)
    world.settle()
    world.says(world.zoe, "Our import stops")
    world.passes(seconds=3)
    assert len(world.shown("triage")) == 1
    assert doctor.findings(world.now) == [
        f"#triage, which the policy names for {where}, is called #first-line now; name it so in the policy."
        for where in ("level L1",)
    ]


NASTY = (
    "<!channel> <!here|@here> <!subteam^S1> <@U00000003> <https://evil.example|https://bank.example> "
    "&lt;!channel&gt; `*_~ \u202egnorw\u202c \u200b\u2066"
)


def test_nobodys_words_ring_or_lead_anywhere_in_any_place_they_are_shown(world: SlackWorld) -> None:
    world.zoe.real_name = NASTY[:70]
    asked = world.says(world.zoe, NASTY + "\n" + "x" * 39_000)
    [card] = world.cards("triage")
    world.presses("sam", card, Press.ESCALATE)
    world.submits("sam", {"target": "L2", "impact": NASTY, "note": NASTY})
    world.presses("sam", card, Press.REPLY)
    world.submits("sam", {"text": NASTY})
    world.passes(minutes=61)
    world.slack.hands.opens_home(world.people["sam"])
    world.slack.hands.command(world.people["sam"], world.channels["triage"], "/desk")
    world.settle()
    sent = [message for channel in world.slack.state.channels.values() for message in channel.messages.values()]
    ours = [message for message in sent if message.bot_id]
    assert len(ours) >= 3
    for message in ours:
        assert message.pings == frozenset(), message
        links = [one for one in leaf_links(message.blocks) if "evil" in one["url"]]
        assert all(one.get("text", one["url"]).startswith(one["url"][:30]) for one in links)
        assert "\u202e" not in str(message.blocks) + message.text
    assert "\u202e" not in str(world.slack.hands.home(world.people["sam"]).payload)
    assert asked.ts


def leaf_links(blocks: list[dict[str, object]]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def walk(one: object) -> None:
        if isinstance(one, dict):
            if one.get("type") == "link":
                found.append(one)
            for inner in one.values():
                walk(inner)
        elif isinstance(one, list):
            for inner in one:
                walk(inner)

    walk(blocks)
    return found


@pytest.mark.parametrize("seconds", [-301, -299, 299, 301])
def test_the_window_of_a_signature_is_five_minutes_to_both_sides(world: SlackWorld, seconds: int) -> None:
    body, _ = encode("events_api", {"type": "event_callback", "event_id": f"Ev{seconds}", "event": {}})
    signed = signature(world.slack.state.app.signing_secret, body, world.seconds() + seconds)
    told = world.over_http("http://testserver/slack/events", body, {"Content-Type": "application/json", **signed})
    assert told.status == (200 if abs(seconds) < 300 else 401)
    if told.status == 200:  # the same again is kept once
        world.over_http("http://testserver/slack/events", body, {"Content-Type": "application/json", **signed})
        assert Received.objects.filter(external_id=f"Ev{seconds}").count() == 1
