"""Any process may die between any two statements: after a new start nothing is lost and nothing has been said twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from rung.outbox.models import Delivery, State
from rung.outbox.ports import Moment
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Event, Ticket
from tests.world import World

EVERY = 13  # of some hundred statements; 4 takes minutes and has been run


class Killed(BaseException):
    """As by `kill -9`: nobody catches it, nothing is tidied up."""


@contextmanager
def killed_at(statement: int | None) -> Iterator[Counter[str]]:
    """Die at the n-th statement; counts them."""
    counted: Counter[str] = Counter()

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        counted["statements"] += 1
        if counted["statements"] == statement:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield counted


def a_day_on_the_desk(world: World, survive: Callable[[Callable[[], object]], None]) -> None:
    """A ticket is opened, reminded, offered, claimed, answered and resolved."""
    start = world.time.at
    survive(
        lambda: actions.open_ticket(
            "Import",
            MessageText(text="It stopped"),
            by=world.acme.by,
            channel="slack",
            thread="@kim",
            client_key="open",
        )
    )
    for minutes in (0, 30, 60):
        survive(lambda minutes=minutes: world.reaches(start + timedelta(minutes=minutes)))
    number = Ticket.objects.get().number
    survive(lambda: actions.claim(number, agent="ben", client_key="claim"))
    survive(
        lambda: actions.answer(number, MessageText(text="Fixed?"), by="agent:ben", keep_open=False, client_key="answer")
    )
    survive(lambda: world.reaches(start + timedelta(minutes=70)))
    survive(lambda: actions.resolve(number, by="agent:ben", client_key="resolve"))
    survive(lambda: world.reaches(start + timedelta(minutes=90)))


def check(world: World) -> None:
    """What a user would see at the end of that day, however often somebody died."""
    assert Ticket.objects.get().status == "resolved"
    kinds = Counter(Event.objects.values_list("kind", flat=True))
    assert (kinds["opened"], kinds["offered"], kinds["claimed"], kinds["answered"], kinds["resolved"]) == (
        1,
        1,
        1,
        1,
        1,
    )
    steps = Counter(Event.objects.filter(kind="step_fired").values_list("data__rule", "data__step", "data__cycle"))
    assert set(steps.values()) == {1}
    said = Counter(what.key for what in world.chat.said)
    assert set(said.values()) <= {1}, "something was said twice"
    assert len(world.chat.cards_in("#triage")) == len(world.chat.cards_in("#escalations")) == 1
    assert world.chat.cards_in("#escalations")[0].over
    assert world.chat.heard_by("@kim") == ["Fixed?", "Hi there, we believe this is solved."]
    for moment in Delivery.objects.filter(kind="moment"):
        heard = any(isinstance(what, Moment) and what.key == moment.key for what in world.chat.said)
        assert heard or moment.channel == "app", "a message was lost"
    assert not Delivery.objects.filter(state__in=[State.WAITING, State.SENDING, State.HELD]).exists()
    assert world.differences() == []


def test_a_day_without_trouble(world: World) -> None:
    with killed_at(None) as counted:
        a_day_on_the_desk(world, lambda step: step() and None)
    check(world)
    assert counted["statements"] > 100


@pytest.mark.slow
@pytest.mark.parametrize("statement", range(2, 300, EVERY))
def test_killed_between_any_two_statements(world: World, statement: int) -> None:
    def survive(step: Callable[[], object]) -> None:
        try:
            step()
        except Killed:
            world.starts_again()
            step()

    with killed_at(statement):
        a_day_on_the_desk(world, survive)
    world.passes(minutes=10)
    check(world)
