"""Work done by several fresh processes at once, each with its own connection. Imports no model: Django is not up yet
when a fresh process reads this module."""

import importlib
import multiprocessing
import os
import time
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from typing import NamedTuple

import django


class Worked(NamedTuple):
    """One process's share: when it began and ended, on the machine's steady clock, and what its work returned."""

    began: float
    ended: float
    result: object


def in_processes(module: str, function: str, count: int, *arguments: object) -> float:
    """Seconds that `count` processes take to run `module.function(*arguments)` at once, from the first to begin to the
    last to end; starting them and the module's `prepare()` do not count. The caller's connections must be closed."""
    context = multiprocessing.get_context("spawn")
    ready, answers = context.Barrier(count), context.SimpleQueue()
    processes = [
        context.Process(target=_work, args=(module, function, arguments, ready, answers)) for _ in range(count)
    ]
    for process in processes:
        process.start()
    got: list[Worked] = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    return max(one.ended for one in got) - min(one.began for one in got)


def _work(
    module: str, function: str, arguments: tuple[object, ...], ready: Barrier, answers: "SimpleQueue[Worked]"
) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
    django.setup()
    home = importlib.import_module(module)
    work = getattr(home, function)
    home.prepare()
    ready.wait()
    began = time.perf_counter()
    result = work(*arguments)
    answers.put(Worked(began, time.perf_counter(), result))
