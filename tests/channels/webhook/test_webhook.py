"""Signed webhooks: what a receiver sees, and where they may not go."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import msgspec
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from rung.channels.webhook import guarded
from rung.channels.webhook.adapter import WebhookChannel
from rung.channels.webhook.models import Endpoint
from rung.channels.webhook.sentences import Said
from rung.core.reckoning.effects import Subject
from rung.outbox.ports import Later, Moment, Never, Outcome, Sent, Unclear

SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0"
MOMENT = Moment(key="7/reminder", to="ops", subject=Subject.REMINDER, title="Still nobody", text="…", ticket=7)


class Receiver(BaseHTTPRequestHandler):
    answer = 204
    headers_out: dict[str, str] = {}
    got: list[tuple[dict[str, str], bytes]] = []
    sleeps = 0.0

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

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[type[Receiver]]:
    Receiver.answer, Receiver.headers_out, Receiver.got = 204, {}, []
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
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.7", "::1", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0"],
)
def test_no_inner_address_is_public(address: str) -> None:
    assert not guarded._is_public(address)


def test_a_public_address_is() -> None:
    assert guarded._is_public("93.184.216.34")


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
