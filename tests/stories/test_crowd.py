"""Many hands at once: people, tickers and couriers on the same few tickets, and nobody blocks anybody for good."""

import random
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from rung.core.vocabulary import Priority
from rung.escalation import ticker
from rung.escalation.roster_cache import RosterCache
from rung.outbox.courier import Courier, source
from rung.people import clock
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Event
from tests.world import World, desk

SECONDS = 6.0


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        yield world


@pytest.mark.slow
def test_a_crowd_on_few_tickets(world: World) -> None:
    numbers = [world.acme.writes(f"Ticket {number}").number for number in range(8)]
    raised: list[BaseException] = []
    ends = time.monotonic() + SECONDS

    def at_work(once: Callable[[random.Random], object], seed: int) -> threading.Thread:
        def work() -> None:
            chance = random.Random(seed)
            try:
                while time.monotonic() < ends and not raised:
                    once(chance)
            except BaseException as error:  # noqa: BLE001  shown by the assertion below
                raised.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    def act(chance: random.Random) -> None:
        number, other = chance.sample(numbers, 2)
        by = f"agent:{chance.choice(['sam', 'ben', 'ada', 'carla'])}"
        chance.choice(
            [
                lambda: actions.answer(number, MessageText(text="Hello"), by=by),
                lambda: actions.customer_message(number, MessageText(text="Still broken"), by=world.acme.by),
                lambda: actions.claim(number, agent=by.removeprefix("agent:")),
                lambda: actions.escalate(number, "next", by=by, anyway=True),
                lambda: actions.return_offer(number, "not ours", by=by),
                lambda: actions.set_priority(number, chance.choice(list(Priority)), by=by),
                lambda: actions.relate(number, other, by=by),
                lambda: actions.resolve(number, by=by),
                lambda: actions.reopen(number, by=by),
            ]
        )()

    couriers = [Courier(source()) for _ in range(2)]
    with clock.cranked(clock._postgres):
        threads = [at_work(act, seed) for seed in range(3)]
        threads += [at_work(lambda _: ticker.look_at_batch(RosterCache(), most=5), 0) for _ in range(2)]
        threads += [at_work(lambda _, courier=courier: courier.send_all(within=0.5), 0) for courier in couriers]  # type: ignore[misc]
        for thread in threads:
            thread.join(timeout=60)
    for courier in couriers:
        courier.close()
    assert raised == []
    assert Event.objects.count() > 100
    assert world.differences() == []
