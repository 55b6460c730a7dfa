"""Everything the fake remembers, and how it is found again; one lock, one clock."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.fakes.slack.errors import ImpossibleError, SlackError
from tests.fakes.slack.model import (
    App,
    Channel,
    File,
    Installation,
    Json,
    Message,
    ResponseUrl,
    Team,
    Trigger,
    User,
    View,
)

_MENTION = re.compile(
    r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|<!(channel|here|everyone)(?:\|[^>]*)?>|<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>"
)


class State:
    """All that one Slack holds. `clock` gives seconds since 1970; `emit` is told of everything an app may hear of."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.app = App()
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.installations: dict[str, Installation] = {}
        self.usergroups: dict[str, tuple[str, str, set[str]]] = {}  # id -> team id, handle, members
        self.oauth_codes: dict[str, str] = {}
        self.redirects: dict[str, str] = {}  # code -> where the person was sent with it
        self.base_url = ""
        self.socket_url = ""
        self.emit: Callable[[Json, Channel | None, str | None], None] = lambda event, channel, team_id: None
        self._numbers = itertools.count(1)
        self._last_ts = 0

    def new_id(self, kind: str) -> str:
        """`U0000A1`, `C0000B2` …; `kind` is the letter Slack begins with."""
        return f"{kind}{next(self._numbers):08X}"

    def new_ts(self) -> str:
        """A message's name: its moment to the microsecond, never the same twice."""
        self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def channel(self, channel_id: str) -> Channel:
        if channel_id not in self.channels:
            raise SlackError("channel_not_found")
        return self.channels[channel_id]

    def visible_channel(self, caller: Installation, channel_id: str) -> Channel:
        """The channel as the app sees it: a private one, or another team's, does not exist for strangers to it."""
        channel = self.channel(channel_id)
        ours = caller.covers(channel.team_id) or any(caller.covers(team) for team in channel.shared_with)
        if not ours or (channel.kind != "channel" and caller.bot_user_id not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def direct_channel(self, one: User, other: User) -> Channel:
        """The direct messages of two people, opened when they were never used."""
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == {one.id, other.id}:
                return channel
        team_id = one.team_id if one.is_bot else other.team_id
        opened = Channel(self.new_id("D"), "", team_id, "im", {one.id, other.id})
        if one.team_id != other.team_id:
            opened.shared_with.add(other.team_id if team_id == one.team_id else one.team_id)
        self.channels[opened.id] = opened
        return opened

    def message(self, channel: Channel, ts: str) -> Message:
        found = channel.messages.get(ts)
        if found is None:
            raise SlackError("message_not_found")
        return found

    def user(self, user_id: str) -> User:
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def shares_a_channel(self, one: str, other: str) -> bool:
        return any({one, other} <= channel.members for channel in self.channels.values())

    def installation_of(self, token: str) -> Installation:
        """Whose token it is, or Slack's error about it."""
        for installation in self.installations.values():
            if token in installation.tokens:
                if not installation.active:
                    raise SlackError("account_inactive")
                expires = installation.tokens[token]
                if expires is not None and expires <= self.clock():
                    raise SlackError("token_expired")
                return installation
        raise SlackError("invalid_auth")

    def bots_in(self, channel: Channel) -> list[Installation]:
        return [one for one in self.installations.values() if one.active and one.bot_user_id in channel.members]

    def new_trigger(self, user: User, seconds: float) -> str:
        trigger_id = f"{next(self._numbers)}.{user.team_id}.{self.new_id('x').lower()}"
        self.triggers[trigger_id] = Trigger(user.id, user.team_id, self.clock() + seconds)
        return trigger_id

    def spend_trigger(self, trigger_id: str) -> Trigger:
        """A trigger opens one view, and only for a moment."""
        trigger = self.triggers.get(trigger_id or "")
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if trigger.expires < self.clock():
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def find_channel(self, name: str) -> Channel:
        """For tests: the channel called `name` (with or without `#`)."""
        for channel in self.channels.values():
            if channel.name == name.removeprefix("#"):
                return channel
        raise ImpossibleError(
            f"no channel is called {name!r}; there are {sorted(c.name for c in self.channels.values())}"
        )


def pings(text: str, blocks: list[Json], *, link_names: bool = False) -> frozenset[str]:
    """Who a message interrupts: ids of people and groups, "channel", "here", "everyone"."""
    spoken = [text, *(leaf["text"] for leaf in leaves(blocks) if leaf.get("type") == "mrkdwn")]
    found = {name for words in spoken for match in _MENTION.finditer(words) for name in match.groups() if name}
    found |= {leaf["user_id"] for leaf in leaves(blocks) if leaf.get("type") == "user"}
    found |= {leaf["range"] for leaf in leaves(blocks) if leaf.get("type") == "broadcast"}
    found |= {leaf["usergroup_id"] for leaf in leaves(blocks) if leaf.get("type") == "usergroup"}
    if link_names:
        found |= {word for word in ("channel", "here", "everyone") if f"@{word}" in text}
    return frozenset(found)


def leaves(thing: Any) -> Iterator[Json]:
    """Every object inside blocks, outermost first."""
    if isinstance(thing, dict):
        yield thing
        for value in thing.values():
            yield from leaves(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from leaves(value)
