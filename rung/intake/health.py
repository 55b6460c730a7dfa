"""How the parts of a desk are doing: which report, how old the oldest row of each queue is, and what is stuck."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Max

from rung.outbox.models import ClockStep, Delivery, Heartbeat, State
from rung.tickets.models import IS_OPEN, Ticket

SILENT_AT_MOST = timedelta(minutes=1)
#: The parts that report in the table of heartbeats. The web part reports by answering.
PARTS = ("ticker", "sorter", "courier", "worker", "live")


class Queue(NamedTuple):
    """A queue of work: `oldest` is how many seconds its oldest row is overdue, `rows` how many are."""

    name: str
    oldest: float
    rows: int
    at_most: float

    @property
    def is_behind(self) -> bool:
        """Whether somebody must look."""
        return self.oldest > self.at_most


class Health(NamedTuple):
    """`parts`: seconds since each last reported. `troubles` in sentences; none: all is well."""

    parts: dict[str, float]
    queues: list[Queue]
    parked: int
    clock_stepped_back: float
    troubles: list[str]

    def oldest(self, queue: str) -> float:
        """Seconds the oldest row of that queue is overdue."""
        return next(each.oldest for each in self.queues if each.name == queue)


def measure(now: datetime) -> Health:
    """Look at everything that moves by itself."""
    parts = _parts(now)
    queues = _queues(now)
    stepped, backup = clock_stepped_back(now), last_backup(now)
    troubles = [f"{_SAID[each.name]} for {each.oldest:.0f} s" for each in queues if each.is_behind]
    for part in PARTS:
        if part not in parts:
            troubles.append(f"the {part} has never reported")
        elif parts[part] > SILENT_AT_MOST.total_seconds():
            troubles.append(f"the {part} has not reported for {parts[part]:.0f} s")
    fresh = Heartbeat.objects.filter(loop__in=PARTS, at__gt=now - SILENT_AT_MOST).exclude(error="")
    troubles += list(fresh.values_list("error", flat=True))
    if backup is not None and backup.problem:
        troubles.append(f"the last backup failed: {backup.problem}")
    if stepped:
        troubles.append(f"the database's clock went back by {stepped:.0f} s within the last hour")
    return Health(parts, queues, Ticket.objects.filter(parked_at__isnull=False).count(), stepped, troubles)


class Backup(NamedTuple):
    """The newest backup by schedule that was verified. `age` in seconds; `problem`: why the last try failed."""

    age: float
    size: int
    problem: str


def last_backup(now: datetime) -> Backup | None:
    """None: no backup was ever made by schedule."""
    row = Heartbeat.objects.filter(loop="backup").first()
    return None if row is None else Backup((now - row.at).total_seconds(), row.done, row.error)


def clock_stepped_back(now: datetime) -> float:
    """Seconds the database's clock went back within the last hour."""
    steps = ClockStep.objects.filter(at__gt=now - timedelta(hours=1))
    return sum(step.back.total_seconds() for step in steps)


def open_tickets() -> dict[str, int]:
    """Status -> how many tickets are not over."""
    return dict(Ticket.objects.filter(IS_OPEN).order_by().values_list("status").annotate(Count("pk")))


def unsent_deliveries() -> dict[str, int]:
    """State -> how many deliveries have not been sent."""
    states = [State.WAITING, State.HELD, State.SENDING]
    return dict(Delivery.objects.filter(state__in=states).order_by().values_list("state").annotate(Count("pk")))


def lateness(now: datetime) -> dict[str, float]:
    """Quantile -> seconds between when a step was due and when it fired, of the last hour; empty without any. Steps
    crossed in hindsight, by a target that came later, were never due in time and do not count."""
    with connection.cursor() as cursor:
        cursor.execute(_LATENESS, [now - timedelta(hours=1)])
        row = cursor.fetchone()
    return {} if row is None or row[0] is None else dict(zip(("0.5", "0.99", "1"), map(float, row), strict=True))


def _parts(now: datetime) -> dict[str, float]:
    seen = Heartbeat.objects.filter(loop__in=PARTS).order_by().values_list("loop").annotate(at=Max("at"))
    return {part: max(0.0, (now - at).total_seconds()) for part, at in seen}


def _queues(now: datetime) -> list[Queue]:
    found = []
    with connection.cursor() as cursor:
        for name, (statement, at_most) in _QUEUES.items():
            cursor.execute(statement, {"now": now})
            oldest, rows = cursor.fetchone()
            age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
            found.append(Queue(name, age, rows, at_most.total_seconds()))
    return found


# Parked tickets have an error in the open and are tried again; they say nothing about the ticker's speed.
_QUEUES: Mapping[str, tuple[str, timedelta]] = {
    "tickets": (
        "SELECT min(wake_at), count(*) FROM tickets_ticket WHERE wake_at <= %(now)s AND parked_at IS NULL",
        timedelta(minutes=1),
    ),
    "received": (
        "SELECT min(next_attempt_at), count(*) FROM intake_received WHERE next_attempt_at <= %(now)s",
        timedelta(minutes=1),
    ),
    "failing": (
        "SELECT min(received_at), count(*) FROM intake_received WHERE next_attempt_at IS NOT NULL AND attempts > 0",
        timedelta(minutes=15),
    ),
    "deliveries": (
        """
        SELECT min(next_attempt_at), count(*) FROM outbox_delivery
        WHERE next_attempt_at <= %(now)s AND state = 'waiting'
        """,
        timedelta(minutes=15),
    ),
    "jobs": (
        """
        SELECT min(coalesce(job.scheduled_at, event.at)), count(*) FROM procrastinate_jobs job
        LEFT JOIN LATERAL (SELECT min(at) AS at FROM procrastinate_events WHERE job_id = job.id) event ON true
        WHERE job.status = 'todo' AND coalesce(job.scheduled_at, event.at) <= %(now)s
        """,
        timedelta(minutes=30),
    ),
}
#: Of each queue that is behind, what is said of it before "for 90 s".
_SAID = {
    "tickets": "the ticker is behind: a ticket has been due",
    "received": "the sorter is behind: a message has waited to be sorted",
    "failing": "a message cannot be sorted and has been tried again",
    "deliveries": "the courier is behind: a delivery has been due",
    "jobs": "the worker is behind: a job has been due",
}
_LATENESS = """
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY late), percentile_disc(0.99) WITHIN GROUP (ORDER BY late),
           max(late)
    FROM (SELECT extract(epoch FROM at - (data->>'due_at')::timestamptz) AS late FROM tickets_event
          WHERE kind = 'step_fired' AND at >= %s AND NOT data ? 'since') steps
"""
