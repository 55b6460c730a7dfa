"""The other side of each channel and tracker, as the suite needs it: reachable, deaf, or gone in the middle."""

import smtplib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from rung.channels.email.adapter import Email
from rung.channels.slack.adapter import SlackAdapter
from rung.channels.webhook.adapter import WebhookChannel
from rung.channels.webhook.models import Endpoint
from rung.people.clock import database_now
from tests.channels.slack.conftest import SlackDesk
from tests.conformance.ledger import book
from tests.conformance.ledger.adapter import Ledger
from tests.conformance.pigeon import loft
from tests.conformance.pigeon.adapter import Pigeons


@dataclass
class Rig:
    """One channel and its other side. Addresses are in its own terms."""

    app: str
    adapter: Any
    #: Where cards and messages for people go, and where a customer reads.
    place: str
    customer: str
    #: Nobody is there.
    unknown: str
    #: How many things the other side has by now.
    count: Callable[[], int]
    #: The next sending arrives, but its answer does not.
    loses_the_answer: Callable[[], None]
    #: The next sending is put off, or does not get there.
    refuses: Callable[[], None]
    #: Whether it can be asked what has arrived. One that cannot says of a card that it did: better once than twice.
    can_look: bool = True


class _Receiver(BaseHTTPRequestHandler):
    seen: set[str] = set()
    mood: list[str] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        mood = self.mood.pop(0) if self.mood else ""
        if mood == "refuses":
            self.send_response(503)
            self.end_headers()
            return
        self.seen.add(self.headers["webhook-id"])
        if mood == "loses":
            self.connection.close()
            return
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def webhook() -> Iterator[Rig]:
    _Receiver.seen, _Receiver.mood = set(), []
    server = HTTPServer(("127.0.0.1", 0), _Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = Endpoint(
        name="ops", url=f"http://localhost:{server.server_port}/", allow_private=True, created_at=database_now()
    )
    endpoint.renew_secret()
    endpoint.save()
    yield Rig(
        "rung.channels.webhook",
        WebhookChannel(),
        place="ops",
        customer="ops",
        unknown="nobody",
        count=lambda: len(_Receiver.seen),
        loses_the_answer=lambda: _Receiver.mood.append("loses"),
        refuses=lambda: _Receiver.mood.append("refuses"),
    )
    server.shutdown()
    server.server_close()


@contextmanager
def email(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Rig]:
    settings.EMAIL_HOST = "mail.desk.example"
    befalls: list[Exception] = []
    send = EmailBackend.send_messages

    def sending(self: EmailBackend, messages: Any) -> int:
        trouble = befalls.pop(0) if befalls else None
        if isinstance(trouble, smtplib.SMTPDataError):
            raise trouble
        done = send(self, messages)
        if trouble is not None:
            raise trouble
        return done

    monkeypatch.setattr(EmailBackend, "send_messages", sending)
    yield Rig(
        "rung.channels.email",
        Email(),
        place="team@desk.example",
        customer="kim@acme.example",
        unknown="no address",
        count=lambda: len(mail.outbox),
        loses_the_answer=lambda: befalls.append(TimeoutError("no answer")),
        refuses=lambda: befalls.append(smtplib.SMTPDataError(452, b"full")),
        can_look=False,
    )


@contextmanager
def slack(desk: SlackDesk) -> Iterator[Rig]:
    yield Rig(
        "rung.channels.slack",
        SlackAdapter(),
        place="#triage",
        customer=f"{desk.team.id}/{desk.shared.id}",
        unknown="#nowhere",
        count=lambda: len(desk.triage.messages) + len(desk.shared.messages),
        loses_the_answer=lambda: desk.slack.faults.silence("chat.postMessage", performed=True),
        refuses=lambda: desk.slack.faults.error("chat.postMessage", "ratelimited"),
    )


@contextmanager
def pigeon() -> Iterator[Rig]:
    yield Rig(
        "tests.conformance.pigeon",
        Pigeons(),
        place="north",
        customer="south",
        unknown="nowhere",
        count=lambda: sum(map(len, loft.BROUGHT.values())),
        loses_the_answer=lambda: loft.WEATHER.append("unseen"),
        refuses=lambda: loft.WEATHER.append("hungry"),
    )


@contextmanager
def ledger() -> Iterator[Rig]:
    yield Rig(
        "tests.conformance.ledger",
        Ledger(),
        place="ENG",
        customer="",
        unknown="NOWHERE",
        count=lambda: len(book.ISSUES),
        loses_the_answer=lambda: book.TROUBLE.append("unseen"),
        refuses=lambda: book.TROUBLE.append("busy"),
    )
