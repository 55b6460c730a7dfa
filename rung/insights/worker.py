"""Runs what is rare or slow: the jobs that procrastinate keeps in the database."""

import asyncio
import threading
from contextlib import suppress

import structlog
from django.db import connection
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app, connector_params
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from rung.outbox import progress
from rung.outbox.loop import BEAT_EVERY, RECONNECT_AFTER, Pulse
from rung.people.database_errors import AWAY

log = structlog.get_logger(__name__)

#: The database is away, in the words of the driver, its pool or procrastinate.
LOST: tuple[type[Exception], ...] = (*AWAY, PoolTimeout, ConnectorException)
STOP_LOOKED_AT = 0.2  # seconds
LET_FINISH = 4.0  # seconds a job has to end when the desk stops; a job cut off is taken up again
#: Queue -> how many of its jobs are done at a time. Each queue has hands of its own, so that none waits for another:
#: a preview not for replays, and what runs at night not for either.
HANDS = {"default": 1, "policy jobs": 1, "long policy jobs": 2}


def run(stop: threading.Event) -> None:
    """Until asked to stop. A lost database is waited for; jobs that were cut off are taken up again."""
    while not stop.is_set():
        try:
            asyncio.run(_work(stop))
        except LOST as lost:
            log.warning("the database is away", loop="worker", error=str(lost).strip())
            stop.wait(RECONNECT_AFTER)


async def _work(stop: threading.Event) -> None:
    over = threading.Event()
    with app.replace_connector(PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=len(HANDS) + 3)):
        async with app.open_async():  # one connection each to be woken by, and some for the jobs
            work = asyncio.gather(*(_serve(queue, hands) for queue, hands in HANDS.items()))
            beats = asyncio.create_task(asyncio.to_thread(_beat, over))
            try:
                while not stop.is_set() and not work.done():
                    progress.moved()
                    await asyncio.sleep(STOP_LOOKED_AT)
                work.cancel()
                with suppress(asyncio.CancelledError):
                    await work
            finally:
                over.set()
                await beats


def _beat(over: threading.Event) -> None:
    """The worker's entries in the table of heartbeats. Without the database there are none, and health says so."""
    pulse = Pulse("worker")
    while not over.is_set():
        try:
            pulse.beat(0)
        except AWAY:
            connection.close()
        over.wait(BEAT_EVERY.total_seconds())
    connection.close()


async def _serve(queue: str, hands: int) -> None:
    await app.run_worker_async(
        name=queue,
        queues=[queue],
        concurrency=hands,
        install_signal_handlers=False,
        shutdown_graceful_timeout=LET_FINISH,
    )
