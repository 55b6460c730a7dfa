"""What can be heard from Slack, as facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from rung.outbox.sentences import Sentence

Raw = Mapping[str, Any]


class Heard(Struct, frozen=True, kw_only=True):
    """What every fact has: the workspace that was told, and Slack's name for the telling."""

    team: str
    event_id: str = ""


class Wrote(Heard, frozen=True, kw_only=True):
    """A message. `user_team`: where its author is at home, if Slack says so."""

    channel: str
    ts: str
    thread_ts: str = ""
    #: Who wrote the message at the head of its thread.
    parent: str = ""
    user: str = ""
    user_team: str = ""
    user_name: str = ""
    bot: str = ""
    app: str = ""
    text: str = ""
    files: tuple[Raw, ...] = ()
    #: The moment of its last edit, where it is first heard of with its new words.
    edited_ts: str = ""
    direct: bool = False
    mention: bool = False
    #: A key of our own that a message of ours carries.
    key: str = ""

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts


class Edited(Heard, frozen=True, kw_only=True):
    """The words of a message are others now."""

    channel: str
    ts: str
    thread_ts: str = ""
    user: str
    user_team: str = ""
    text: str
    before: str
    #: What came with the message, for one that is first heard of by its edit.
    files: tuple[Raw, ...] = ()
    #: The moment of the edit, Slack's name for it.
    edited_ts: str = ""


class Deleted(Heard, frozen=True, kw_only=True):
    channel: str
    ts: str


class Reacted(Heard, frozen=True, kw_only=True):
    channel: str
    ts: str
    user: str
    emoji: str


class HomeOpened(Heard, frozen=True, kw_only=True):
    user: str


class ChannelMoved(Heard, frozen=True, kw_only=True):
    """A channel's id changed, as Slack Connect makes it."""

    old: str
    new: str


class ChannelChanged(Heard, frozen=True, kw_only=True):
    """`how`: archived, unarchived, renamed, deleted, left, shared, unshared, joined."""

    channel: str
    how: str
    name: str = ""
    user: str = ""


class Uninstalled(Heard, frozen=True, kw_only=True):
    """The app was removed, or its bot's tokens were revoked."""

    why: Sentence


class PersonChanged(Heard, frozen=True, kw_only=True):
    user: str
    deleted: bool


class GroupChanged(Heard, frozen=True, kw_only=True):
    """A user group has other members. `users`: who left or came, if Slack says it."""

    group: str
    users: tuple[str, ...] = ()


class ReachChanged(Heard, frozen=True, kw_only=True):
    """An organisation let its installation into workspaces, or out of them."""

    teams: tuple[str, ...]
    granted: bool


class Throttled(Heard, frozen=True, kw_only=True):
    """Slack dropped events: what was missed must be fetched."""


class Nothing(Heard, frozen=True, kw_only=True):
    """Nothing for us, and why."""

    why: str


Fact = (
    Wrote
    | Edited
    | Deleted
    | Reacted
    | HomeOpened
    | ChannelMoved
    | ChannelChanged
    | Uninstalled
    | PersonChanged
    | GroupChanged
    | ReachChanged
    | Throttled
    | Nothing
)
