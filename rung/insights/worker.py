"""Runs what is rare or slow: the jobs that procrastinate keeps in the database."""

import asyncio
import threading

from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app, connector_params

STOP_LOOKED_AT = 0.2  # seconds
LET_FINISH = 4.0  # seconds a job has to end when the desk stops; a job cut off is taken up again
#: Queue -> how many of its jobs are done at a time. Each queue has hands of its own, so that none waits for another:
#: a preview not for replays, and what runs at night not for either.
HANDS = {"default": 1, "policy jobs": 1, "long policy jobs": 2}


def run(stop: threading.Event) -> None:
    """Until asked to stop."""
    asyncio.run(_work(stop))


async def _work(stop: threading.Event) -> None:
    with app.replace_connector(PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=len(HANDS) + 3)):
        async with app.open_async():  # one connection each to be woken by, and some for the jobs
            work = asyncio.gather(*(_serve(queue, hands) for queue, hands in HANDS.items()))
            while not stop.is_set() and not work.done():
                await asyncio.sleep(STOP_LOOKED_AT)
            work.cancel()
            try:
                await work
            except asyncio.CancelledError:
                return


async def _serve(queue: str, hands: int) -> None:
    await app.run_worker_async(
        name=queue,
        queues=[queue],
        concurrency=hands,
        install_signal_handlers=False,
        shutdown_graceful_timeout=LET_FINISH,
    )
