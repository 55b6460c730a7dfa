"""Ticker and courier as real processes, killed with SIGKILL again and again while tickets climb."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection

from rung.channels.webhook.models import Endpoint
from rung.escalation.audit import audit
from rung.outbox.models import Delivery, State
from rung.people.clock import database_now
from rung.people.models import Agent, Membership, Team
from rung.policies.publishing import Published, publish
from rung.policies.versions import compiled
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Event, Ticket

POLICY = """
name: In a hurry
timezone: UTC
triage: {channel: "webhook:ops"}
teams: {frontline: {}, leads: {}}
levels:
  L1: {team: frontline, channel: "webhook:ops"}
  management: {team: leads, channel: "webhook:ops"}
paths: {support: [L1, management]}
targets: [{first_response: 4s, resolution: 1h}]
rules:
  - name: Nobody has answered
    clock: first_response
    steps:
      - {at: 50%, remind: triage}
      - {at: 100%, escalate: next, reason: time}
"""
TICKETS = 40
PATIENCE = 300


class Receiver(BaseHTTPRequestHandler):
    """Counts what arrives, by its id."""

    seen: Counter[str] = Counter()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        json.loads(body)
        self.seen[str(self.headers["webhook-id"])] += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.seen = Counter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class Process:
    """One loop of the desk, started again whenever it was killed."""

    def __init__(self, loop: str, url: str) -> None:
        self._command = [sys.executable, "-m", "rung.config.command", loop]
        self._environment = {**os.environ, "DATABASE_URL": url}
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, env=self._environment, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()


def _url() -> str:
    facts = connection.settings_dict
    words = {"dbname": facts["NAME"], "user": facts["USER"], "password": facts["PASSWORD"], "host": facts["HOST"]}
    if facts["PORT"]:
        words["port"] = facts["PORT"]
    return " ".join(f"{name}={value}" for name, value in words.items() if value)


@pytest.mark.slow
def test_killed_again_and_again_each_step_fires_once_and_everything_is_said(
    transactional_db: None, receiver: str
) -> None:
    compiled.cache_clear()
    now = database_now()
    Endpoint.objects.create(
        name="ops", url=receiver, secret="whsec_c2VjcmV0c2VjcmV0c2VjcmV0", allow_private=True, created_at=now
    )
    for handle, level, team in (("sam", "L1", "frontline"), ("carla", "management", "leads")):
        agent = Agent.objects.create_user(f"{handle}@desk.example", handle=handle, name=handle.title(), level=level)
        Membership.objects.create(agent=agent, team=Team.objects.create(name=team))
    assert isinstance(publish(POLICY, author="system", now=now), Published)
    numbers = [
        actions.open_ticket(f"Ticket {n}", MessageText(text="Help"), by="customer:1").ticket for n in range(TICKETS)
    ]
    processes = [Process(loop, _url()) for loop in ("ticker", "courier", "ticker")]
    chance = random.Random(7)
    try:
        for number in range(10):
            time.sleep(chance.uniform(0.3, 1.6))
            if number % 4 == 3:
                _break_all_connections()
                continue
            victim = chance.choice(processes)
            victim.kill()
            victim.start()
        # A lease of a courier that died runs two minutes; the test does not wait for it. Once only: whoever sends on a
        # busy machine is slow, not dead.
        Delivery.objects.filter(state=State.SENDING).update(leased_until=database_now())
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends and not _is_at_rest():
            time.sleep(0.5)
    finally:
        for process in processes:
            process.kill()
    steps = Counter(Event.objects.filter(kind="step_fired").values_list("ticket", "data__step", "data__cycle"))
    assert len(steps) == 2 * TICKETS
    assert set(steps.values()) == {1}
    assert set(Counter(Event.objects.filter(kind="offered").values_list("ticket", flat=True)).values()) == {1}
    for number in numbers:
        cards = Delivery.objects.filter(ticket=number, kind="offer_card")
        assert [card.state for card in cards] == [State.SENT], f"ticket {number}"
        assert Receiver.seen[cards[0].key] >= 1
    # A receiver of Standard Webhooks drops a second copy by its id; without a kill in that very moment there is none.
    copies = sum(count - 1 for count in Receiver.seen.values())
    assert copies <= 10
    assert [difference for _, found in audit() for difference in found] == []
    compiled.cache_clear()


def _break_all_connections() -> None:
    """As when the database is restarted under everybody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _is_at_rest() -> bool:
    offered = Ticket.objects.filter(offered_to="management").count() == TICKETS
    return offered and not Delivery.objects.filter(state__in=[State.WAITING, State.SENDING]).exists()
