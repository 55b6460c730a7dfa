"""The adapter against the fake Slack: every call one outcome, nothing doubled, nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from msgspec.structs import replace

from rung.channels.slack.adapter import SlackAdapter
from rung.channels.slack.models import Workspace
from rung.channels.slack.sentences import Said
from rung.core.reckoning.effects import NoticeKind, Subject
from rung.core.vocabulary import Priority, Status, Turn
from rung.outbox.ports import Card, CustomerMessage, Digest, Later, Method, Moment, Never, Sent, Unclear
from rung.people.vault import seal
from tests.channels.slack.conftest import SlackDesk

CARD = Card(
    key="7/triage",
    to="#triage",
    kind=NoticeKind.TRIAGE_CARD,
    ticket=7,
    title="Import stopped",
    url="https://desk.example/tickets/7",
    status=Status.OPEN,
    turn=Turn.OURS,
    priority=Priority.NORMAL,
    customer="Acme",
    drawn_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
)
MOMENT = Moment(
    key="7/remind", to="#triage", subject=Subject.REMINDER, title="#7 still needs somebody.", text="Rule: x."
)
ANSWER = CustomerMessage(key="7/message/1", to="", ticket=7, subject="Import", text="We look at it.", author="Ann Lee")
slack = SlackAdapter()


def sent(outcome: object) -> str:
    assert isinstance(outcome, Sent), outcome
    return outcome.external_id


def test_a_card_is_posted_by_the_channels_name_and_edited_where_it_stands(desk: SlackDesk) -> None:
    where = sent(slack.post_card(CARD))
    assert where.startswith(f"{desk.team.id}/{desk.triage.id}/")
    assert sent(slack.edit_card(replace(CARD, assignee="ann"), where)) == where
    [shown] = desk.slack.screen.channel(desk.triage)
    assert "ann" in shown


def test_a_card_that_was_deleted_is_posted_anew(desk: SlackDesk) -> None:
    where = sent(slack.post_card(CARD))
    desk.triage.messages.clear()
    desk.passes(seconds=5)
    again = sent(slack.edit_card(CARD, where))
    assert again != where
    assert len(desk.triage.messages) == 1


@pytest.mark.parametrize("code", ["message_not_found", "edit_window_closed", "cant_update_message", "is_inactive"])
def test_a_card_that_can_no_longer_be_edited_is_posted_anew(desk: SlackDesk, code: str) -> None:
    where = sent(slack.post_card(CARD))
    desk.slack.faults.error("chat.update", code)
    desk.passes(seconds=5)
    again = sent(slack.edit_card(replace(CARD, assignee="ann"), where))
    assert "ann" in desk.slack.screen.words(desk.triage.messages[again.rpartition("/")[2]])


def test_a_card_whose_channel_is_gone_is_posted_where_its_name_leads_now(desk: SlackDesk) -> None:
    where = sent(slack.post_card(CARD))
    old, desk.triage.name = desk.triage, "triage-old"
    new = desk.slack.channel(desk.team, "triage", desk.ann, desk.slack.bot_of(desk.installation))
    desk.workspace.channels.filter(channel=old.id).update(name="triage-old", is_member=False)
    desk.knows(new)
    old.members.discard(desk.installation.bot_user_id)
    desk.slack.faults.error("chat.update", "channel_not_found", times=2)
    assert sent(slack.edit_card(CARD, where)).split("/")[1] == new.id
    desk.workspace.channels.filter(channel=new.id).delete()
    assert isinstance(slack.edit_card(CARD, where), Never)


def test_an_unclear_post_is_found_by_its_key_or_known_not_to_be_there(desk: SlackDesk) -> None:
    desk.slack.faults.silence("chat.postMessage", performed=True)
    assert isinstance(slack.post_card(CARD), Unclear)
    found = slack.find_card(CARD)
    assert isinstance(found, Sent)
    assert found.external_id.split("/")[2] in desk.triage.messages
    assert slack.find_card(replace(CARD, key="8/triage")) is None
    desk.slack.faults.server_error("conversations.history")
    assert isinstance(slack.find_card(CARD), Later)


def test_the_key_says_nothing_to_those_who_read_it_in_slack(desk: SlackDesk) -> None:
    slack.post_card(CARD)
    [message] = desk.triage.messages.values()
    assert message.metadata is not None
    assert message.metadata["event_payload"]["key"] != "7"
    assert "triage" not in str(message.metadata)


def test_an_answer_goes_into_the_customers_thread_under_the_agents_name(desk: SlackDesk) -> None:
    asked = desk.slack.people.says(desk.zoe, desk.shared, "Import stopped")
    to = f"{desk.team.id}/{desk.shared.id}/{asked.ts}"
    text = "See https://docs.example/import. *No* <!channel>"
    sent(slack.send_message(replace(ANSWER, to=to, text=text)))
    assert desk.slack.screen.thread(asked) == [
        "zoe: Import stopped",
        "Ann Lee: See https://docs.example/import. No <!channel>",
    ]
    assert desk.shared.thread(asked.ts)[-1].pings == frozenset()


def test_an_unclear_answer_is_looked_up_in_its_thread(desk: SlackDesk) -> None:
    asked = desk.slack.people.says(desk.zoe, desk.shared, "Import stopped")
    answer = replace(ANSWER, to=f"{desk.team.id}/{desk.shared.id}/{asked.ts}")
    assert slack.find_message(answer) is None
    desk.slack.faults.silence("chat.postMessage", performed=True)
    assert isinstance(slack.send_message(answer), Unclear)
    assert isinstance(slack.find_message(answer), Sent)


def test_a_long_answer_arrives_whole(desk: SlackDesk) -> None:
    text = "\n".join(f"line {number} of the explanation" for number in range(600))
    sent(slack.send_message(replace(ANSWER, to=f"{desk.team.id}/{desk.shared.id}", text=text)))
    [message] = desk.shared.messages.values()
    shown = desk.slack.screen.words(message)
    assert all(f"line {number} of" in shown for number in range(600))


@pytest.mark.parametrize("code", ["msg_too_long", "msg_blocks_too_long"])
def test_an_answer_slack_finds_too_long_is_said_in_short_with_a_link(
    desk: SlackDesk, settings: LazySettings, code: str
) -> None:
    settings.BASE_URL = "https://desk.example"
    text = "\n".join(f"line {number} of the explanation" for number in range(600))
    desk.slack.faults.error("chat.postMessage", code)
    sent(slack.send_message(replace(ANSWER, to=f"{desk.team.id}/{desk.shared.id}", text=text)))
    [message] = desk.shared.messages.values()
    shown = desk.slack.screen.words(message)
    assert "line 0 of" in shown
    assert "line 599 of" not in shown
    assert "https://desk.example/ask/" in shown


def test_a_person_is_written_to_directly(desk: SlackDesk) -> None:
    where = sent(slack.send_moment(replace(MOMENT, to=f"{desk.team.id}/{desk.ann.id}")))
    channel = desk.slack.state.channels[where.split("/")[1]]
    assert channel.members == {desk.ann.id, desk.installation.bot_user_id}
    assert desk.slack.screen.channel(channel) == ["rung: #7 still needs somebody.\nRule: x."]


def test_a_digest_is_one_message(desk: SlackDesk) -> None:
    moments = tuple(replace(MOMENT, key=str(number), title=f"#{number} waits") for number in range(60))
    digest = Digest(key="d1", to=f"{desk.team.id}/{desk.ann.id}", title="60 things waited", moments=moments)
    where = sent(slack.send_digest(digest))
    [message] = desk.slack.state.channels[where.split("/")[1]].messages.values()
    assert "and 20 more" in desk.slack.screen.words(message)


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "channel_not_found"])
def test_a_channel_that_cannot_be_used_is_said_in_a_sentence(desk: SlackDesk, code: str) -> None:
    desk.slack.faults.error("chat.postMessage", code)
    outcome = slack.post_card(CARD)
    assert isinstance(outcome, Never)
    assert str(outcome.reason).startswith("Slack: the") or str(outcome.reason).startswith("Slack: there")
    assert isinstance(slack.post_card(replace(CARD, to="#nowhere")), Never)


def test_waiting_as_long_as_slack_says(desk: SlackDesk) -> None:
    desk.slack.faults.rate_limited("chat.update", retry_after=9)
    where = sent(slack.post_card(CARD))
    assert slack.edit_card(CARD, where) == Later(Said.TOO_MANY_CALLS(), timedelta(seconds=9))


@pytest.mark.parametrize(("code", "why"), [("token_revoked", "revoked"), ("account_inactive", "deactivated")])
def test_a_lost_token_switches_the_workspace_off_and_says_so(desk: SlackDesk, code: str, why: str) -> None:
    desk.slack.faults.error("chat.postMessage", code)
    assert isinstance(slack.post_card(CARD), Never)
    workspace = Workspace.objects.get()
    assert workspace.active is False
    assert why in str(workspace.off_why)
    assert desk.slack.dispatcher.count("chat.postMessage") == 0
    assert SlackAdapter().takes == frozenset()


def test_tokens_are_renewed_in_time_and_once(desk: SlackDesk) -> None:
    app = desk.slack.state.app
    app.rotates_tokens = True
    refresh = "xoxe-1-first"
    desk.installation.refresh_tokens.add(refresh)
    Workspace.objects.update(
        refresh_token=seal(refresh),
        token_expires_at=desk.now + timedelta(minutes=30),
        client_id=app.client_id,
        client_secret=seal(app.client_secret),
    )
    for _ in range(3):
        sent(slack.send_moment(MOMENT))
    assert desk.slack.dispatcher.count("oauth.v2.access") == 1
    desk.passes(hours=11, minutes=30)
    sent(slack.send_moment(MOMENT))
    assert desk.slack.dispatcher.count("oauth.v2.access") == 2


def test_a_channel_that_was_shared_is_found_by_its_new_id(desk: SlackDesk) -> None:
    private = desk.slack.channel(desk.team, "deal", desk.ann, desk.slack.bot_of(desk.installation), kind="private")
    row = desk.knows(private)
    where = sent(slack.post_card(replace(CARD, to="#deal")))
    before = private.id
    desk.slack.people.shares(private, desk.acme.id)
    row.channel, row.former = private.id, [before]
    row.save()
    assert sent(slack.edit_card(CARD, where)).split("/")[1] == private.id


def test_posts_queue_by_channel_and_edits_by_workspace(desk: SlackDesk) -> None:
    one, other = f"{desk.team.id}/C1", f"{desk.team.id}/C2/1.1"
    assert slack.lane(Method.POST, one) != slack.lane(Method.POST, other)
    assert slack.lane(Method.POST, one).every == timedelta(seconds=1)
    assert slack.lane(Method.EDIT, one) == slack.lane(Method.EDIT, other)
    assert timedelta(minutes=1) / slack.lane(Method.EDIT, one).every < 50
