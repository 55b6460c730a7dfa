"""Slack's history, page by page: within its limits, and as slowly as it asks for."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct
from slack_sdk.errors import SlackApiError

from rung.channels.slack.api.clients import client_of
from rung.channels.slack.api.outcomes import code_of, of_error
from rung.channels.slack.models import SlackChannel
from rung.outbox.ports import Later

Sleep = Callable[[float], object]
Message = dict[str, Any]

PAGE = 200
#: Since 2025 Slack lets some apps read once a minute, 15 messages at a time. A team's own app is exempt.
SLOW_PAGE = 15
#: So it is, where Slack refuses although hardly anything was asked, and for longer than it does otherwise.
FEW, LONG = 3, 30
#: Calls of one method in a minute, of the 50 that Slack grants: others need some too.
A_MINUTE = 40
PATIENCE = 10

_calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)
#: Workspaces that were told to read slowly, and how many seconds apart.
_slow: dict[str, float] = {}


class Page(Struct, frozen=True):
    messages: list[Message]
    more: bool
    cursor: str = ""


class Reader:
    """Reads one channel. Raises what slack_sdk raises, once its patience with "too many calls" is at an end."""

    def __init__(self, row: SlackChannel, now: datetime, sleep: Sleep) -> None:
        self._client, self._sleep = client_of(row.workspace, now), sleep
        self._team, self._channel = row.workspace.team, row.channel

    def history(self, *, oldest: str, latest: str) -> Page:
        """What was written to the channel between the two, both excluded, newest first. `latest` may be empty."""
        upto = {"latest": latest} if latest else {}
        return self._ask("conversations.history", self._client.conversations_history, oldest=oldest, **upto)

    def replies(self, root: str, *, oldest: str = "") -> list[Message] | None:
        """The answers in a thread after `oldest`, oldest first; None: there is no such message any more."""
        found: list[Message] = []
        more: dict[str, str] = {"oldest": oldest} if oldest else {}
        try:
            while True:
                page = self._ask("conversations.replies", self._client.conversations_replies, ts=root, **more)
                found += page.messages
                if not page.cursor:
                    return found
                more["cursor"] = page.cursor
        except SlackApiError as error:
            if code_of(error) != "thread_not_found":
                raise
            return None

    def _ask(self, method: str, call: Callable[..., Any], **asked: Any) -> Page:
        for attempt in range(PATIENCE + 1):
            self._wait_for_room(method)
            limit = SLOW_PAGE if self._team in _slow else PAGE
            try:
                got = call(channel=self._channel, limit=limit, **asked)
            except SlackApiError as error:
                outcome = of_error(method, error)
                if attempt == PATIENCE or not isinstance(outcome, Later) or outcome.after is None:
                    raise
                wait = outcome.after.total_seconds()
                if wait > LONG and len(_calls[self._team, method]) <= FEW:
                    _slow[self._team] = wait
                self._sleep(wait)
                continue
            cursor = str((got.get("response_metadata") or {}).get("next_cursor") or "")
            return Page(list(got.get("messages") or ()), bool(got.get("has_more") or cursor), cursor)
        raise AssertionError  # the last attempt returns or raises

    def _wait_for_room(self, method: str) -> None:
        """Not more calls in a minute than are ours; one at a time where Slack has said so."""
        calls, apart = _calls[self._team, method], _slow.get(self._team)
        now = time.monotonic()
        while calls and calls[0] <= now - 60:
            calls.popleft()
        if apart is not None and calls:
            self._sleep(max(0.0, calls[-1] + apart - now))
        elif len(calls) >= A_MINUTE:
            self._sleep(calls[0] + 60 - now)
        calls.append(time.monotonic())


def forget() -> None:
    """As a process that has just started."""
    _calls.clear()
    _slow.clear()
