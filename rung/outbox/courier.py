"""What waits to be said is sent: asked again whether it is still wanted, one at a time in a lane, never forgotten."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from rung.outbox import after_card, bursts, clock_step, handover, loop, notify, outcomes, queues, quiet_hours
from rung.outbox.loop import Loop
from rung.outbox.ports import Later, Outcome, Source, Unclear
from rung.outbox.queues import Claimed
from rung.outbox.sending import call_for
from rung.outbox.sentences import Said, text
from rung.people.clock import database_now
from rung.people.database_errors import AWAY

log = structlog.get_logger(__name__)

#: How many adapters may be at work at once: of one channel at most half, and of destinations that fail a quarter.
WORKERS = 16
OF_A_CHANNEL, OF_FAILING = WORKERS // 2, WORKERS // 4
#: How long one sending may take before another courier believes that this one has died. Adapters give up far sooner.
LEASE = timedelta(minutes=2)
LOOK_ROUND_EVERY = 0.5
#: How long the other sides have to answer once the desk stops. After that nobody knows whether they have heard.
STOP_WITHIN = timedelta(seconds=5)


def run(stop: threading.Event) -> None:
    """Until asked to stop; what is being sent may finish first, for STOP_WITHIN."""
    courier = Courier(source())
    try:
        loop.run(
            Loop(
                name="courier",
                channel=notify.COURIER,
                round=lambda: courier.send_all(stop, within=loop.ROUND_LASTS),
                next_at=courier.next_at,
                beat=lambda: clock_step.look(database_now()),
            ),
            stop,
        )
    finally:
        courier.close()


def source() -> Source:
    """Those who know the tickets, as settings name them."""
    built: Source = import_string(settings.DELIVERY_SOURCE)()
    return built


class Courier:
    """Claims what is due, has it sent by a few threads, and writes down what came of it.

    Only this thread touches deliveries. A row is marked as being sent, and that is committed, before anybody is
    called: whatever dies afterwards, the next courier knows that it may have gone out.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="adapter")
        self._away: dict[Future[Outcome], Claimed] = {}

    def send_all(self, stop: threading.Event | None = None, *, within: float | None = None) -> int:
        """Send until nothing is due at this moment; how many sendings that took. `within` so many seconds it returns
        even so, leaving what is under way to the next call: a slow adapter must not hold up the others."""
        ends = None if within is None else time.monotonic() + within
        done = 0
        while ends is None or time.monotonic() < ends:
            stopping = stop is not None and stop.is_set()
            if not stopping:
                self._start()
            if not self._away or stopping:
                return done
            finished, _ = wait(self._away, timeout=LOOK_ROUND_EVERY, return_when=FIRST_COMPLETED)
            for future in finished:
                # Forgotten only when it is written: if the database goes away now, the outcome is still known then.
                outcomes.settle(self._away[future], future.result(), self._source, database_now())
                del self._away[future]
                done += 1
        return done

    def next_at(self) -> datetime | None:
        """When there is something to do: at once, while something is under way."""
        return database_now() if self._away else queues.next_at()

    def close(self) -> None:
        """Let the threads finish, or leave them. Theirs is written down as unclear, so that no lease is waited for."""
        finished, left = wait(self._away, timeout=STOP_WITHIN.total_seconds())
        for future in (*finished, *left):
            outcome = future.result() if future in finished else Unclear(Said.COURIER_STOPPED())
            outcomes.settle(self._away.pop(future), outcome, self._source, database_now())
        self._pool.shutdown(wait=not left, cancel_futures=True)

    def _start(self) -> None:
        outcomes.settle_abandoned(self._source, database_now())
        quiet_hours.release(self._source, database_now())
        bursts.refresh(self._source, database_now())
        room = WORKERS - len(self._away)
        while room > 0 and (claimed := self._claim(room)):
            for one, call in claimed:
                self._away[self._pool.submit(_carefully, call, one)] = one
            room = WORKERS - len(self._away)

    def _claim(self, most: int) -> list[tuple[Claimed, Callable[[], Outcome]]]:
        """What is to be sent now, with the call that does it. What is no longer wanted or held back goes no further.

        An empty list means that nothing at all is due.
        """
        ready: list[tuple[Claimed, Callable[[], Outcome]]] = []
        while not ready:
            with transaction.atomic():
                now = database_now()
                claimed = self._fair(most, now)
                if not claimed:
                    return []
                prepared = ((one, self._prepared(one, now)) for one in claimed)
                ready.extend((one, call) for one, call in prepared if call is not None)
        return ready

    def _fair(self, most: int, now: datetime) -> list[Claimed]:
        """No channel and no failing destinations take the threads of the others. One lane has one thread at most."""
        busy = Counter(one.delivery.channel for one in self._away.values())
        full = [channel for channel, count in busy.items() if count >= OF_A_CHANNEL]
        room = min([most, OF_A_CHANNEL, *(OF_A_CHANNEL - count for count in busy.values() if count < OF_A_CHANNEL)])
        until = now + LEASE
        claimed = queues.claim(room, now, until, without=full, with_failing=False)
        few = min(room - len(claimed), OF_FAILING - sum(one.is_failing for one in self._away.values()))
        return claimed + (queues.claim(few, now, until, without=full) if few > 0 else [])

    def _prepared(self, one: Claimed, now: datetime) -> Callable[[], Outcome] | None:
        """The call that sends it; None if it is not to be sent now. One that cannot be drawn stops no other."""
        try:
            with transaction.atomic():
                if outcomes.drop_unwanted(one, self._source, now) or after_card.wait(one, now):
                    return None
                if bursts.join(one, now) or quiet_hours.hold(one, now):
                    return None
                return call_for(one, self._source, now)
        except AWAY:
            raise  # the database, not a delivery
        except Exception as raised:
            log.exception("a delivery could not be drawn", delivery=one.delivery.pk, ticket=one.delivery.ticket_id)
            outcomes.put_off(one, text(f"{type(raised).__name__}: {raised}"), self._source, now)
            return None


def _carefully(call: Callable[[], Outcome], claimed: Claimed) -> Outcome:
    """An adapter that raises has a mistake in it, or the desk has trouble of its own (database, memory, certificates).
    Before anything was handed over it is tried again; afterwards nobody knows what the other side has."""
    handover.begin()
    try:
        return call()
    except Exception as raised:
        log.exception("an adapter raised", delivery=claimed.delivery.pk, channel=claimed.delivery.channel)
        why = Said.OUR_OWN_TROUBLE(error=f"{type(raised).__name__}: {raised}")
        return Unclear(why) if handover.was_handed_over() else Later(why)
    finally:
        # A thread that waits for its next call holds no connection: desks with many couriers have few to spare.
        connection.close()
