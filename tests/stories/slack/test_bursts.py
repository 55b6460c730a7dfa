"""A burst: triage keeps its cards, the critical first; an escalation channel gets one living list to act from."""

from __future__ import annotations

from datetime import timedelta

from rung.core import actors
from rung.core.vocabulary import Priority
from rung.outbox.models import Delivery, State
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from tests.fakes.slack.model import Message
from tests.stories.slack.world import SlackWorld


def opens(world: SlackWorld, count: int, text: str = "Import stops") -> list[int]:
    made = []
    for number in range(count):
        words = MessageText(text=f"{text} {number}", author_name="Zoe")
        told = actions.open_ticket(f"{text} {number}", words, by=actors.customer(1), channel="api", now=world.now)
        made.append(told.ticket)
    return made


def in_summary(world: SlackWorld) -> Message:
    [found] = [one for one in world.cards("escalations") if "Many escalations" in one.text]
    return found


def test_a_critical_ticket_has_its_card_within_seconds_whatever_waits(world: SlackWorld) -> None:
    opens(world, 60)
    [critical] = opens(world, 1, "PRODUCTION DOWN: login")
    actions.set_priority(critical, Priority.URGENT, by=actors.agent("sam"), critical=True, now=world.now)
    began = world.now
    world.settle()
    while not any("PRODUCTION DOWN" in one.text for one in world.cards("triage")):
        world.passes(seconds=1)
        assert world.now - began <= timedelta(seconds=10)
    world.passes(minutes=3)
    assert len(world.cards("triage")) == 61
    assert not [one for one in world.cards("triage") if one.pings]


def test_an_escalation_channel_gets_one_list_that_lives(world: SlackWorld) -> None:
    numbers = opens(world, 12)
    [critical] = opens(world, 1, "PRODUCTION DOWN: login")
    actions.set_priority(critical, Priority.URGENT, by=actors.agent("sam"), critical=True, now=world.now)
    world.passes(hours=2)
    alone = [one for one in world.cards("escalations") if "Many escalations" not in one.text]
    assert len(alone) <= 6
    summary = in_summary(world)
    shown = "\n".join(world.slack.screen.blocks(summary.blocks))
    assert "wait to be claimed" in shown
    assert "[Claim] [Show the card]" in shown
    listed = list(Delivery.objects.filter(kind="offer_card", state=State.DIGESTED).order_by("pk"))
    assert critical not in {one.ticket_id for one in listed}
    assert len(listed) + len(alone) >= len(numbers)
    first, second = listed[0], listed[1]
    claim = next(
        one["elements"][0]
        for one in summary.blocks
        if one["type"] == "actions" and one["block_id"].startswith(f"burst:{first.ticket_id}:")
    )
    world.presses("ben", summary, "rung:claim", value=claim["value"])
    world.passes(minutes=1)
    first.refresh_from_db()
    assert first.ticket is not None
    assert first.ticket.assignee_id == "ben"
    said = [(one.state, one.what, one.outcome, one.external_id) for one in Delivery.objects.filter(pk=first.pk)]
    assert [one for one in world.cards("escalations") if f"#{first.ticket_id} " in one.text], said  # who has it now
    assert f"burst:{first.ticket_id}:" not in str(in_summary(world).blocks)
    actions.answer(
        second.ticket_id, MessageText(text="We look", author_name="Sam"), by=actors.agent("sam"), now=world.now
    )
    world.passes(minutes=1)
    assert [one for one in world.cards("escalations") if f"#{second.ticket_id} " in one.text]
    assert world.differences() == []


def test_overdue_reminders_stay_within_the_channels_budget_and_say_nothing_that_was_overtaken(
    world: SlackWorld,
) -> None:
    opens(world, 40)
    world.passes(hours=3)
    budget = 30
    said = [one for one in world.channels["triage"].messages.values() if "still needs" in one.text]
    by_hour: dict[int, int] = {}
    for one in said:
        hour = int(float(one.ts) // 3600)
        by_hour[hour] = by_hour.get(hour, 0) + 1
    assert all(count <= 2 * budget for count in by_hour.values())
