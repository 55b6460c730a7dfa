"""Signed Slack events and API messages over HTTP, each committed with its job: a second, and how long one takes."""

import hashlib
import hmac
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import quantiles

from django.conf import settings
from django.db import connection

from bench import filled_desk
from bench.lateness import POLICY
from rung.channels.slack.models import Workspace
from rung.intake.models import Received
from rung.people import tokens
from rung.people.vault import seal
from rung.tickets.models import Message

BAR = {"per_second": 600, "p99_milliseconds": 100}
SECONDS = 15
CLIENTS = 16
SECRET = "bench-signing-secret"  # noqa: S105  of a workspace that lives as long as the benchmark
TEAM = "T0BENCH"

Request = Callable[[], tuple[str, bytes, dict[str, str]]]


def run(scale: float = 1.0) -> dict[str, object]:
    """One web process as a desk runs it, 16 connections that ask as fast as they are answered; then the bare view."""
    filled_desk.make_desk(POLICY)
    Workspace.objects.create(team=TEAM, name="Bench", bot_user="U0BOT", signing_secret=seal(SECRET))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_seen (word text PRIMARY KEY)")
    words = [tokens.create(f"bench-{number}") for number in range(CLIENTS)]
    seconds = max(3.0, SECONDS * scale)
    figures: dict[str, object] = {}
    with _serving([sys.executable, "-m", "rung.config.command", "web"], "/healthz") as port:
        before = Received.objects.count()
        figures["slack_events"] = _press(port, [_slack_event] * CLIENTS, seconds)
        figures["slack_events_kept"] = Received.objects.count() - before
        tickets = _open_tickets(port, words[0])
        before = Message.objects.count()
        asks = [_api_message(ticket, word) for ticket, word in zip(tickets, words, strict=True)]
        figures["api_messages"] = _press(port, asks, seconds)
        figures["api_messages_kept"] = Message.objects.count() - before
    bare = [sys.executable, "-m", "granian", "--interface", "wsgi", "--blocking-threads", "8", "--no-ws"]
    with _serving([*bare, "bench.bare_view:application"], "/keep", port_flag="--port") as port:
        figures["bare_view"] = _press(port, [_bare] * CLIENTS, seconds)
    slack, plain = figures["slack_events"], figures["bare_view"]
    assert isinstance(slack, dict) and isinstance(plain, dict)  # noqa: S101, PT018  for the type checker
    return {**figures, "ratio": round(slack["per_second"] / plain["per_second"], 3), "bar": BAR}


def _slack_event() -> tuple[str, bytes, dict[str, str]]:
    now = time.time()
    body = json.dumps(
        {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": f"Ev{uuid.uuid4().hex}",
            "event_time": int(now),
            "event": {
                "type": "message",
                "channel": "C0NOBODYWATCHES",
                "user": "U0CUSTOMER",
                "text": "The nightly import has stopped again, and we need the figures by noon.",
                "ts": f"{now:.6f}",
            },
        }
    ).encode()
    stamp = str(int(now))
    signature = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return (
        "/slack/events",
        body,
        {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signature}",
            "Content-Type": "application/json",
        },
    )


def _api_message(ticket: int, word: str) -> Request:
    headers = {"Authorization": f"Bearer {word}", "Content-Type": "application/json"}

    def ask() -> tuple[str, bytes, dict[str, str]]:
        body = json.dumps({"text": "It is still not working.", "external_id": uuid.uuid4().hex}).encode()
        return f"/api/v1/tickets/{ticket}/messages", body, headers

    return ask


def _bare() -> tuple[str, bytes, dict[str, str]]:
    _, body, _ = _slack_event()
    return "/keep", body, {"Content-Type": "application/json"}


def _open_tickets(port: int, word: str) -> list[int]:
    """A ticket for each client, so that they do not wait for one another's lock."""
    headers = {"Authorization": f"Bearer {word}", "Content-Type": "application/json"}
    asked = http.client.HTTPConnection("127.0.0.1", port)
    numbers = []
    for number in range(CLIENTS):
        body = {"subject": f"Bench {number}", "body": "Help", "requester": {"email": f"zoe{number}@acme.example"}}
        asked.request("POST", "/api/v1/tickets", json.dumps(body), headers)
        numbers.append(int(json.loads(asked.getresponse().read())["ticket"]))
    return numbers


def _press(port: int, requests: list[Request], seconds: float) -> dict[str, float]:
    """Ask over one kept-open connection for each request; only answers below 300 count."""
    took: list[float] = []
    refused: list[float] = []
    ends = time.perf_counter() + seconds

    def client(request: Request) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() < ends:
            path, body, headers = request()
            began = time.perf_counter()
            line.request("POST", path, body, headers)
            answer = line.getresponse()
            answer.read()
            (took if answer.status < 300 else refused).append(time.perf_counter() - began)

    threads = [threading.Thread(target=client, args=(request,)) for request in requests]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - began
    cuts = quantiles(took, n=100) if len(took) > 1 else [0.0] * 99
    return {
        "per_second": round(len(took) / spent, 1),
        "p50_milliseconds": round(cuts[49] * 1000, 2),
        "p99_milliseconds": round(cuts[98] * 1000, 2),
        "refused": len(refused),
    }


@contextmanager
def _serving(command: list[str], path: str, port_flag: str | None = None) -> Iterator[int]:
    """A server of ours on a free port, from its first answer until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = [*command, port_flag, str(port)] if port_flag else command
    environment = {
        **os.environ,
        "RUNG_PORT": str(port),
        "RUNG_API_RATE": "1000000",
        "SECRET_KEY": settings.SECRET_KEY,  # with which the workspace's secret is sealed
    }
    server = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, path, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(port: int, path: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", path)
            line.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server for the benchmark did not answer on port {port}")
