"""No destination takes the threads of the others: a share for each channel, a smaller one for those that fail."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta

import pytest
from django.db import transaction

from rung.outbox import courier as couriers
from rung.outbox.courier import OF_A_CHANNEL, OF_FAILING, WORKERS, Courier
from rung.outbox.models import Delivery, LaneState
from rung.outbox.queues import Claimed
from rung.people.clock import database_now

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def courier() -> Iterator[Courier]:
    made = Courier(couriers.source())
    yield made
    made._pool.shutdown()


def waiting(channel: str, count: int, *, failures: int = 0) -> None:
    now = database_now()
    for number in range(count):
        lane = f"{channel}/{failures}/{number}"
        LaneState.objects.create(name=lane, free_at=now, failures=failures)
        Delivery.objects.create(
            key=lane,
            kind="moment",
            subject="reminder",
            recipient=f"agent:{number}",
            lane=lane,
            channel=channel,
            destination=lane,
            due_at=now,
            created_at=now,
            next_attempt_at=now,
        )


def under_way(courier: Courier) -> Counter[tuple[str, bool]]:
    """Claims until there is nothing more to claim, with every call still running."""
    while room := WORKERS - len(courier._away):
        with transaction.atomic():
            claimed = courier._fair(room, database_now() + timedelta(seconds=1))
        if not claimed:
            break
        courier._away |= {Future(): one for one in claimed}
    return Counter((one.delivery.channel, one.is_failing) for one in away(courier))


def away(courier: Courier) -> list[Claimed]:
    return list(courier._away.values())


def test_many_slow_endpoints_leave_half_of_the_threads_to_others(courier: Courier) -> None:
    waiting("webhook", 40)
    assert under_way(courier) == {("webhook", False): OF_A_CHANNEL}
    waiting("email", 2)
    assert under_way(courier) == {("webhook", False): OF_A_CHANNEL, ("email", False): 2}


def test_destinations_that_fail_have_a_quarter_together(courier: Courier) -> None:
    waiting("webhook", 10, failures=3)
    waiting("email", 10, failures=1)
    waiting("email", 3)
    found = under_way(courier)
    assert sum(count for (_, failing), count in found.items() if failing) == OF_FAILING
    assert found["email", False] == 3
