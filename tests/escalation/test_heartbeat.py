"""The address outside that is called while the clocks run."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from rung.escalation import heartbeat


class Watcher(BaseHTTPRequestHandler):
    """Answers when it is let."""

    may_answer = threading.Event()
    called: list[str] = []

    def do_GET(self) -> None:
        self.called.append(self.path)
        self.may_answer.wait(5)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def watcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Watcher]]:
    Watcher.may_answer, Watcher.called = threading.Event(), []
    server = HTTPServer(("127.0.0.1", 0), Watcher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("RUNG_HEARTBEAT_URL", f"http://127.0.0.1:{server.server_port}/beat")
    monkeypatch.setattr(heartbeat, "_called", float("-inf"))
    yield Watcher
    Watcher.may_answer.set()
    server.shutdown()


def test_it_is_called_once_a_minute_and_nobody_waits_for_its_answer(watcher: type[Watcher]) -> None:
    beat = heartbeat.call_heartbeat_url()
    assert beat is not None
    assert beat.is_alive()  # it has not been answered, and the ticker goes on
    assert heartbeat.call_heartbeat_url() is None
    watcher.may_answer.set()
    beat.join(5)
    assert watcher.called == ["/beat"]


@pytest.mark.parametrize("url", ["http://[bad", "nonsense", "http://127.0.0.1:1/"])
def test_an_address_that_does_not_answer_stops_nothing(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("RUNG_HEARTBEAT_URL", url)
    monkeypatch.setattr(heartbeat, "_called", float("-inf"))
    raised: list[object] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    beat = heartbeat.call_heartbeat_url()
    assert beat is not None
    beat.join(5)
    assert raised == []
