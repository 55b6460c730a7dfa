"""What came in becomes tickets: each raw event is given to its channel, and tried again when that fails."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from rung import hooks
from rung.intake import batch
from rung.intake.batch import Sorter
from rung.outbox import loop, notify
from rung.outbox.loop import Loop
from rung.people.clock import database_now

#: Each waits for the database most of the time.
WORKERS = 4
#: Seconds before looking again where somebody else was at work in every lane.
ANOTHER_LOOK = 0.05


def run(stop: threading.Event) -> None:
    """Until asked to stop. What a channel does beside (catching up, sockets) runs in a thread of its own."""
    for folder in hooks.folders():
        if folder.begin is not None:
            loop.keep_running(f"beside {folder.app}", folder.begin, stop)

    with ThreadPoolExecutor(WORKERS, thread_name_prefix="sorter") as pool:

        def rounds() -> int:
            done = sum(pool.map(sort_until, [stop] * WORKERS))
            if not done:
                stop.wait(ANOTHER_LOOK)
            return done

        loop.run(
            Loop(
                name="sorter",
                channel=notify.SORTER,
                round=rounds,
                next_at=batch.next_due_at,
                beat=lambda: batch.follow_clock(database_now()),
            ),
            stop,
        )


def sort_all_due() -> int:
    """Sort until nothing is due at this moment; how many that were. For stories and commands."""
    return sort_until(threading.Event())


def sort_until(stop: threading.Event) -> int:
    """One worker's share of a round: as long as a lane is free in which something is due."""
    done, some = 0, 1
    try:
        while some and not stop.is_set():
            some = 0
            for lane in batch.due_lanes():
                if not stop.is_set():
                    some += batch.sort_lane(lane, sorters())
            done += some
    except Exception:
        connection.close()  # this thread's own: whatever broke it, the next round begins with another
        raise
    return done


def sorters() -> dict[str, Sorter]:
    """Each configured channel by its name, where it brings raw events."""
    return {folder.name: folder.sort for folder in hooks.folders() if folder.sort is not None}
