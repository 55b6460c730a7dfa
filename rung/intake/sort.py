"""What came in becomes tickets: each raw event is given to its channel, and tried again when that fails."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from rung.intake.models import Received
from rung.outbox import loop, wakeups
from rung.outbox.loop import Loop
from rung.people.clock import database_now

log = structlog.get_logger(__name__)

#: What a channel's module `sorting` has as `sort`: what came of it, in a few words. It raises to be tried again.
Sorter = Callable[[Mapping[str, Any], datetime], str]
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
AT_MOST = timedelta(hours=1)
#: So many to a transaction: few enough that nobody waits long for a ticket one of them has locked.
BATCH = 10


class NotYet(Exception):
    """It cannot be sorted now, through nobody's fault: the other side cannot be asked."""


def run(stop: threading.Event) -> None:
    """Until asked to stop. What a channel does beside (catching up, sockets) runs in a thread of its own."""
    for app in settings.CHANNELS:
        begin = getattr(_sorting_of(app), "begin", None)
        if begin is not None:
            threading.Thread(target=begin, args=(stop,), name=f"beside {app}", daemon=True).start()

    def rounds() -> int:
        done = 0
        while not stop.is_set() and (sorted_now := sort_batch()):
            done += sorted_now
        return done

    loop.run(Loop(name="sorter", channel=wakeups.SORTER, round=rounds, next_at=next_due_at), stop)


def sort_all_due() -> int:
    """Sort until nothing is due at this moment; how many that were. For stories and commands."""
    done = 0
    while sorted_now := sort_batch():
        done += sorted_now
    return done


def next_due_at() -> datetime | None:
    """When something waits to be sorted, or tried again."""
    waiting = Received.objects.filter(next_attempt_at__isnull=False).order_by("next_attempt_at")
    return waiting.values_list("next_attempt_at", flat=True).first()


def sort_batch() -> int:
    """The oldest that are due, a few to a transaction; how many. Other sorters take others meanwhile."""
    with transaction.atomic():
        now = database_now()
        due = Received.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at", "id")
        batch = list(due.select_for_update(skip_locked=True)[:BATCH])
        for received in batch:
            _sort(received, now)
    return len(batch)


def _sort(received: Received, now: datetime) -> None:
    """One of them; what it did is undone whole if it fails."""
    try:
        with transaction.atomic():
            received.outcome = _sorters()[received.channel](received.body, now)
    except (OperationalError, InterfaceError):
        raise  # the database, not the message
    except Exception as error:  # noqa: BLE001  it moves on to a later try, and says why
        _put_off(received, error, now)
    else:
        received.sorted_at, received.next_attempt_at = now, None
    received.save(update_fields=["outcome", "sorted_at", "next_attempt_at", "attempts"])


def _put_off(received: Received, error: Exception, now: datetime) -> None:
    if isinstance(error, NotYet):
        log.info("what came in waits to be sorted", received=received.pk, channel=received.channel, why=str(error))
    else:
        log.exception("what came in could not be sorted", received=received.pk, channel=received.channel)
    wait = BACK_OFF[received.attempts] if received.attempts < len(BACK_OFF) else AT_MOST
    received.attempts = min(received.attempts + 1, 1000)
    received.outcome = f"{type(error).__name__}: {error}"
    received.next_attempt_at = now + wait


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
