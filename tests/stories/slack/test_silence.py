"""Nobody acts: the reference policy's first seventy minutes, message by message."""

from __future__ import annotations

from collections import Counter

from rung.tickets import actions
from tests.stories.slack.world import SlackWorld


def test_a_request_becomes_one_card_in_triage(world: SlackWorld) -> None:
    world.says(world.zoe, "The nightly import stops after ten rows")
    [card] = world.shown("triage")
    number = f"#{world.tickets[0].number}"
    for words in (number, "The nightly import stops after ten rows", "Acme (business) · Zoe asked"):
        assert words in card
    assert [ticket.thread for ticket in world.tickets] == [
        f"{world.team.id}/{world.shared.id}/{world.shared.top_level()[0].ts}"
    ]
    assert world.shown("escalations") == []


def test_seventy_minutes_of_silence(world: SlackWorld) -> None:
    world.says(world.zoe, "The nightly import stops after ten rows")
    [card] = world.cards("triage")
    world.passes(minutes=29)
    assert len(world.thread(card)) == 1
    world.passes(minutes=2)
    assert len(world.thread(card)) == 2
    assert "still needs somebody" in world.thread(card)[1]
    world.passes(minutes=28)
    assert world.shown("escalations") == []
    world.passes(minutes=11)
    assert len(world.cards("triage")) == 1
    assert len(world.thread(card)) == 2
    [escalation] = world.shown("escalations")
    for words in (
        "Escalation for L2",
        "Time is running out",
        "asked by Rule “Nobody has answered”",
        "Impact: missing",
        "[Claim] [Return…]",
    ):
        assert words in escalation
    assert len(world.direct("sam")) == 1  # assigned to him after 20 minutes, silent for 45 since
    assert [world.direct(who) for who in ("ben", "ada", "carla")] == [[], [], []]
    assert len(world.shared.messages) == 1
    assert said(world) == {"triage": 2, "escalations": 1, "direct": 1}  # card and reminder, escalation card, sam
    assert world.differences() == []


def test_assigned_but_silent_for_45_minutes_is_a_direct_message(world: SlackWorld) -> None:
    world.says(world.zoe, "The nightly import stops after ten rows")
    [ticket] = world.tickets
    actions.assign(ticket.number, "sam", by="agent:carla", now=world.now)
    world.settle()
    before = world.direct("sam")
    world.passes(minutes=44)
    assert world.direct("sam") == before
    world.passes(minutes=2)
    [told] = world.direct("sam")[len(before) :]
    assert f"#{ticket.number}" in told
    assert said(world) == {"triage": 2, "direct": len(before) + 1}  # card, reminder after 30 minutes; sam
    assert len(before) == 1  # that carla gave it to him


def said(world: SlackWorld) -> Counter[str]:
    """Every message the desk posted, by where."""
    names = {channel.id: name for name, channel in world.channels.items()}
    posts = [one for one in world.slack.dispatcher.calls if one.method == "chat.postMessage"]
    return Counter(names.get(one.arguments["channel"], "direct") for one in posts)
