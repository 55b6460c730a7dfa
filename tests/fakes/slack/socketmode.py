"""Socket Mode: hello, envelopes, acknowledgements, goodbyes, over a real WebSocket."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.fakes.slack import limits
from tests.fakes.slack.gateways import Answer, Kind
from tests.fakes.slack.model import Json
from tests.fakes.slack.state import State


class SocketGateway:
    """Sends each payload to one of the open connections and waits for its acknowledgement."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._server = serve(self._serve, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._connections: list[ServerConnection] = []
        self._waiting: dict[str, tuple[threading.Event, list[Json]]] = {}
        self._turn = itertools.count()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def connections(self) -> int:
        return len(self._connections)

    def send(self, kind: Kind, payload: Json, *, attempt: int = 0, reason: str = "") -> Answer:
        """One envelope to any one connection; no acknowledgement in three seconds: status 0."""
        with self._lock:
            if not self._connections:
                return Answer(0, reason="connection_failed")
            connection = self._connections[next(self._turn) % len(self._connections)]
        envelope_id = f"{next(self._numbers):08d}-envelope"
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        arrived, answers = self._waiting[envelope_id] = (threading.Event(), [])
        try:
            connection.send(json.dumps(envelope))
        except ConnectionClosed:
            return Answer(0, reason="connection_failed")
        if not arrived.wait(limits.ACKNOWLEDGE_SECONDS):
            return Answer(0, reason="timeout")
        return Answer(200, json.dumps(answers[0].get("payload") or {}).encode())

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to come back; `link_disabled` means: Socket Mode was switched off."""
        for connection in list(self._connections):
            connection.send(json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "fake"}}))
            if reason != "warning":
                connection.close()

    def wait_for(self, wanted: Callable[[int], bool], seconds: float = 5.0) -> bool:
        """Whether the number of connections came to fulfil `wanted`."""
        pause = threading.Event()
        for _ in range(int(seconds / 0.01)):
            if wanted(self.connections):
                return True
            pause.wait(0.01)
        return False

    def close(self) -> None:
        self._server.shutdown()

    def _serve(self, connection: ServerConnection) -> None:
        hello = {
            "type": "hello",
            "num_connections": self.connections + 1,
            "connection_info": {"app_id": self.state.app.id},
            "debug_info": {"host": "fake", "approximate_connection_time": 18_060},
        }
        connection.send(json.dumps(hello))
        with self._lock:
            self._connections.append(connection)
        try:
            for text in connection:
                told = json.loads(text)
                arrived, answers = self._waiting.pop(told.get("envelope_id"), (threading.Event(), []))
                answers.append(told)
                arrived.set()
        except ConnectionClosed:
            pass
        finally:
            with self._lock:
                self._connections.remove(connection)
