"""From a request to an answer: facts, token, scopes, limits and faults stand before the method itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from email.utils import formatdate

from tests.fakes.slack.checks import arguments, check_error
from tests.fakes.slack.errors import SlackError
from tests.fakes.slack.facts import METHODS as METHOD_FACTS
from tests.fakes.slack.faults import Fault, Faults
from tests.fakes.slack.methods import METHODS, Call
from tests.fakes.slack.methods.chat import RateLimited
from tests.fakes.slack.model import Installation, Json
from tests.fakes.slack.ratelimits import RateLimits
from tests.fakes.slack.state import State

_WITHOUT_TOKEN = frozenset({"oauth.v2.access"})
_APP_TOKEN = frozenset({"apps.connections.open"})


@dataclass(frozen=True)
class Reply:
    """What the server sends; `silent` breaks the connection instead, `delay` waits first (seconds)."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    delay: float = 0.0


@dataclass(frozen=True)
class Called:
    """One call of the app, for tests that ask how often and with what."""

    method: str
    arguments: Json
    at: float
    team_id: str | None
    error: str | None


class Dispatcher:
    """Performs Web API calls on a state."""

    def __init__(self, state: State, rates: RateLimits, faults: Faults) -> None:
        self.state, self.rates, self.faults = state, rates, faults
        self.calls: list[Called] = []

    def handle(self, method: str, content_type: str, body: bytes, token: str) -> Reply:
        """One call of `method`, from the raw request to the raw answer."""
        with self.state.lock:
            given: Json = {}
            caller: Installation | None = None
            try:
                given = arguments(method, content_type, body)
                caller = self._caller(method, token)
                fault = self.faults.next(method, given)
                if fault is not None and not fault.performed:
                    return self._befall(fault, method, given, caller)
                self._admit(method, caller)
                answer = _ok(self._perform(method, given, caller, token), caller, self.state.clock())
                self._note(method, given, caller, None)
                return answer if fault is None else self._befall(fault, method, given, caller, answer)
            except SlackError as error:
                check_error(method, error.code) if error.code != "unknown_method" else None
                self._note(method, given, caller, error.code)
                return _json({"ok": False, "error": error.code, **error.extra})
            except RateLimited as limited:
                self._note(method, given, caller, "ratelimited")
                return _too_many(limited.seconds)

    def count(self, method: str, **given: object) -> int:
        """How many calls of `method` succeeded, with these arguments among theirs."""
        return sum(
            1 for one in self.calls if one.method == method and not one.error and given.items() <= one.arguments.items()
        )

    def _caller(self, method: str, token: str) -> Installation | None:
        if method in _WITHOUT_TOKEN:
            return None
        if not token:
            raise SlackError("not_authed")
        if method in _APP_TOKEN:
            if not token.startswith("xapp-"):
                raise SlackError("not_allowed_token_type")
            return None
        caller = self.state.installation_of(token)
        needed = METHOD_FACTS[method].scopes
        if needed and not needed & caller.scopes:
            raise SlackError("missing_scope", needed=",".join(sorted(needed)), provided=",".join(sorted(caller.scopes)))
        return caller

    def _admit(self, method: str, caller: Installation | None) -> None:
        wait = self.rates.take(method, caller.team_id if caller else "-")
        if wait is not None:
            raise RateLimited(wait)

    def _perform(self, method: str, given: Json, caller: Installation | None, token: str) -> Json:
        if method not in METHODS:
            raise NotImplementedError(f"the fake does not know {method} yet; write it in tests/fakes/slack/methods")
        return METHODS[method](Call(self.state, self.rates, method, given, token, caller))

    def _befall(
        self, fault: Fault, method: str, given: Json, caller: Installation | None, answer: Reply | None = None
    ) -> Reply:
        if answer is None:
            self._note(method, given, caller, fault.code or fault.kind)
        match fault.kind:
            case "error":
                return _json({"ok": False, "error": fault.code})
            case "rate_limited":
                return _too_many(fault.retry_after)
            case "http":
                return Reply(b"upstream connect error", fault.status, {"Content-Type": "text/plain"})
            case "garbage":
                return Reply(b"<html><body>Bad gateway</body></html>", 200, {"Content-Type": "text/html"})
            case "slow":
                given_up = answer or Reply(silent=True)
                return Reply(given_up.body, given_up.status, given_up.headers, given_up.silent, fault.seconds)
            case "silence":
                return Reply(silent=True)

    def _note(self, method: str, given: Json, caller: Installation | None, error: str | None) -> None:
        self.calls.append(Called(method, given, self.state.clock(), caller.team_id if caller else None, error))


def _ok(answer: Json, caller: Installation | None, now: float) -> Reply:
    """Every answer says what the token may do, and what time it is at Slack's."""
    reply = _json({"ok": True, **answer})
    scopes = {"X-OAuth-Scopes": ",".join(sorted(caller.scopes))} if caller else {}
    return replace(reply, headers={**reply.headers, **scopes, "Date": formatdate(now, usegmt=True)})


def _json(answer: Json) -> Reply:
    return Reply(json.dumps(answer).encode(), 200, {"Content-Type": "application/json; charset=utf-8"})


def _too_many(seconds: int) -> Reply:
    headers = {"Content-Type": "application/json; charset=utf-8", "Retry-After": str(seconds)}
    return Reply(b'{"ok":false,"error":"ratelimited"}', 429, headers)
