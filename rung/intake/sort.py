"""What came in becomes tickets: each raw event is given to its channel, and tried again when that fails."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from rung.intake.models import Received
from rung.outbox import loop, wakeups
from rung.outbox.loop import Loop
from rung.people.clock import database_now

log = structlog.get_logger(__name__)

#: What a channel's module `sorting` has as `sort`: what came of it, in a few words. It raises to be tried again.
Sorter = Callable[[Mapping[str, Any], datetime], str]
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
AT_MOST = timedelta(hours=1)
#: Each waits for the database most of the time.
WORKERS = 4


class NotYet(Exception):
    """It cannot be sorted now, through nobody's fault: the other side cannot be asked."""


def run(stop: threading.Event) -> None:
    """Until asked to stop. What a channel does beside (catching up, sockets) runs in a thread of its own."""
    for app in settings.CHANNELS:
        begin = getattr(_sorting_of(app), "begin", None)
        if begin is not None:
            threading.Thread(target=begin, args=(stop,), name=f"beside {app}", daemon=True).start()

    with ThreadPoolExecutor(WORKERS, thread_name_prefix="sorter") as pool:

        def rounds() -> int:
            return sum(pool.map(sort_until, [stop] * WORKERS))

        loop.run(Loop(name="sorter", channel=wakeups.SORTER, round=rounds, next_at=next_due_at), stop)


def sort_all_due() -> int:
    """Sort until nothing is due at this moment; how many that were. For stories and commands."""
    done = 0
    while sort_one():
        done += 1
    return done


def sort_until(stop: threading.Event) -> int:
    """One worker's share of a round."""
    done = 0
    try:
        while not stop.is_set() and sort_one():
            done += 1
    except (OperationalError, InterfaceError):
        connection.close()
        raise
    return done


def next_due_at() -> datetime | None:
    """When something waits to be sorted, or tried again."""
    waiting = Received.objects.filter(next_attempt_at__isnull=False).order_by("next_attempt_at")
    return waiting.values_list("next_attempt_at", flat=True).first()


def sort_one() -> bool:
    """The oldest that is due, if there is one; other sorters take others meanwhile. What fails is undone whole."""
    received = None
    try:
        with transaction.atomic():
            now = database_now()
            due = Received.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at", "id")
            received = due.select_for_update(skip_locked=True).first()
            if received is None:
                return False
            received.outcome = _sorters()[received.channel](received.body, now)
            received.sorted_at, received.next_attempt_at = now, None
            received.save(update_fields=["outcome", "sorted_at", "next_attempt_at"])
    except (OperationalError, InterfaceError):
        raise  # the database, not the message
    except Exception as error:
        if received is None:
            raise
        _put_off(received, error, now)
    return True


def _put_off(received: Received, error: Exception, now: datetime) -> None:
    """It moves on to a later try, and says why."""
    if isinstance(error, NotYet):
        log.info("what came in waits to be sorted", received=received.pk, channel=received.channel, why=str(error))
    else:
        log.exception("what came in could not be sorted", received=received.pk, channel=received.channel)
    wait = BACK_OFF[received.attempts] if received.attempts < len(BACK_OFF) else AT_MOST
    Received.objects.filter(pk=received.pk, attempts=received.attempts, sorted_at=None).update(
        attempts=min(received.attempts + 1, 1000),
        outcome=f"{type(error).__name__}: {error}",
        next_attempt_at=now + wait,
    )


@cache
def _sorters() -> dict[str, Sorter]:
    """Each configured channel by its name, the last word of its app, where it brings raw events."""
    found = ((app.rpartition(".")[2], _sorting_of(app)) for app in settings.CHANNELS)
    return {name: module.sort for name, module in found if module is not None}


def _sorting_of(app: str) -> ModuleType | None:
    """The channel's module `sorting`, if it has one."""
    try:
        return import_module(f"{app}.sorting")
    except ModuleNotFoundError as missing:
        if missing.name != f"{app}.sorting":
            raise
        return None
