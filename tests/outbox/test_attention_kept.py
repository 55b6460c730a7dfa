"""Quiet hours and budgets at work: what waits is counted, shown, and said together."""

from collections.abc import Iterator

import pytest

from rung.outbox.models import Delivery, State
from tests.world import POLICY, World, desk

QUIET = (
    POLICY
    + """
attention:
  quiet: {outside: office, except: [urgent]}
  budget: {person: 2 per 1h}
"""
)


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        world.publishes(QUIET)
        yield world


def test_direct_messages_of_the_night_are_one_digest_in_the_morning(world: World) -> None:
    world.passes(hours=10)  # 18:00, the office closed at 16:00
    first, second = world.acme.writes("First"), world.globex.writes("Second")
    for case in (first, second):
        case.does("assign", "sam", by="agent:carla")
    assert world.chat.heard_by("@sam") == []
    held = Delivery.objects.filter(state=State.HELD)
    assert {str(row.held_why) for row in held} == {"quiet hours"}
    assert len(world.chat.cards_in("#triage")) == 2  # cards interrupt nobody
    world.passes(hours=13, minutes=59)
    assert world.chat.heard_by("@sam") == []
    world.passes(minutes=1)
    assert world.chat.heard_by("@sam") == ["2 messages that waited"]
    assert Delivery.objects.filter(state=State.DIGESTED).count() == 2


def test_what_stopped_being_true_over_night_is_not_in_the_digest(world: World) -> None:
    world.passes(hours=10)
    first, second = world.acme.writes("First"), world.globex.writes("Second")
    for case in (first, second):
        case.does("assign", "sam", by="agent:carla")
    first.does("resolve", by="agent:carla")
    world.passes(hours=14)
    assert world.chat.heard_by("@sam") == [f"#{second.number} Second (Globex) is yours now."]


def test_the_third_message_within_an_hour_waits_for_the_hour_to_pass(world: World) -> None:
    cases = [world.acme.writes(f"Ticket {number}") for number in range(4)]
    for case in cases:
        case.does("assign", "sam", by="agent:carla")
    assert len(world.chat.heard_by("@sam")) == 2
    assert set(Delivery.objects.filter(state=State.HELD).values_list("held_why__code", flat=True)) == {"budget"}
    world.passes(minutes=60)
    # The other two, and that all four have lain there for 45 minutes.
    assert world.chat.heard_by("@sam")[2:] == ["6 messages that waited"]


def test_an_urgent_ticket_interrupts_at_night(world: World) -> None:
    world.passes(hours=10)
    case = world.acme.writes("Help, everyone is down")
    case.does("assign", "sam", by="agent:carla")
    assert len(world.chat.heard_by("@sam")) == 1
