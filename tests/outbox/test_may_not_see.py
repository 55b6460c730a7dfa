"""Somebody restricted to their teams is told nothing of other teams' tickets, by no rule, no mention and no channel."""

from collections.abc import Iterator

import pytest

from rung.outbox.models import Delivery, State
from rung.outbox.ports import Later
from rung.outbox.sentences import text
from rung.people.models import Agent
from rung.tickets.message_rows import MessageText
from tests.world import POLICY, World, desk

TELLS_BEN = POLICY.replace("{at: 50%, remind: triage}", "{at: 50%, notify: ['agent:ben']}")


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        world.publishes(TELLS_BEN)
        yield world


def test_a_rule_that_names_them_tells_the_lead_until_the_ticket_is_their_teams(world: World) -> None:
    Agent.objects.filter(handle="ben").update(is_restricted=True)
    world.acme.writes("The plumstone is broken")
    world.passes(minutes=31)
    assert world.chat.heard_by("@ben") == []
    (instead,) = Delivery.objects.filter(instead_of="agent:ben")
    assert instead.recipient == "agent:sam"
    Agent.objects.filter(handle="ben").update(is_restricted=False)
    world.passes(seconds=10)
    world.globex.writes("The other is broken too")
    world.passes(minutes=31)
    assert len(world.chat.heard_by("@ben")) == 1


def test_a_mention_of_them_is_kept_as_not_sent_with_the_reason(world: World) -> None:
    case = world.acme.writes("The plumstone is broken")
    Agent.objects.filter(handle="ben").update(is_restricted=True)
    case.does("note", MessageText(text="@ben, what do you say of the plumstone?"), by="agent:sam")
    (kept,) = Delivery.objects.filter(recipient="agent:ben")
    assert (kept.state, str(kept.outcome)) == (State.OVERTAKEN, "ben may not see this ticket")
    case.does("assign", "ben", by="agent:sam")
    case.does("note", MessageText(text="@ben, it is yours now"), by="agent:sam")
    heard = world.chat.heard_by("@ben")
    assert len(heard) == 2
    assert all("plumstone" in words for words in heard)


def test_who_has_left_since_is_told_nothing(world: World) -> None:
    case = world.acme.writes("The plumstone is broken")
    world.chat.answers = [Later(text("not now"))]
    case.does("assign", "ben", by="agent:sam")
    Agent.objects.filter(handle="ben").update(is_active=False)
    world.passes(minutes=30)
    assert world.chat.heard_by("@ben") == []
    assert [str(row.outcome) for row in case.deliveries(recipient="agent:ben")] == ["ben does not work here any more"]
