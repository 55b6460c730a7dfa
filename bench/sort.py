"""How fast a backlog of Slack's messages is sorted: 10,000 events, by the workers of one sorter."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from bench import filled_desk, slack_desk
from rung.channels.slack.events.parsing import place_of
from rung.intake import receive, sort
from rung.intake.models import Received
from rung.people.clock import database_now
from rung.tickets.models import Message, Ticket

EVENTS = 10_000
BAR_SECONDS = 60.0


def run(scale: float = 1.0) -> dict[str, object]:
    """Kept first, then sorted while nothing else runs."""
    count = max(8, round(EVENTS * scale))
    filled_desk.make_desk()
    slack_desk.connect()
    began = time.time()
    for number in range(count):
        envelope = slack_desk.message(number, began)
        receive.store("slack", envelope["event_id"], envelope, place=place_of(envelope), now=database_now())
    filled_desk.settle()
    connection.close()
    stop = threading.Event()
    start, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(sort.WORKERS) as pool:
        done = sum(pool.map(sort.sort_until, [stop] * sort.WORKERS))
        took, cpu = time.perf_counter() - start, time.process_time() - used
        list(pool.map(_let_go, range(sort.WORKERS)))
    return {
        "events": done,
        "seconds": took,
        "per_second": done / took,
        "own_cpu_ms_per_event": 1000 * cpu / max(1, done),
        "tickets": Ticket.objects.count(),
        "messages": Message.objects.count(),
        "unsorted": Received.objects.filter(next_attempt_at__isnull=False).count(),
        "bar_seconds": BAR_SECONDS * scale,
    }


def _let_go(_worker: int) -> None:
    """Each worker closes its own connection, so that the scratch database can be dropped."""
    connection.close()
    time.sleep(0.05)
