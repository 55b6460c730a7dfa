"""How late steps fire when 200 a second are due, minute-long."""

import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from bench import filled_desk
from rung.core import actors
from rung.core.case import case as cases
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import fold
from rung.core.vocabulary import Priority
from rung.escalation import ticker
from rung.people.clock import database_now
from rung.tickets.models import Ticket
from rung.tickets.ticket_columns import columns
from rung.tickets.ticket_sql import NewEvent, add_events

BAR_SECONDS = 1.0
RATE = 200
SECONDS = 60
LEAD = timedelta(seconds=15)

POLICY = """
name: Lateness
timezone: UTC
teams: {frontline: {}}
levels: {L1: {team: frontline}}
paths: {support: [L1]}
targets: [{first_response: 1h}]
rules:
  - {name: Nobody has answered, clock: first_response, steps: [{at: 50%, notify: ["team:frontline"]}]}
"""


def run(scale: float = 1.0) -> dict[str, object]:
    """Tickets whose reminder is due one after another; one ticker, running as it does in a desk."""
    rate, seconds = RATE, round(SECONDS * scale)
    filled_desk.make_desk(POLICY)
    start = database_now() + LEAD
    _fill([start + timedelta(seconds=place / rate) for place in range(rate * seconds)])
    connection.close()
    stop = threading.Event()
    loop = threading.Thread(target=ticker.run, args=(stop,))
    loop.start()
    until = start + timedelta(seconds=seconds + 3)
    time.sleep(max(0.0, (until - database_now()).total_seconds()))
    stop.set()
    loop.join()
    return {"due_per_second": rate, "seconds": seconds, **_lateness(), "bar_p99_seconds": BAR_SECONDS}


def _fill(due: Sequence[datetime]) -> None:
    """One placed ticket for each moment, opened half an hour before it."""
    tickets, histories = [], []
    for at in due:
        opened_at = at - timedelta(minutes=30)
        case = Case()
        history: list[e.AnyEvent] = [
            e.Opened(at=opened_at, by=actors.customer("acme"), number=1, policy=1),
            e.PrioritySet(at=opened_at, by=actors.rule("priority"), number=2, priority=Priority.NORMAL),
            e.Placed(at=opened_at, by=actors.rule("routing"), number=3, path="support", level="L1"),
        ]
        for event in history:
            fold(case, event)
        histories.append(history)
        tickets.append(
            Ticket(
                subject="Bench",
                opened_at=opened_at,
                changed_at=opened_at,
                snapshot=cases.encode(case),
                wake_at=at,
                **columns(case),
            )
        )
    made = Ticket.objects.bulk_create(tickets, batch_size=1000)
    add_events(
        NewEvent(ticket.number, event) for ticket, history in zip(made, histories, strict=True) for event in history
    )
    filled_desk.settle()


def _lateness() -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (
                ORDER BY extract(epoch FROM (data->>'at')::timestamptz - (data->>'due_at')::timestamptz))
            FROM tickets_event WHERE kind = 'step_fired'
            """
        )
        fired, late = cursor.fetchone()
    median, p99, worst = (round(float(value), 4) for value in late)
    return {"fired": fired, "median_seconds": median, "p99_seconds": p99, "worst_seconds": worst}
