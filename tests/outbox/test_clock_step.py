"""The database's clock goes back: what waits for a moment that has moved away goes on."""

from datetime import timedelta

import pytest

from rung.intake.batch import follow_clock
from rung.intake.models import Received
from rung.outbox import clock_step
from rung.outbox.models import ClockStep, Delivery, Heartbeat, LaneState, State
from rung.people.clock import database_now

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def waiting(key: str, **more: object) -> Delivery:
    now = database_now()
    given: dict[str, object] = {"kind": "moment", "subject": "reminder", "recipient": "agent:sam", "channel": "email"}
    return Delivery.objects.create(key=key, due_at=now, created_at=now, **given | more)


def test_queues_in_use_and_sendings_under_way_go_on_at_once() -> None:
    before = database_now()
    clock_step.look(before)
    lane = LaneState.objects.create(name="email/1", free_at=before + timedelta(minutes=2))
    again = waiting("a", next_attempt_at=before + timedelta(seconds=30))
    sent = waiting("b", state=State.SENDING, leased_until=before + timedelta(minutes=2))
    held = waiting("c", state=State.HELD, next_attempt_at=before + timedelta(hours=9))
    dead = Heartbeat.objects.create(loop="ticker", process="a:1", at=before)

    clock_step.look(before - HOUR)

    for row in (lane, again, sent, held):
        row.refresh_from_db()
    assert lane.free_at == before - HOUR + timedelta(minutes=2)
    assert again.next_attempt_at == before - HOUR + timedelta(seconds=30)
    assert sent.leased_until == before - HOUR + timedelta(minutes=2)
    assert held.next_attempt_at == before + timedelta(hours=9)  # until the quiet hours end, by the clock on the wall
    assert not Heartbeat.objects.filter(pk=dead.pk).exists()
    assert [step.back for step in ClockStep.objects.all()] == [HOUR]


def test_a_second_courier_does_not_move_them_again() -> None:
    before = database_now()
    clock_step.look(before)
    lane = LaneState.objects.create(name="email/1", free_at=before + timedelta(minutes=2))
    clock_step.look(before - HOUR)
    clock_step.look(before - HOUR + timedelta(seconds=1))
    lane.refresh_from_db()
    assert lane.free_at == before - HOUR + timedelta(minutes=2)


def test_a_correction_of_a_second_moves_nothing() -> None:
    before = database_now()
    clock_step.look(before)
    clock_step.look(before - timedelta(seconds=1))
    assert not ClockStep.objects.exists()


def test_what_is_to_be_sorted_again_goes_on() -> None:
    before = database_now()
    follow_clock(before)
    later = before + timedelta(seconds=30)
    row = Received.objects.create(
        channel="email", external_id="a", body={}, received_at=before, next_attempt_at=later, attempts=2
    )
    follow_clock(before - HOUR)
    row.refresh_from_db()
    assert row.next_attempt_at == later - HOUR
