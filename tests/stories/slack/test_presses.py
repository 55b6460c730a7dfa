"""One press does it: common requests on the card, gaps that must not be sent, and the Home tab after a press."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from rung.channels.slack.blocks.button_values import About, Press, write
from rung.channels.slack.interactive.button_actions import NOT_ALLOWED
from rung.channels.slack.models import Workspace
from rung.people.models import Agent
from rung.tickets import actions
from rung.tickets.models import Attachment, Message
from tests.fakes.slack.gateways import Answer
from tests.reference import REFERENCE
from tests.stories.slack.world import SlackWorld, slack_world

RESET = f"{Press.WORKFLOW}:0"
UNLOCK = """
workflows:
  unlock: {when: {text: [unlock]}, reply: still-there, then: pending}
  close it: {when: {text: [unlock]}, then: resolved}
"""


def window(world: SlackWorld, who: str) -> str:
    return "\n".join(world.slack.screen.blocks(world.slack.hands.modal(world.people[who]).payload["blocks"]))


def errors(world: SlackWorld, who: str) -> list[str]:
    return list(world.slack.hands.modal(world.people[who]).errors.values())


def test_a_common_request_is_done_from_the_card_and_leaves_it(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "I forgot my password")
    [card] = world.cards("triage")
    assert "[Password reset]" in world.shown("triage")[0]
    stale = deepcopy(card)
    world.presses("sam", card, RESET)
    assert "please use the link on the sign-in page. It goes to {answers.account}." in window(world, "sam")
    world.submits("sam", {"account": "zoe@acme.example"})
    world.passes(seconds=3)
    assert world.thread(asked)[-1] == (
        "Sam Miller: Hi Zoe, please use the link on the sign-in page. It goes to zoe@acme.example."
    )
    assert world.tickets[0].status == "pending"
    assert "[Password reset]" not in world.shown("triage")[0]
    world.presses("sam", stale, RESET)
    actions.resolve(world.tickets[0].number, by="agent:ben", now=world.now)
    world.submits("sam", {"account": "zoe@acme.example"})
    assert errors(world, "sam")[0].endswith("is resolved; reopen it first.")
    assert len(world.events("workflow_used")) == 1
    assert world.differences() == []


def test_a_common_request_is_refused_to_everybody_who_is_no_agent(world: SlackWorld) -> None:
    world.says(world.zoe, "I forgot my password")
    [card] = world.cards("triage")
    triage = world.channels["triage"]
    guest = world.slack.user(world.team, "guest", is_restricted=True)
    dan = world.slack.user(world.team, "dan")
    triage.shared_with.add(world.acme.id)
    for user in (world.zoe, guest):
        triage.members.add(user.id)
        world.presses(user, card, RESET)
        world.presses(user, card, Press.TAKE)
        assert world.said_to(user, triage) == [NOT_ALLOWED] * 2
        assert not world.slack.hands.has_modal(user)
    triage.members.add(dan.id)  # looks on, but nobody let him in
    world.slack.state.users[dan.id].deleted = True
    world.presses(dan, card, RESET)
    assert not world.slack.hands.has_modal(dan)
    assert world.events("workflow_used") == world.events("assigned") == []


def test_one_press_is_enough_where_nothing_is_asked(transactional_db: None, settings) -> None:  # type: ignore[no-untyped-def]
    head, _, tail = REFERENCE.partition("\nworkflows:")
    policy = head + UNLOCK + tail.partition("\n\n")[2].join(["\n", ""])
    with slack_world(settings, policy) as world:
        world.says(world.zoe, "Please unlock me")
        [card] = world.cards("triage")
        world.presses("sam", card, f"{Press.WORKFLOW}:0")  # its reply has a gap that nobody has filled
        [told] = world.said_to("sam", world.channels["triage"])
        assert told.startswith("Nothing fills {missing} in the reply still-there")
        assert world.tickets[0].status == "open"
        for _ in range(2):
            world.slack.hands.presses(world.people["sam"], card, f"{Press.WORKFLOW}:1")
        world.passes(seconds=3)
        assert world.tickets[0].status == "resolved"
        assert len(world.events("workflow_used")) == 1
        assert world.differences() == []


def test_a_gap_of_a_canned_answer_is_not_sent_from_any_window_or_mark(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    [card] = world.cards("triage")
    sam, triage = world.people["sam"], world.channels["triage"]
    world.presses("sam", card, Press.REPLY)
    world.slack.hands.presses_modal(sam, Press.CANNED, value="still-there")
    world.submits("sam")
    assert errors(world, "sam") == ["{missing} still stands in it: write what belongs there, or take it out."]
    world.submits("sam", {"text": "Hi, {requestr.name}"})
    assert not world.slack.hands.has_modal(sam)  # a brace nobody's canned answer has: the writer's own
    world.presses("sam", card, Press.RESOLVE)
    world.submits("sam", {"text": "Solved: {resolution}"})
    assert "{resolution} still stands in it" in errors(world, "sam")[0]
    world.slack.hands.closes(sam)
    world.says(sam, ">> We need {missing} to go on", triage, thread=card)
    assert world.said_to("sam", triage) == [
        "This was not sent: {missing} still stands in it: write what belongs there, or take it out."
    ]
    world.passes(seconds=3)
    assert world.thread(asked)[1:] == ["Sam Miller: Hi, {requestr.name}"]


def test_files_below_a_card_go_where_their_words_go(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    [card] = world.cards("triage")
    sam, triage = world.people["sam"], world.channels["triage"]
    world.says(sam, "the dump, for us", triage, thread=card, files=(world.slack.file(sam, "dump.txt", b"in"),))
    world.says(sam, ">> Run this", triage, thread=card, files=(world.slack.file(sam, "fix.sql", b"out"),))
    world.passes(seconds=5)
    sent = [one for message in world.shared.thread(asked.ts) for one in message.file_ids]
    assert [(world.slack.state.files[one].name, world.slack.state.files[one].content) for one in sent] == [
        ("fix.sql", b"out")
    ]
    kept = {one.name: one.message.direction for one in Attachment.objects.select_related("message")}
    assert kept == {"dump.txt": "note", "fix.sql": "public"}
    lost = world.slack.file(sam, "lost.sql", b"gone")
    world.slack.state.files[lost.id].content = b"x" * (26 * 1024 * 1024)
    world.says(sam, ">> And this", triage, thread=card, files=(lost,))
    assert world.said_to("sam", triage) == [
        "Your answer went to the customer without [file lost.sql: too large to take over, it is in Slack]."
    ]


def test_the_token_goes_to_no_address_a_file_from_outside_names(world: SlackWorld, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def external(name: str, address: str) -> dict[str, object]:
        return {"id": "F1", "name": name, "mode": "external", "is_external": True, "url_private": address, "size": 1}

    asked: list[str] = []

    def get(address: str, **_: object) -> None:
        asked.append(address)
        raise AssertionError(address)

    monkeypatch.setattr("rung.channels.slack.messages.files.httpx.get", get)
    addresses = ("https://evil.example/a", "https://files.slack.com.evil.example/b", "http://files.slack.com/c")
    hidden = [{"id": "F2", "mode": "hidden_by_limit"}, {"id": "F3", "mode": "tombstone"}, {"name": "nameless"}]
    files = [external(f"{n}.txt", address) for n, address in enumerate(addresses)]
    files += [{**one, "is_external": False} for one in files] + hidden + hidden * 40
    event = {
        "type": "message",
        "channel": world.shared.id,
        "channel_type": "channel",
        "user": world.zoe.id,
        "text": "See these",
        "ts": world.slack.state.new_ts(),
        "files": files,
    }
    world.slack.state.emit(event, world.shared, None)
    world.settle()
    assert asked == []
    [said] = Message.objects.values_list("text", flat=True)
    assert said.count("[file ") == 10
    assert "kept elsewhere, open it in Slack" in said
    assert said.endswith(f"[{len(files) - 10} more files are in Slack]")


def test_home_is_drawn_anew_after_a_press_in_it(world: SlackWorld) -> None:
    world.says(world.zoe, "Import stops")
    sam = world.people["sam"]

    def shown() -> str:
        return "\n".join(world.slack.screen.blocks(world.slack.hands.home(sam).payload["blocks"]))

    world.slack.hands.opens_home(sam)
    world.settle()
    assert "Unassigned (1)" in shown()
    world.slack.hands.presses_home(sam, Press.TAKE)
    assert "Mine (1)" in shown()
    assert "Unassigned (0)" in shown()
    world.slack.hands.presses_home(sam, Press.REPLY)
    assert world.submits("sam", {"text": "Please restart it"}).ok
    assert "Mine (0)" in shown()
    world.says(world.zoe, "And again")
    world.slack.hands.opens_home(sam)
    world.settle()
    world.slack.faults.error("views.publish", "internal_error")
    assert world.slack.hands.presses_home(sam, Press.TAKE).ok  # what was pressed is done, whether it shows or not
    assert {ticket.assignee_id for ticket in world.tickets} == {"sam"}


def test_two_presses_of_a_customer_at_one_moment_are_one_request(
    world: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    Workspace.objects.update(acknowledgement="We have it.")
    asked = world.says(world.zoe, "Our import stops")
    world.passes(seconds=2)
    button = deepcopy(world.shared.thread(asked.ts)[-1])
    escalate, pressed = actions.escalate, []

    def meanwhile(*given: Any, **more: Any) -> object:
        """The second press comes after the first has looked, and before it has done anything."""
        if not pressed:
            pressed.append(True)
            world.slack.hands.presses(world.zoe, button, Press.ASK_ESCALATION)
        return escalate(*given, **more)

    monkeypatch.setattr(actions, "escalate", meanwhile)
    world.slack.hands.presses(world.zoe, button, Press.ASK_ESCALATION)
    world.passes(seconds=3)
    assert len(world.events("offered")) == 1
    assert [len(world.cards(name)) for name in ("escalations", "eng-escalations")] == [1, 0]


@pytest.mark.parametrize("moment", ["²", "1" * 5000, "-1", "1e9", "ab"])
def test_odd_proofs_are_refused_and_break_nothing(world: SlackWorld, moment: str) -> None:
    for body, proof in ((b"{}", "v0=00"), (b"\xff\xfe", "v0=00"), (b"{}", "v0=\u00e9")):
        headers = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": moment,
            "X-Slack-Signature": proof,
        }
        for moment_of in (moment, str(int(world.seconds()))):
            told: Answer = world.over_http(
                "http://testserver/slack/events", body, {**headers, "X-Slack-Request-Timestamp": moment_of}
            )
            assert told.status == 401


def test_a_press_about_what_is_over_says_so_and_changes_nothing(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    [card] = world.cards("triage")
    stale, sam, triage = deepcopy(card), world.people["sam"], world.channels["triage"]
    world.presses("sam", card, Press.ESCALATE)
    number = world.tickets[0].number
    actions.resolve(number, by="agent:ben", now=world.now)
    world.submits("sam", {"target": "L2"})
    assert len(errors(world, "sam")) == 1
    world.slack.hands.closes(sam)
    assert world.presses("sam", stale, Press.TAKE).ok
    assert world.presses("sam", stale, Press.MORE, value=write(About(number, what=Press.NOT_A_TICKET))).ok
    assert world.presses("sam", stale, Press.MORE, value=write(About(number, what=Press.SNOOZE))).ok
    assert world.submits("sam", {"until": "4h"}).ok
    assert world.tickets[0].status in ("resolved", "closed")
    assert world.events("offered") == world.events("assigned") == []
    assert len(world.said_to("sam", triage)) >= 1
    assert world.differences() == []


def test_who_claims_second_is_told_who_was_quicker(world: SlackWorld) -> None:
    Agent.objects.filter(handle="ada").update(level="L2")
    world.says(world.zoe, "Our import stops")
    world.passes(minutes=61)
    shown = deepcopy(world.cards("escalations")[0])
    for who in ("ben", "ada"):
        world.slack.hands.presses(world.people[who], shown, Press.CLAIM)
    world.settle()
    assert [event["by"] for event in world.events("claimed")] == ["agent:ben"]
    assert world.said_to("ada", world.channels["escalations"]) == ["ben was quicker."]


def test_a_window_sent_after_its_ticket_ended_still_reaches_the_customer_and_opens_nothing(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.passes(minutes=15)
    world.says(world.max, "The import stops, too")
    number, other = (ticket.number for ticket in world.tickets)
    [card, second] = world.cards("triage")
    stale = deepcopy(second)
    world.presses("sam", card, Press.REPLY)
    world.presses("ben", second, Press.REPLY)
    actions.resolve(number, by="agent:ada", now=world.now)
    actions.reopen(number, by="agent:ada", now=world.now)
    actions.resolve(number, by="agent:ada", now=world.now)
    assert (
        type(actions.merge(other, number, by="agent:ada", confirmed=True, now=world.now)).__name__ != "Done"
    )  # it is over
    world.submits("sam", {"text": "It was the disk"})
    world.passes(seconds=5)
    assert "Sam Miller: It was the disk" in world.thread(asked)
    assert world.tickets[0].status == "resolved"
    actions.reopen(number, by="agent:ada", now=world.now)
    actions.merge(other, number, by="agent:ada", confirmed=True, now=world.now)
    for press in (Press.TAKE, Press.RESOLVE):
        assert world.presses("ben", stale, press).ok
    world.passes(seconds=5)
    assert world.tickets[1].assignee_id is None
    assert world.slack.hands.errors == []
    assert world.differences() == []


def test_a_press_that_names_the_customers_company_alone_is_heard_too(world: SlackWorld) -> None:
    Workspace.objects.update(acknowledgement="We have it.")
    asked = world.says(world.zoe, "Our import stops")
    world.passes(seconds=2)
    payload = world.slack.hands._payload

    def theirs(kind: str, user: Any, installation: Any) -> Any:
        return payload(kind, user, installation) | {"team": {"id": user.team_id, "domain": "acme"}}

    world.slack.hands._payload = theirs  # type: ignore[method-assign]
    world.presses(world.zoe, world.shared.thread(asked.ts)[-1], Press.ASK_ESCALATION)
    assert world.said_to(world.zoe, world.shared) == ["Thank you, your request has been passed on."]
    world.channels["triage"].members.add(world.zoe.id)
    world.presses(world.zoe, world.cards("triage")[0], Press.TAKE)
    assert world.said_to(world.zoe, world.channels["triage"]) == [NOT_ALLOWED]
