"""How a method is written down: a function of the call that answers what follows `"ok": true`."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.fakes.slack.errors import SlackError
from tests.fakes.slack.model import Installation, Json
from tests.fakes.slack.ratelimits import RateLimits
from tests.fakes.slack.state import State


@dataclass(frozen=True)
class Call:
    """One call of a method by the app. `caller` is set unless the method takes no bot token."""

    state: State
    rates: RateLimits
    method: str
    arguments: Json
    token: str
    caller: Installation | None

    @property
    def by(self) -> Installation:
        if self.caller is None:
            raise SlackError("not_authed")
        return self.caller

    def get(self, name: str, default: Any = None) -> Any:
        return self.arguments.get(name, default)


Handler = Callable[[Call], Json]
METHODS: dict[str, Handler] = {}
F = TypeVar("F", bound=Handler)


def method(name: str) -> Callable[[F], F]:
    """Register a function under Slack's name for it."""

    def register(function: F) -> F:
        METHODS[name] = function
        return function

    return register


def asked_team(call: Call) -> str:
    """The workspace a list is asked for: an organisation's token has to name it."""
    if not call.by.is_org_wide:
        return call.by.team_id
    if call.get("team_id") not in call.by.teams:
        raise SlackError("missing_argument" if not call.get("team_id") else "team_access_not_granted")
    named: str = call.get("team_id")
    return named


def page(call: Call, items: list[Any], *, most: int = 1000, default: int = 100) -> tuple[list[Any], Json]:
    """One page of `items` by the call's `limit` and `cursor`, and what to answer about the next."""
    size = max(1, min(int(call.get("limit") or default), most))
    try:
        start = int(base64.b64decode(call.get("cursor") or b"MA==").decode())
    except ValueError:
        raise SlackError("invalid_cursor") from None
    more = start + size < len(items)
    cursor = base64.b64encode(str(start + size).encode()).decode() if more else ""
    return items[start : start + size], {"has_more": more, "response_metadata": {"next_cursor": cursor}}
