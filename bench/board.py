"""How long the server takes for the pages a support lead works on, at 1,000,000 tickets of which 10,000 are open."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median, quantiles

from django.conf import settings
from django.db import connection
from django.test import Client

from bench import board_desk, filled_desk
from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.tickets.models import Ticket

BAR_P95_SECONDS = 0.1
COUNT = 1_000_000
OPEN = 10_000
WARMING, ROUNDS = 3, 40


def run(scale: float = 1.0) -> dict[str, object]:
    """Each page asked for again and again by one agent; seconds within the server, from request to answer."""
    filled_desk.make_desk()
    began = time.perf_counter()
    board_desk.fill(round(COUNT * scale), round(OPEN * min(1.0, scale * 10)), database_now())
    filled = time.perf_counter() - began
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    client = Client()
    client.force_login(_reader(), backend="django.contrib.auth.backends.ModelBackend")
    figures = {name: _ask(client, address, fragment=fragment) for name, (address, fragment) in _pages().items()}
    return {
        "tickets": round(COUNT * scale),
        "seconds_to_fill": round(filled, 1),
        "bar_p95_seconds": BAR_P95_SECONDS,
        "slowest_p95_seconds": max(figure["p95"] for figure in figures.values()),
        "slowest_cpu_seconds": max(figure["cpu"] for figure in figures.values()),
        "pages": figures,
    }


def _reader() -> Agent:
    return Agent.objects.create_user("lead@localhost", handle="lead", name="Lea", level="L1", role=Role.LEAD)


def _pages() -> Mapping[str, tuple[str, bool]]:
    """Name -> (address, whether only the part that changes is asked for)."""
    rare, usual, common = _words()
    return {
        "triage": ("/", False),
        "triage, live": ("/", True),
        "triage, mine": ("/?whose=mine", False),
        "triage, level": ("/?level=L2", False),
        "triage, as a list": ("/?as=list", False),
        "triage, kept view": ("/?whose=level&priority=high", False),
        "triage, next rows": (f"/?lane=customer&after={_waits_for_customer()}", True),
        "escalations": ("/escalations", False),
        "palette": (f"/palette?q={usual[:4]}", True),
        "triage, priority and customer": ("/?priority=high&customer=Customer+7", False),
        "tickets": ("/tickets", False),
        "tickets, open at a level": ("/tickets?state=open&level=L2", False),
        "search, rare word": (f"/tickets?q={rare}", False),
        "search, usual word": (f"/tickets?q={usual}", False),
        "search, common word": (f"/tickets?q={common}", False),
        "search, two common words": (f"/tickets?q={common}+{usual}", False),
        "search, beginning of words": (f"/tickets?q={common[:3]}", False),
        "search, customer and word": (f"/tickets?q=customer+7+{usual}", False),
        "search, open only": (f"/tickets?q={common}&state=open", False),
        "search, nothing found": (f"/tickets?q={rare}+zzzz", False),
    }


def _words() -> tuple[str, str, str]:
    """A word of few tickets, of some thousands, and of very many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, ndoc FROM ts_stat("
            "'SELECT words FROM tickets_ticketwords ORDER BY ticket_id DESC LIMIT 20000')"
            " WHERE word LIKE 'w%%o' ORDER BY ndoc"
        )
        words = [str(word) for word, _ in cursor.fetchall()]
    return words[0], words[len(words) // 2], words[-1]


def _waits_for_customer() -> int:
    """An open ticket in the middle of its lane."""
    waiting = Ticket.objects.filter(status="pending").order_by("priority_rank", "number")
    return waiting[waiting.count() // 2].number


def _ask(client: Client, address: str, *, fragment: bool) -> dict[str, float]:
    """Seconds until the answer; and of the processor, in the page's process and the database's, for one answer."""
    headers = {"HX-Request": "true"} if fragment else {}
    for _ in range(WARMING):
        client.get(address, headers=headers)
    taken, spent = [], _cpu()
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = client.get(address, headers=headers)
        taken.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise ValueError(f"{address} answered {answer.status_code}")
    spent = (_cpu() - spent) / ROUNDS
    return {"p50": round(median(taken), 4), "p95": round(quantiles(taken, n=20)[-1], 4), "cpu": round(spent, 4)}


def _cpu() -> float:
    """CPU seconds of this process and of the PostgreSQL process that serves it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
