"""Who leaves, moves or is absent: the tickets they have are looked at within seconds."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from rung.people.clock import database_now
from rung.people.models import Absence, Agent, Membership, Team
from rung.tickets.models import Ticket
from tests.world import World, desk


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        yield world
        assert world.differences() == []


def _leaves(agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(is_active=False)


def _moves(agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(level="L2")


def _is_away(agent: Agent) -> None:
    now = database_now()
    Absence.objects.create(agent=agent, starts_at=now, ends_at=now + timedelta(hours=4))


def _joins(agent: Agent) -> None:
    Membership.objects.create(agent=agent, team=Team.objects.create(name="night-watch"))


@pytest.mark.parametrize("change", [_leaves, _moves, _is_away, _joins])
def test_a_change_wakes_the_tickets_of_whom_it_touches(world: World, change: Callable[[Agent], None]) -> None:
    case, other = world.acme.writes("Our import stopped"), world.acme.writes("Another")
    case.does("assign", "sam", by="agent:sam")
    Ticket.objects.filter(number__in=[case.number, other.number]).update(wake_at=None, level="L9")
    change(Agent.objects.get(handle="sam"))
    assert case.row.wake_at is not None
    # The trigger reads the database's own clock, which the world does not crank.
    assert case.row.wake_at <= datetime.now(UTC) + timedelta(seconds=10)
    assert other.row.wake_at is None
    Ticket.objects.filter(number__in=[case.number, other.number]).update(level="L1")


def test_whoever_has_left_has_nothing_any_more(world: World) -> None:
    open_one, pending = world.acme.writes("Our import stopped"), world.acme.writes("Another")
    for case in (open_one, pending):
        case.does("assign", "sam", by="agent:sam")
    pending.answered("sam", "Which version?", keep_open=False)
    Agent.objects.filter(handle="sam").update(is_active=False)
    Ticket.objects.update(wake_at=database_now() + timedelta(seconds=6))
    world.passes(seconds=10)
    assert [case.row.assignee_id for case in (open_one, pending)] == [None, None]
