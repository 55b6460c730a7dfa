"""A thousand tickets in motion: fifty edits a minute, the newest state, and escalations heard at once all the same."""

from __future__ import annotations

import pytest

from rung.core.reckoning.effects import NoticeKind
from rung.escalation import ticker
from rung.escalation.roster_cache import RosterCache
from rung.outbox import enqueue
from rung.outbox.models import Delivery, State
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from tests.fakes.slack.model import Message
from tests.stories.slack.world import SlackWorld

TICKETS = 1_000


@pytest.mark.slow
def test_a_thousand_tickets_in_motion(world: SlackWorld) -> None:
    opened = [_opened(world, f"Ticket {index}") for index in range(TICKETS)]
    ticker.look_at_all_due(RosterCache())
    _hang_up(world)
    numbers = _as_their_cards_queue()
    assert sorted(numbers) == opened
    world.passes(minutes=20)  # nobody took them: all are assigned, and a thousand cards want to be edited
    for number in numbers[:50] + numbers[-50:]:
        actions.tag(number, by="agent:sam", added=("newest",), now=world.now)
    fired: dict[int, float] = {}
    for number in numbers[500:505]:
        world.passes(seconds=30)
        told = _opened(world, f"Late {number}")  # triage is posted to meanwhile, at a message a second
        actions.escalate(number, "L2", by="agent:sam", now=world.now)
        fired[number] = world.seconds()
        world.passes(seconds=2)
        assert told in _numbers(world, "triage")
        assert set(fired) == _numbers(world, "escalations")
    for number, at in fired.items():
        assert 0 <= _posted_at(world, "escalations", number) - at <= 2
    assert world.slack.dispatcher.count("chat.update") > 100
    assert world.slack.rates.busiest_minute("chat.update", world.team.id) <= 50
    assert world.slack.rates.refused == 0
    shown = {one.ts: text for one, text in zip(world.cards("triage"), world.shown("triage"), strict=True)}
    cards = {row.ticket_id: row for row in Delivery.objects.filter(kind="triage_card")}
    newest = set(numbers[:50])
    for number in numbers:
        text, is_edited = shown[cards[number].external_id.rpartition("/")[2]], cards[number].state == State.SENT
        assert not is_edited or (("newest" in text) == (number in newest) and "Sam Miller" in text), text
        assert is_edited or number not in newest
    assert {cards[number].state for number in numbers[-50:]} == {State.WAITING}  # one edit each, whatever came since


def _opened(world: SlackWorld, subject: str) -> int:
    told = actions.open_ticket(subject, MessageText(text="x"), by="system", channel="api", now=world.now)
    return told.ticket


def _hang_up(world: SlackWorld) -> None:
    """Their cards hang in triage already, so that the story need not wait a thousand seconds for them."""
    channel, bot = world.channels["triage"], world.slack.bot_of(world.installation)
    for row in Delivery.objects.filter(kind="triage_card"):
        ts = world.slack.state.new_ts()
        message = Message(ts, channel.id, bot.id, f"#{row.ticket_id}", bot_id=bot.bot_id, app_id=bot.app_id)
        channel.messages[ts] = message
        row.external_id = f"{world.team.id}/{channel.id}/{ts}"
        row.lane = enqueue.lane_of("slack", NoticeKind.TRIAGE_CARD, row.external_id, edit=True)
        row.state, row.sent_at, row.next_attempt_at = State.SENT, world.now, None
        row.save(update_fields=["external_id", "lane", "state", "sent_at", "next_attempt_at"])
    enqueue.open_lanes([row.lane], world.now)


def _as_their_cards_queue() -> list[int]:
    """The tickets as their cards were made: of those due at one moment, the ticker takes any first."""
    rows = Delivery.objects.filter(kind="triage_card").order_by("id")
    return list(rows.values_list("ticket_id", flat=True))


def _numbers(world: SlackWorld, channel: str) -> set[int]:
    """The tickets that have a card in the channel."""
    return {int(one.text.partition(" ")[0].removeprefix("#")) for one in world.cards(channel)}


def _posted_at(world: SlackWorld, channel: str, number: int) -> float:
    [card] = [one for one in world.cards(channel) if one.text.startswith(f"#{number} ")]
    return float(card.ts)
