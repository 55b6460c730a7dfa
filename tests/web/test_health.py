"""Whoever watches the desk sees when its clocks stop."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from rung.outbox.models import Heartbeat
from rung.tickets.models import Ticket
from tests.world import World, desk


@pytest.fixture
def world(transactional_db: None) -> Any:
    with desk() as world:
        yield world


def _alive(world: World) -> None:
    for loop in ("ticker", "courier"):
        Heartbeat.objects.update_or_create(loop=loop, process="a:1", defaults={"at": world.time.at})


def test_all_is_well(world: World, client: Client) -> None:
    _alive(world)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["troubles"]) == (200, [])


def test_a_loop_that_is_not_heard_of_is_trouble(world: World, client: Client) -> None:
    _alive(world)
    world.time.at += timedelta(minutes=2)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["troubles"] == [
        "the ticker has not reported for 120 s",
        "the courier has not reported for 120 s",
    ]


def test_a_ticket_that_has_been_due_for_long_is_trouble(world: World, client: Client) -> None:
    _alive(world)
    case = world.acme.writes("Help")
    Ticket.objects.filter(number=case.number).update(wake_at=world.time.at - timedelta(minutes=5))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["ticker_lag_seconds"]) == (503, 300.0)


def test_prometheus_reads_the_same(world: World, client: Client) -> None:
    _alive(world)
    world.acme.writes("Help")
    world.jumps(minutes=31)
    text = client.get("/metrics").content.decode()
    assert 'rung_open_tickets{status="open"} 1.0' in text
    assert 'rung_step_lateness_seconds{quantile="1"} 60.0' in text
