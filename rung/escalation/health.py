"""How the loops are doing: how far behind, and what is stuck."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Max, Min

from rung.outbox.models import Delivery, Heartbeat, State
from rung.tickets.models import IS_OPEN, Ticket

#: A ticker this far behind, a delivery due for so long, a loop unheard for so long: stuck.
LAG_AT_MOST = timedelta(minutes=1)
WAITING_AT_MOST = timedelta(minutes=15)
SILENT_AT_MOST = timedelta(minutes=1)
LOOPS = ("ticker", "courier")


class Health(NamedTuple):
    """Times in seconds. `troubles` in sentences; none: all is well."""

    ticker_lag: float
    oldest_waiting: float
    loops: dict[str, float]
    parked: int
    troubles: list[str]


def measure(now: datetime) -> Health:
    """Look at everything that moves by itself."""
    # Parked tickets have an error in the open and are tried again; they say nothing about the ticker's speed.
    due_at = Ticket.objects.filter(wake_at__isnull=False, parked_at=None).aggregate(at=Min("wake_at"))["at"]
    waits_since = Delivery.objects.filter(state=State.WAITING, next_attempt_at__lte=now).aggregate(
        at=Min("next_attempt_at")
    )["at"]
    seen = dict(Heartbeat.objects.values_list("loop").annotate(at=Max("at")))
    loops = {loop: _age(at, now) for loop, at in seen.items()}
    lag, oldest = _age(due_at, now), _age(waits_since, now)
    troubles = []
    if lag > LAG_AT_MOST.total_seconds():
        troubles.append(f"the ticker is {lag:.0f} s behind")
    if oldest > WAITING_AT_MOST.total_seconds():
        troubles.append(f"a delivery has been due for {oldest:.0f} s")
    for loop in LOOPS:
        if loop not in loops:
            troubles.append(f"the {loop} has never reported")
        elif loops[loop] > SILENT_AT_MOST.total_seconds():
            troubles.append(f"the {loop} has not reported for {loops[loop]:.0f} s")
    return Health(lag, oldest, loops, Ticket.objects.filter(parked_at__isnull=False).count(), troubles)


def open_tickets() -> dict[str, int]:
    """Status -> how many tickets are not over."""
    return dict(Ticket.objects.filter(IS_OPEN).order_by().values_list("status").annotate(Count("pk")))


def unsent_deliveries() -> dict[str, int]:
    """State -> how many deliveries have not been sent."""
    states = [State.WAITING, State.HELD, State.SENDING]
    return dict(Delivery.objects.filter(state__in=states).order_by().values_list("state").annotate(Count("pk")))


def lateness(now: datetime) -> dict[str, float]:
    """Quantile -> seconds between when a step was due and when it fired, of the last hour; empty without any."""
    with connection.cursor() as cursor:
        cursor.execute(_LATENESS, [now - timedelta(hours=1)])
        row = cursor.fetchone()
    return {} if row is None or row[0] is None else dict(zip(("0.5", "0.99", "1"), map(float, row), strict=True))


def _age(at: datetime | None, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds()) if at else 0.0


_LATENESS = """
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY late), percentile_disc(0.99) WITHIN GROUP (ORDER BY late),
           max(late)
    FROM (SELECT extract(epoch FROM at - (data->>'due_at')::timestamptz) AS late FROM tickets_event
          WHERE kind = 'step_fired' AND at >= %s) steps
"""
