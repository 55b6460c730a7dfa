"""Who pressed, sent a window, used a shortcut or typed a command; found once, where Slack's call comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import structlog
from msgspec import Struct
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api.clients import client_of, is_error
from rung.channels.slack.api.members import CannotAsk
from rung.channels.slack.blocks.button_values import About
from rung.channels.slack.blocks.elements import Block, escaped
from rung.channels.slack.home import content
from rung.channels.slack.models import PersonSeen, Workspace
from rung.channels.slack.people import identity
from rung.core import actors
from rung.core.actors import Actor
from rung.people.models import Agent

log = structlog.get_logger(__name__)

NOT_ALLOWED = "Only agents of this desk may do that."
TOO_LATE = "That took too long; please press again."
WHO = "Slack cannot say now who you are; please try again in a minute."


@dataclass(frozen=True, kw_only=True)
class View:
    """The window or Home tab it came from. `values`: block -> action -> what was entered."""

    id: str = ""
    hash: str = ""
    callback: str = ""
    is_home: bool = False
    about: About | None = None
    values: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody in Slack, and where they did it. Everything here comes from outside and grants nothing by itself."""

    workspace: Workspace
    user: str
    channel: str = ""
    thread: str = ""
    #: What a window is opened with; good for three seconds.
    trigger: str = ""
    view: View
    now: datetime

    @cached_property
    def person(self) -> PersonSeen | None:
        """As Slack describes them. Raises CannotAsk."""
        return identity.seen(self.workspace, self.user, self.now)

    @cached_property
    def agent(self) -> Agent | None:
        """The agent they are; None for everybody else, and while Slack cannot say."""
        try:
            return identity.agent_of(self.workspace, self.person, self.now)
        except CannotAsk:
            return None

    def tell(self, text: str) -> None:
        """To them alone, where they are; without a channel in their direct messages. Raises what slack_sdk raises."""
        if not text:
            return
        client, text = client_of(self.workspace, self.now), escaped(text)
        if self.channel:
            client.chat_postEphemeral(channel=self.channel, user=self.user, text=text, thread_ts=self.thread or None)
        else:
            client.chat_postMessage(channel=self.user, text=text)

    def open(self, view: Block) -> str:
        """Open a window while the press is fresh. What they are told if it was not; empty: the window is there."""
        try:
            client_of(self.workspace, self.now).views_open(trigger_id=self.trigger, view=view)
        except SlackApiError as error:
            if is_error(error, "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"):
                return TOO_LATE
            raise
        return ""

    def draw_home(self) -> None:
        """Their Home tab as it stands now. What cannot be drawn is drawn when it is next opened."""
        try:
            content.publish(self.workspace, self.user, self.now)
        except (CannotAsk, SlackApiError, SlackClientError, OSError) as error:
            log.info("a Home tab could not be drawn", error=str(error))


class Asked(Struct, frozen=True, kw_only=True):
    """What an agent wants done, and about which ticket."""

    caller: Caller
    agent: Agent
    about: About
    #: Done once under this key.
    key: str

    @property
    def by(self) -> Actor:
        return actors.agent(self.agent.handle)

    @property
    def ticket(self) -> int:
        return self.about.ticket

    @property
    def now(self) -> datetime:
        return self.caller.now
