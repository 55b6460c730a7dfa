"""The two ways a payload reaches the app: signed over HTTP, or through the socket. Both answer with an `Answer`."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlencode

import httpx

from tests.fakes.slack import limits
from tests.fakes.slack.model import Json
from tests.fakes.slack.state import State

Kind = Literal["events_api", "interactive", "slash_commands"]


@dataclass(frozen=True)
class Answer:
    """What the app answered; status 0: nothing in time."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = "http_error"  # as in x-slack-retry-reason, where it failed

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def json(self) -> Json:
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


Transport = Callable[[str, bytes, Mapping[str, str]], Answer]


class Gateway(Protocol):
    def send(self, kind: Kind, payload: Json, *, attempt: int = 0, reason: str = "") -> Answer:
        """Hand one payload to the app and wait for its answer, at most three seconds."""
        ...


class HttpGateway:
    """Signed requests to the three addresses of the manifest."""

    def __init__(self, state: State, transport: Transport | None = None) -> None:
        self.state = state
        self.transport = transport or _over_http
        self.urls: dict[Kind, str] = {}

    def send(self, kind: Kind, payload: Json, *, attempt: int = 0, reason: str = "") -> Answer:
        body, content_type = encode(kind, payload)
        headers = {"Content-Type": content_type, **signature(self.state.app.signing_secret, body, self.state.clock())}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        return self.transport(self.urls[kind], body, headers)


def encode(kind: Kind, payload: Json) -> tuple[bytes, str]:
    """The body of the request and its content type."""
    match kind:
        case "events_api":
            return json.dumps(payload).encode(), "application/json"
        case "interactive":
            return urlencode({"payload": json.dumps(payload)}).encode(), "application/x-www-form-urlencoded"
        case "slash_commands":
            return urlencode(payload).encode(), "application/x-www-form-urlencoded"


def signature(secret: str, body: bytes, at: float) -> dict[str, str]:
    """The two headers by which Slack proves that it is Slack."""
    base = f"v0:{int(at)}:".encode() + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(int(at)), "X-Slack-Signature": f"v0={digest}"}


def _over_http(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    try:
        got = httpx.post(
            url,
            content=body,
            headers=dict(headers),
            timeout=limits.ACKNOWLEDGE_SECONDS,
            follow_redirects=False,
            trust_env=False,
        )
    except httpx.TimeoutException:
        return Answer(0, reason="http_timeout")
    except httpx.HTTPError:
        return Answer(0, reason="connection_failed")
    return Answer(got.status_code, got.content, got.headers)
