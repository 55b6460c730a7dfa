"""Whoever watches the desk sees when its clocks stop."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from rung.intake.health import PARTS
from rung.intake.models import Received
from rung.outbox.models import ClockStep, Heartbeat, LaneState
from rung.people.models import Agent
from rung.tickets.models import Ticket
from tests.world import World, desk


@pytest.fixture
def world(transactional_db: None) -> Any:
    with desk() as world:
        yield world


def _alive(world: World) -> None:
    for loop in PARTS:
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
    assert answer.json()["troubles"] == [f"the {part} has not reported for 120 s" for part in PARTS]


def test_a_ticket_that_has_been_due_for_long_is_trouble(world: World, client: Client) -> None:
    _alive(world)
    case = world.acme.writes("Help")
    Ticket.objects.filter(number=case.number).update(wake_at=world.time.at - timedelta(minutes=5))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["ticker_lag_seconds"]) == (503, 300.0)


def test_a_message_that_nobody_sorts_is_trouble(world: World, client: Client) -> None:
    _alive(world)
    came = world.time.at - timedelta(minutes=3)
    Received.objects.create(channel="email", external_id="a", body={}, received_at=came, next_attempt_at=came)
    answer = client.get("/healthz")
    assert answer.json()["troubles"] == ["the sorter is behind: a message has waited to be sorted for 180 s"]
    assert answer.json()["oldest_seconds"]["received"] == 180.0
    assert 'rung_queue_oldest_seconds{queue="received"} 180.0' in client.get("/metrics").content.decode()


def test_a_message_that_fails_again_and_again_is_trouble(world: World, client: Client) -> None:
    _alive(world)
    came, again = world.time.at - timedelta(hours=1), world.time.at + timedelta(minutes=10)
    Received.objects.create(
        channel="email", external_id="a", body={}, received_at=came, next_attempt_at=again, attempts=4
    )
    troubles = client.get("/healthz").json()["troubles"]
    assert troubles == ["a message cannot be sorted and has been tried again for 3600 s"]


def test_a_clock_that_went_back_is_said_for_an_hour(world: World, client: Client) -> None:
    _alive(world)
    ClockStep.objects.create(at=world.time.at, back=timedelta(hours=1))
    assert client.get("/healthz").json()["troubles"] == [
        "the database's clock went back by 3600 s within the last hour"
    ]
    world.time.at += timedelta(minutes=61)
    _alive(world)
    assert client.get("/healthz").json()["troubles"] == []


def test_prometheus_reads_the_same(world: World, client: Client) -> None:
    _alive(world)
    world.acme.writes("Help")
    world.jumps(minutes=31)
    text = client.get("/metrics").content.decode()
    assert 'rung_open_tickets{status="open"} 1.0' in text
    assert 'rung_step_lateness_seconds{quantile="1"} 60.0' in text


def test_owners_see_every_part_and_queue_on_a_page(world: World, client: Client) -> None:
    _alive(world)
    client.force_login(Agent.objects.get(handle="carla"))
    page = client.get("/settings/health").content.decode()
    assert "Every part works, and nothing waits too long." in page
    LaneState.objects.create(name="webhook/ops", free_at=world.time.at, failures=3, blocked_why="ops answered 500")
    Heartbeat.objects.filter(loop="sorter").delete()
    page = client.get("/settings/health").content.decode()
    assert "Something needs you" in page
    assert "never reported" in page
    assert "ops answered 500" in page
    client.force_login(Agent.objects.get(handle="sam"))
    assert client.get("/settings/health").status_code == 403
