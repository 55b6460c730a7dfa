"""A webhook receiver and a mail server that misbehave on command: they refuse, drop, drip and hang, and count it."""

import json
import random
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.mailbox import Mailbox

HOOK_FAULTS = ("refuse", "busy", "drop", "drip", "hang")
MAIL_FAULTS = ("450", "451", "421", "drop")


class Receivers:
    """`share` of what comes is answered with a fault, while `share` is above 0."""

    def __init__(self, seed: int) -> None:
        self.share = 0.0
        self.faults: Counter[str] = Counter()
        self.hooks: dict[str, list[dict[str, Any]]] = {}
        self.hook_times: Counter[str] = Counter()
        self._chance, self._lock = random.Random(seed), threading.Lock()
        self.mailbox = MisbehavingMailbox(self)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    def start(self) -> None:
        self.mailbox.start()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.mailbox.stop()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def fault(self, kinds: tuple[str, ...]) -> str:
        """Which fault this one meets, if any; counted."""
        with self._lock:
            if self._chance.random() >= self.share:
                return ""
            kind = self._chance.choice(kinds)
            self.faults[kind] += 1
            return kind


class Handler(BaseHTTPRequestHandler):
    """Of one connection. `receivers` is set by `_handler`."""

    protocol_version = "HTTP/1.1"
    receivers: Receivers

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        match self.receivers.fault(HOOK_FAULTS):
            case "refuse":
                self._answer(500)
            case "busy":
                self._answer(429, {"Retry-After": "1"})
            case "drop":
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            case "hang":
                time.sleep(40)
                self.close_connection = True
            case "drip":
                self._keep(body)
                self._drip()
            case _:
                self._keep(body)
                self._answer(204)

    def _keep(self, body: bytes) -> None:
        key, said = self.headers["webhook-id"], json.loads(body)
        self.receivers.hook_times[key] += 1
        self.receivers.hooks.setdefault(key, []).append(said)

    def _answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", "0")
        self.end_headers()

    def _drip(self) -> None:
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(20):
            self.wfile.write(b".")
            time.sleep(1)

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def handle(self) -> None:
        with suppress(OSError):
            super().handle()


def _handler(receivers: Receivers) -> type[Handler]:
    return type("Handler", (Handler,), {"receivers": receivers})


class MisbehavingMailbox(Mailbox):
    """A mail server that sometimes does not take a mail."""

    def __init__(self, receivers: Receivers) -> None:
        super().__init__()
        self._receivers = receivers

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: object, envelope: Any, address: str, _options: object
    ) -> str:
        """aiosmtpd calls this for each recipient."""
        match self._receivers.fault(MAIL_FAULTS):
            case "":
                envelope.rcpt_tos.append(address)
                return "250 OK"
            case "drop":
                server.transport.abort()
                return "421 gone"
            case code:
                return f"{code} not now"
