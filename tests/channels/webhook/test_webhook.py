"""Signed webhooks: what a receiver sees, and where they may not go."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import msgspec
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from rung.channels.webhook import guarded
from rung.channels.webhook.adapter import WebhookChannel
from rung.channels.webhook.models import Endpoint
from rung.channels.webhook.sentences import Said
from rung.core.reckoning.effects import NoticeKind, Subject
from rung.outbox.addresses import ContactPoint, is_configured
from rung.outbox.ports import Later, Moment, Never, Outcome, Page, Sent, Unclear

SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0"
MOMENT = Moment(key="7/reminder", to="ops", subject=Subject.REMINDER, title="Still nobody", text="…", ticket=7)


class Receiver(BaseHTTPRequestHandler):
    answer = 204
    headers_out: dict[str, str] = {}
    got: list[tuple[dict[str, str], bytes]] = []
    body_out = b""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        if self.answer == 0:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(self.answer)
        for name, value in self.headers_out.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(self.body_out)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[type[Receiver]]:
    Receiver.answer, Receiver.headers_out, Receiver.body_out, Receiver.got = 204, {}, b"", []
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Receiver.port = server.server_port  # type: ignore[attr-defined]
    yield Receiver
    server.shutdown()


def endpoint(receiver: type[Receiver], *, allow_private: bool = True) -> Endpoint:
    return Endpoint.objects.create(
        name="ops",
        url=f"http://localhost:{receiver.port}/hook",  # type: ignore[attr-defined]
        secret=SECRET,
        allow_private=allow_private,
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


def sends() -> Outcome:
    return WebhookChannel().send_moment(MOMENT)


def test_a_receiver_can_verify_it_and_knows_a_copy_by_its_id(db: None, receiver: type[Receiver]) -> None:
    endpoint(receiver)
    assert sends() == Sent()
    assert sends() == Sent()
    (headers, body), (again, _) = receiver.got
    assert Webhook(SECRET).verify(body, headers)["data"]["title"] == "Still nobody"
    assert json.loads(body)["type"] == "notice.reminder"
    assert headers["webhook-id"] == again["webhook-id"] == "7/reminder"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"Still", b"Never"), headers)


def test_the_name_of_a_rule_in_any_language_is_sent_and_verifies(db: None, receiver: type[Receiver]) -> None:
    endpoint(receiver)
    moment = msgspec.structs.replace(MOMENT, key="7/Sp\u00e4ter\n\u260e/remind.1")
    assert WebhookChannel().send_moment(moment) == Sent()
    ((headers, body),) = receiver.got
    assert headers["webhook-id"] == "7/Sp%C3%A4ter%0A%E2%98%8E/remind.1"
    assert Webhook(SECRET).verify(body, headers)["data"]["key"] == moment.key


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ops", "http://127.0.0.1/hook", "http://[::1]/", "https://a.example:99999/"]
)
def test_an_address_that_cannot_be_called_is_refused_when_it_is_given(url: str) -> None:
    with pytest.raises(guarded.Forbidden, match=r"is no address of a web server|not a public address"):
        guarded.judge(url, allow_private=False)


def test_a_private_address_is_refused_unless_it_is_allowed(db: None, receiver: type[Receiver]) -> None:
    endpoint(receiver, allow_private=False)
    outcome = sends()
    assert isinstance(outcome, Never)
    assert "not a public address" in str(outcome.reason)
    assert receiver.got == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "192.168.0.7",
        "::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "64:ff9b::7f00:1",
        "64:ff9b:1::808:808",
        "2002:7f00:1::",
        "2002:a00:1::",
        "::127.0.0.1",
        "::",
        "100.64.0.1",
    ],
)
def test_no_inner_address_is_public(address: str) -> None:
    assert not guarded._is_public(address)


def test_a_public_address_is() -> None:
    assert guarded._is_public("93.184.216.34")
    assert guarded._is_public("2606:2800:220:1::")
    assert guarded._is_public("64:ff9b::808:808")


def test_the_address_that_was_judged_is_the_one_that_is_called(
    receiver: type[Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers otherwise the second time (DNS rebinding) gains nothing."""
    answers = iter([[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]])
    real = socket.getaddrinfo

    def look_up(host: str, *rest: object, **named: object) -> object:
        return next(answers) if host == "hook.example" else real(host, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    url = f"http://hook.example:{receiver.port}/"  # type: ignore[attr-defined]
    answer = guarded.post(url, b"{}", {}, allow_private=True)
    assert answer.status_code == 204
    assert receiver.got[0][0]["host"] == f"hook.example:{receiver.port}"  # type: ignore[attr-defined]


def test_a_name_whose_first_address_takes_nothing_is_reached_at_its_next(
    db: None, receiver: type[Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(receiver)
    port = receiver.port  # type: ignore[attr-defined]
    both = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.9", port)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
    ]
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **named: both if host == "localhost" else real(host, *rest, **named)
    )
    assert sends() == Sent()
    assert len(receiver.got) == 1


def test_gone_disables_the_endpoint_for_good(db: None, receiver: type[Receiver]) -> None:
    row = endpoint(receiver)
    receiver.answer = 410
    assert isinstance(sends(), Never)
    row.refresh_from_db()
    assert row.disabled_why == Said.GONE()
    receiver.answer = 204
    assert isinstance(sends(), Never)
    assert len(receiver.got) == 1


def test_retry_after_is_obeyed_and_other_refusals_are_tried_again(db: None, receiver: type[Receiver]) -> None:
    endpoint(receiver)
    receiver.answer, receiver.headers_out = 429, {"Retry-After": "90"}
    outcome = sends()
    assert isinstance(outcome, Later)
    assert outcome.after == timedelta(seconds=90)
    receiver.headers_out = {"Retry-After": "9" * 400}  # nobody makes us wait for ever, or stumble
    assert sends() == msgspec.structs.replace(outcome, after=timedelta(days=1))
    receiver.answer, receiver.headers_out = 500, {}
    assert isinstance(sends(), Later)


def test_a_redirect_is_not_followed(db: None, receiver: type[Receiver]) -> None:
    endpoint(receiver)
    receiver.answer, receiver.headers_out = 302, {"Location": "http://127.0.0.1/inside"}
    assert isinstance(sends(), Later)
    assert len(receiver.got) == 1


def test_an_answer_that_never_came_is_unclear(db: None, receiver: type[Receiver]) -> None:
    endpoint(receiver)
    receiver.answer = 0
    assert isinstance(sends(), Unclear)


def test_nobody_listens_and_nobody_is_called_that(db: None, receiver: type[Receiver]) -> None:
    assert sends() == Never(Said.NO_ENDPOINT(name="ops"))
    row = endpoint(receiver)
    row.url = "http://localhost:1/"
    row.save()
    assert isinstance(sends(), Later)


def dripping(body: bytes, *, headers: bytes = b"", every: float = 0.2) -> Iterator[int]:
    """A receiver that answers a byte at a time, for ever; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(line,), daemon=True).start()

    def drip(line: socket.socket) -> None:
        with line, suppress(OSError):
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\n" + headers + b"content-length: 100000\r\n")
            while True:
                line.sendall(body)
                time.sleep(every)

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


@pytest.mark.parametrize("body", [b"x", b"y-header: z\r\n"], ids=["in its body", "in its head"])
def test_a_receiver_that_answers_a_byte_at_a_time_is_left_after_the_deadline(
    db: None, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setattr(guarded, "DEADLINE", 1.0)
    for port in dripping(body, headers=b"\r\n" if body == b"x" else b""):
        Endpoint.objects.create(
            name="ops", url=f"http://127.0.0.1:{port}/", secret=SECRET, allow_private=True, created_at=datetime.now(UTC)
        )
        began = time.monotonic()
        outcome = sends()
        assert time.monotonic() - began < 20  # far more than the deadline, on however slow a machine
        assert isinstance(outcome, Sent if body == b"x" else Unclear)


def test_of_an_answer_only_the_beginning_is_read(db: None, receiver: type[Receiver]) -> None:
    endpoint(receiver)
    receiver.answer, receiver.body_out = 500, b"no " * 1_000_000
    outcome = sends()
    assert isinstance(outcome, Later)
    assert len(str(outcome.reason)) < 500
    assert receiver.got[0][0]["accept-encoding"] == "identity"


def test_a_second_call_uses_the_connection_of_the_first_and_never_that_of_another_name(
    receiver: type[Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **named: here if ".example" in host else real(host, *rest, **named)
    )
    one = guarded.kept_client("127.0.0.1", "one.example")
    assert guarded.kept_client("127.0.0.1", "one.example") is one
    assert guarded.kept_client("127.0.0.1", "two.example") is not one
    for host in ("one.example", "one.example", "two.example"):
        url = f"http://{host}:{receiver.port}/"  # type: ignore[attr-defined]
        assert guarded.post(url, b"{}", {}, allow_private=True).status_code == 204


def test_a_page_is_posted_to_the_endpoint_the_policy_names(db: None, receiver: type[Receiver]) -> None:
    endpoint(receiver)
    page = Page(key="7/page", service="ops", title="#7 Down", text="It is down.", ticket=7, url="http://desk/tickets/7")
    assert WebhookChannel().page(page) == Sent()
    ((headers, body),) = receiver.got
    sent = Webhook(SECRET).verify(body, headers)
    assert (sent["type"], sent["data"]["title"]) == ("page", "#7 Down")
    assert is_configured(ContactPoint("webhook", "ops"), NoticeKind.PAGE)
