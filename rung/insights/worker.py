"""Runs what is rare or slow: the jobs that procrastinate keeps in the database."""

import asyncio
import threading

from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app, connector_params

STOP_LOOKED_AT = 0.2  # seconds
LET_FINISH = 4.0  # seconds a job has to end when the desk stops; a job cut off is taken up again


def run(stop: threading.Event) -> None:
    """Until asked to stop."""
    asyncio.run(_work(stop))


async def _work(stop: threading.Event) -> None:
    with app.replace_connector(PsycopgConnector(kwargs=connector_params())):
        async with app.open_async():
            work = asyncio.create_task(
                app.run_worker_async(install_signal_handlers=False, shutdown_graceful_timeout=LET_FINISH)
            )
            while not stop.is_set() and not work.done():
                await asyncio.sleep(STOP_LOOKED_AT)
            work.cancel()
            try:
                await work
            except asyncio.CancelledError:
                return
