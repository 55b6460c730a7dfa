"""Who does the work of a long command: this process, several of them, or workers on other machines."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Annotated, Any

import typer

from rung.cli.log_files import refused
from rung.insights.extras import extra

#: Rows from which several processes are quicker than one.
WORTH_PROCESSES = 50_000
#: How long workers elsewhere may take to answer.
PATIENCE = "10s"

Jobs = Annotated[
    int | None,
    typer.Option(help="The number of processes; one per processor by default. The result is the same.", min=1),
]
Elsewhere = Annotated[
    str | None,
    typer.Option("--executor", help="Use the workers of a dask.distributed cluster, such as tcp://host:8786."),
]


@contextmanager
def working(address: str | None, jobs: int | None, rows: int) -> Iterator[Executor | None]:
    """Workers elsewhere; else processes here, where there is enough to do for several."""
    jobs = jobs or os.cpu_count() or 1
    if address is not None:
        # Late, because it takes a second that no other command should wait.
        distributed = extra("cluster", "distributed")
        try:
            client = distributed.Client(address, timeout=PATIENCE)
        except (OSError, ValueError) as problem:
            raise refused(f"--executor {address}: no workers answer there ({problem})") from None
        with client:
            if without := _without_rung(client):
                raise refused(
                    f"--executor {address}: {without} there cannot import this Rung; "
                    "start scheduler and workers with its folder in PYTHONPATH and its .venv/bin/dask"
                )
            yield client.get_executor()
    elif jobs == 1 or rows < WORTH_PROCESSES:
        yield None
    else:
        # Begun anew, not as copies of this process and all it holds.
        with ProcessPoolExecutor(jobs, mp_context=get_context("forkserver"), initializer=_end_with_us) as executor:
            yield executor


def _without_rung(client: Any) -> str:
    """Who at the other end lacks it, in words; empty: nobody. What is asked must itself need no Rung there."""
    if client.run_on_scheduler(find_spec, "rung") is None:
        return "the scheduler"
    lacking = [address for address, found in client.run(find_spec, "rung").items() if found is None]
    return f"the worker {lacking[0]}" if lacking else ""


def _end_with_us() -> None:
    """In a process of the pool: end when the command does, also when it was killed."""
    us = parent_process()

    def wait() -> None:
        if us is not None:
            us.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()
