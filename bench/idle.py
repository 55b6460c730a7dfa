"""What a ticker costs while nothing is due: CPU share at 1,000,000 open tickets and at 10,000."""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

from django.db import connection

from bench import filled_desk
from rung.escalation import ticker
from rung.people.clock import database_now
from rung.tickets.models import Event, Ticket

BAR_SHARE = 0.01
MANY = 1_000_000
FEW = 10_000
SECONDS = 30


def run(scale: float = 1.0) -> dict[str, object]:
    """One ticker, as it runs in a desk, over tickets that are due next year."""
    filled_desk.make_desk()
    figures = {str(count): _watch(count, SECONDS) for count in (FEW, round(MANY * scale))}
    return {"seconds_watched": SECONDS, "cpu_share": figures, "bar_share": BAR_SHARE}


def _watch(count: int, seconds: int) -> dict[str, float]:
    Event.objects.all().delete()
    Ticket.objects.all().delete()
    now = database_now()
    history, case = filled_desk.waiting_history(filled_desk.read_reference()[1], now, 6)
    filled_desk.fill(count, history, case, now + timedelta(days=365), events=False)
    connection.close()
    stop = threading.Event()
    loop = threading.Thread(target=ticker.run, args=(stop,))
    loop.start()
    time.sleep(3)  # its connections and its first look at the people are not idling
    began, own, database = time.perf_counter(), _own_cpu(), _database_cpu()
    time.sleep(seconds)
    spent = time.perf_counter() - began
    figures = {
        "ticker": round((_own_cpu() - own) / spent, 5),
        "database": round((_database_cpu() - database) / spent, 5),
    }
    stop.set()
    loop.join()
    return figures


def _own_cpu() -> float:
    times = os.times()
    return times.user + times.system


def _database_cpu() -> float:
    """CPU seconds of every PostgreSQL process of this machine's scratch server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity")
        pids = [pid for (pid,) in cursor.fetchall()]
    connection.close()
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
