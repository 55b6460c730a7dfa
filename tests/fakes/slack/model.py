"""What stands in a Slack: teams, people, channels, messages, files, views and the installed app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Team:
    id: str
    name: str
    domain: str
    enterprise_id: str | None = None


@dataclass
class User:
    id: str
    team_id: str
    name: str
    real_name: str
    email: str | None = None
    is_bot: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    is_restricted: bool = False  # a guest of several channels
    is_ultra_restricted: bool = False  # a guest of one channel
    grid_id: str | None = None  # what the organisation calls them, where that is another id
    deleted: bool = False
    tz: str = "Europe/Berlin"


@dataclass
class Message:
    ts: str
    channel_id: str
    user_id: str | None
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    username: str | None = None  # shown instead of the bot's name (chat:write.customize)
    icon_url: str | None = None
    metadata: Json | None = None
    file_ids: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited_by: str | None = None
    edited_ts: str | None = None
    tombstone: bool = False  # deleted, but it has replies
    pings: frozenset[str] = frozenset()  # who was notified: user ids, "channel", "here", "everyone"


@dataclass
class Ephemeral:
    user_id: str
    text: str
    blocks: list[Json]
    thread_ts: str | None = None


@dataclass
class Channel:
    id: str
    name: str
    team_id: str
    kind: str = "channel"  # channel, private, im, mpim
    members: set[str] = field(default_factory=set)
    shared_with: set[str] = field(default_factory=set)  # other companies' team ids (Slack Connect)
    pending_share: bool = False
    archived: bool = False
    topic: str = ""
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: list[Ephemeral] = field(default_factory=list)

    def thread(self, ts: str) -> list[Message]:
        """The message and the replies under it, oldest first."""
        return sorted((m for m in self.messages.values() if ts in (m.ts, m.thread_ts)), key=lambda m: m.ts)

    def top_level(self) -> list[Message]:
        """What the channel itself shows, oldest first."""
        shown = (m for m in self.messages.values() if m.thread_ts in (None, m.ts) or m.subtype == "thread_broadcast")
        return sorted(shown, key=lambda m: m.ts)


@dataclass
class File:
    id: str
    name: str
    mimetype: str
    content: bytes
    user_id: str | None
    team_id: str
    uploaded: bool = True
    channels: set[str] = field(default_factory=set)


@dataclass
class View:
    id: str
    hash: str
    user_id: str
    team_id: str
    payload: Json
    previous_id: str | None = None
    root_id: str | None = None
    open: bool = True
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Installation:
    """The app in one team: its bot, its token and what it may do."""

    team_id: str
    bot_user_id: str
    bot_id: str
    scopes: frozenset[str]
    tokens: dict[str, float | None] = field(default_factory=dict)  # token -> when it expires
    refresh_tokens: set[str] = field(default_factory=set)
    active: bool = True
    teams: frozenset[str] = frozenset()  # of an organisation's installation (then `team_id` is its id): where it acts

    @property
    def is_org_wide(self) -> bool:
        return bool(self.teams)

    def covers(self, team_id: str) -> bool:
        """Whether that workspace is the app's own."""
        return team_id == self.team_id or team_id in self.teams


@dataclass
class Trigger:
    user_id: str
    team_id: str
    expires: float
    used: bool = False


@dataclass
class ResponseUrl:
    channel_id: str
    user_id: str
    expires: float
    message_ts: str | None = None
    uses: int = 0


@dataclass
class App:
    """The app as its owner set it up at api.slack.com; `None` in a list of names means: all there are."""

    id: str = "A0RUNG"
    name: str = "Rung"
    client_id: str = "1111.2222"
    client_secret: str = "client-secret"
    redirect_urls: tuple[str, ...] = ()
    signing_secret: str = "8f742231b10e8888abcd99yyyzzz85a5"
    app_token: str = "xapp-1-A0RUNG-test"
    events: frozenset[str] | None = None
    commands: frozenset[str] | None = None
    shortcuts: frozenset[str] | None = None
    socket_mode: bool = False
    rotates_tokens: bool = False
    scopes: frozenset[str] = frozenset(
        [
            "chat:write",
            "channels:history",
            "channels:read",
            "channels:join",
            "groups:history",
            "groups:read",
            "im:history",
            "im:read",
            "im:write",
            "mpim:history",
            "mpim:read",
            "users:read",
            "users:read.email",
            "team:read",
            "usergroups:read",
            "reactions:read",
            "reactions:write",
            "files:read",
            "files:write",
            "commands",
            "app_mentions:read",
            "chat:write.customize",
        ]
    )
