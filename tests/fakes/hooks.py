"""A receiver of Standard Webhooks: verifies each, keeps it, and counts how often it came."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


class Hooks:
    """Listens on a free port of this machine from `start` to `stop`. Paths are the names of endpoints."""

    def __init__(self, secret: str, host: str = "127.0.0.1") -> None:
        self.received: dict[str, dict[str, Any]] = {}
        self.times: Counter[str] = Counter()
        self.refused: list[str] = []
        verifier, hooks = Webhook(secret), self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                try:
                    verifier.verify(body.decode(), dict(self.headers.items()))
                except Exception as wrong:  # noqa: BLE001
                    hooks.refused.append(f"{self.path}: {wrong}")
                    self.send_error(400)
                    return
                key = self.headers["webhook-id"]
                hooks.times[key] += 1
                hooks.received.setdefault(key, {"path": self.path, **json.loads(body)})
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer((host, 0), Receiver)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def of(self, ticket: int, kind: str) -> list[dict[str, Any]]:
        """Bodies about a ticket whose type begins so. A copy of one that came before is dropped, as receivers do."""
        return [
            body
            for body in list(self.received.values())
            if body["type"].startswith(kind) and body["data"].get("ticket") == ticket
        ]
