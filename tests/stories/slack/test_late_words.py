"""Slack tells late and in any order; whose turn it is, and since when, goes by when it was said."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

from rung.channels.slack.events.catch_up import catch_up
from rung.core.calendar.moments import from_us
from rung.core.case import case as cases
from rung.core.receipt.receipt import receipt
from rung.core.receipt.text import as_text
from rung.people.who_is_there import roster_at
from rung.policies.versions import compiled
from rung.tickets import actions
from rung.tickets.history import events_of
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Ticket
from tests.fakes.slack.deliveries import Delivery
from tests.fakes.slack.model import Message, User
from tests.stories.slack.world import SlackWorld


def told_later(world: SlackWorld) -> list[Delivery]:
    """What Slack has to tell, taken from it."""
    kept, world.slack.deliveries.waiting = world.slack.deliveries.waiting, []
    return kept


def tells(world: SlackWorld, late: list[Delivery]) -> None:
    world.slack.deliveries.waiting += late
    world.settle()


def clocks(number: int) -> dict[str, str]:
    """The open clocks, and how many minutes after nine each began."""
    case = cases.decode(bytes(Ticket.objects.get(number=number).snapshot))
    began = {str(clock): from_us(cycle.started_us) for clock, cycle in case.running.items()}
    return {clock: f"{(at.hour - 9) * 60 + at.minute} min" for clock, at in sorted(began.items())}


def why(world: SlackWorld, number: int) -> str:
    policy = compiled(Ticket.objects.get(number=number).policy)
    return as_text(receipt(events_of(number), policy, roster_at(world.now), world.now), "UTC")


def says_quietly(world: SlackWorld, user: User, text: str, thread: Message) -> list[Delivery]:
    """Said in Slack, and not told yet."""
    world.slack.people.says(user, world.shared, text, thread=thread)
    return told_later(world)


def test_written_before_our_answer_and_told_after_it_is_no_alarm(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.passes(minutes=5)
    late = says_quietly(world, world.zoe, "It is row ten", asked)
    world.passes(minutes=5)
    world.says(world.people["sam"], "Please leave row ten out", thread=asked)
    [ticket] = world.tickets
    assert ticket.turn == "customer"
    world.passes(minutes=2)
    tells(world, late)
    ticket.refresh_from_db()
    assert ticket.turn == "customer"
    assert "next_response" not in clocks(ticket.number)
    said = [one.text for one in ticket.messages.order_by("at", "pk")]
    assert said == ["Our import stops", "It is row ten", "Please leave row ten out"]
    assert "told 7 minutes after it was said: every clock counts it from when it was said" in why(world, ticket.number)
    assert world.differences() == []


def test_an_answer_from_the_desk_leaves_unread_what_it_was_not_told(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.passes(minutes=5)
    late = says_quietly(world, world.zoe, "And the whole shop is down", asked)
    world.passes(minutes=5)
    [ticket] = world.tickets
    actions.answer(ticket.number, MessageText(text="Try again"), by="agent:sam", now=world.now)
    world.settle()
    world.passes(minutes=10)
    tells(world, late)
    ticket.refresh_from_db()
    assert ticket.turn == "ours"
    assert clocks(ticket.number)["next_response"] == "10 min"  # since the answer, which did not know it
    drawn = why(world, ticket.number)
    assert "it counts from the last act done without having read it" in drawn, drawn
    assert world.differences() == []


def test_whatever_order_slack_tells_a_conversation_in_it_comes_to_the_same(world: SlackWorld) -> None:
    """Asked at 0, asked further at 2, answered at 4, asked again at 6: told in order, and in five others of the
    twenty-four; `tests/core/test_hindsight.py` has them all."""
    outcomes = {}
    for order in list(permutations(range(4)))[::4]:
        began = world.now = world.now.replace(hour=9, minute=0) + timedelta(days=7)
        asked = world.slack.people.says(world.zoe, world.shared, "Our import stops")
        each = [told_later(world)]
        for minute, who, text in ((2, world.zoe, "at row ten"), (4, world.people["sam"], "Leave it out"),
                                  (6, world.zoe, "It stops again")):  # fmt: skip
            world.now = began + timedelta(minutes=minute)
            each.append(says_quietly(world, who, text, asked))
        for place in order:
            world.now += timedelta(seconds=20)
            tells(world, each[place])
        world.passes(minutes=5)
        ticket = world.tickets[-1]
        said = [one.text for one in ticket.messages.order_by("at", "pk")]
        outcomes[order] = (ticket.turn, clocks(ticket.number), said)
        actions.close(ticket.number, by="agent:sam", now=world.now)
        world.settle()
    for order, outcome in outcomes.items():
        assert outcome == outcomes[0, 1, 2, 3], order
    turn, running, said = outcomes[0, 1, 2, 3]
    assert (turn, running["next_response"], running["resolution"]) == ("ours", "6 min", "0 min")
    assert said == ["Our import stops", "at row ten", "Leave it out", "It stops again"]
    assert world.differences() == []


def test_after_an_outage_the_clocks_count_from_when_the_customer_wrote(world: SlackWorld) -> None:
    """Written at 0 and 20, answered in Slack at 30, and not a word of it told: found in history at 100."""
    asked = world.slack.people.says(world.zoe, world.shared, "Our import stops")
    world.now += timedelta(minutes=20)
    world.slack.people.says(world.zoe, world.shared, "It is row ten", thread=asked)
    world.now += timedelta(minutes=10)
    world.slack.people.says(world.people["sam"], world.shared, "Leave it out", thread=asked)
    world.slack.people.says(world.max, world.shared, "And our export is slow")
    told_later(world)
    world.now += timedelta(minutes=70)
    catch_up(world.now)
    world.settle()
    first, second = world.tickets
    assert (first.turn, second.turn) == ("customer", "ours")
    assert clocks(first.number)["customer_silence"] == "30 min"
    assert clocks(second.number)["first_response"] == "30 min"
    # An hour to answer was over at 90: the offer is made now, and late; nobody was reminded of what is past.
    assert [event["due_at"][:16] for event in world.events("target_missed")] == ["2026-11-24T10:30"]
    assert len(world.cards("escalations")) == 1
    assert "told 1 hour 10 minutes after it was said" in why(world, second.number)
    assert world.differences() == []


def test_an_offer_made_because_an_answer_had_not_been_told_is_taken_back(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.passes(minutes=55)
    late = says_quietly(world, world.people["sam"], "Please leave row ten out", asked)
    world.passes(minutes=10)
    [ticket] = world.tickets
    assert (ticket.offered_to, ticket.turn) == ("L2", "ours")
    tells(world, late)
    ticket.refresh_from_db()
    assert (ticket.offered_to, ticket.turn) == ("", "customer")
    drawn = why(world, ticket.number)
    assert "had already ended the clock, but was reported later" in drawn
    assert "first_response #1, ended: ran 55m" in drawn
    assert "of 1h, met" in drawn
    assert world.differences() == []


def test_a_ticket_made_of_an_old_message_begins_when_it_is_made(world: SlackWorld) -> None:
    general = world.slack.channel(world.team, "general", *world.people.values(), world.slack.bot_of(world.installation))
    world.knows(general)
    old = world.says(world.people["ben"], "The coffee machine leaks", general)
    world.passes(days=2)
    world.slack.people.reacts(world.people["sam"], old, "ticket")
    world.settle()
    [ticket] = world.tickets
    assert ticket.opened_at == world.now
    assert ticket.messages.get().at == world.now
