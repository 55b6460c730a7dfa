"""What is done about each fact heard from Slack. Repeating any of it changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from rung.channels.slack import background
from rung.channels.slack.api import installations
from rung.channels.slack.api.clients import client_of
from rung.channels.slack.connection import channel_changes
from rung.channels.slack.connection.disconnect import switch_off
from rung.channels.slack.events import catch_up
from rung.channels.slack.events import parsing as reader
from rung.channels.slack.events.facts import (
    ChannelChanged,
    ChannelMoved,
    Deleted,
    Edited,
    Fact,
    GroupChanged,
    HomeOpened,
    Nothing,
    PersonChanged,
    ReachChanged,
    Reacted,
    Throttled,
    Uninstalled,
    Wrote,
)
from rung.channels.slack.home import content
from rung.channels.slack.messages import agent_messages, customer_messages, edits
from rung.channels.slack.models import Workspace
from rung.channels.slack.people import admission, identity
from rung.intake import batch_cache

#: What is said in a channel, which several of our workspaces may be told.
_SAID = (Wrote, Edited, Deleted, Reacted)


def sort(envelope: Mapping[str, Any], now: datetime) -> str:
    """Sort one raw event; what came of it, in a few words. Raises if it must be tried again."""
    fact = reader.read(envelope)
    told = act(fact, now)
    if not isinstance(fact, Wrote):
        batch_cache.forget()  # it may have been about somebody or something that is known by now
    return told


def begin(stop: threading.Event) -> None:
    """Run by the sorter beside its work: catch up with what was missed, and listen on sockets where there are some."""
    background.run(stop)


def act(fact: Fact, now: datetime) -> str:
    """Do what one fact asks for."""
    workspace = batch_cache.once(("workspace", fact.team), lambda: installations.of_team(fact.team))
    if workspace is None:
        return "its workspace is not connected"
    if isinstance(fact, Uninstalled):
        switch_off(workspace.team, fact.why, now)
        return str(fact.why)
    if isinstance(fact, _SAID):
        told, where = workspace, fact.channel
        workspace = batch_cache.once(("home", told.pk, where), lambda: installations.home(told, where))
    return _HANDLERS[type(fact)](workspace, fact, now)


def _wrote(workspace: Workspace, fact: Wrote, now: datetime) -> str:
    return customer_messages.message(workspace, fact, now)


def _reacted(workspace: Workspace, fact: Reacted, now: datetime) -> str:
    """The chosen emoji of an agent makes a ticket of the message it is put on."""
    if fact.emoji != workspace.emoji:
        return "another emoji"
    agent = identity.agent_of(workspace, identity.seen(workspace, fact.user, now), now)
    if agent is None:
        return "the emoji of somebody who is no agent"
    found = message_at(workspace, fact.channel, fact.ts, now)
    if found is None:
        return "the message is not there any more"
    told = customer_messages.message(workspace, found, now, wished_by=agent)
    agent_messages.tell(
        workspace, msgspec.structs.replace(found, user=fact.user), f"{told[:1].upper()}{told[1:]}.", now
    )
    return told


def message_at(workspace: Workspace, channel: str, ts: str, now: datetime) -> Wrote | None:
    """One message, fetched from Slack: events about it do not carry its words."""
    client = client_of(workspace, now)
    got = client.conversations_history(channel=channel, latest=ts, oldest=ts, inclusive=True, limit=1)
    messages = got.get("messages") or []
    if not messages:
        messages = client.conversations_replies(channel=channel, ts=ts, limit=1).get("messages") or []
    told = next((one for one in messages if one.get("ts") == ts), None)
    found = reader.of_event({**told, "channel": channel}, team=workspace.team) if told else None
    return found if isinstance(found, Wrote) else None


def _edited(workspace: Workspace, fact: Edited, now: datetime) -> str:
    return edits.edited(workspace, fact, now)


def _deleted(workspace: Workspace, fact: Deleted, now: datetime) -> str:
    return edits.deleted(workspace, fact, now)


def _home_opened(workspace: Workspace, fact: HomeOpened, now: datetime) -> str:
    return content.publish(workspace, fact.user, now)


def _moved(workspace: Workspace, fact: ChannelMoved, _now: datetime) -> str:
    return channel_changes.moved(workspace, fact.old, fact.new)


def _channel(workspace: Workspace, fact: ChannelChanged, now: datetime) -> str:
    if fact.how in ("joined", "left") and fact.user:
        admission.came_or_went(workspace, fact.channel, (fact.user,), now)
    return channel_changes.changed(workspace, fact, now)


def _group(workspace: Workspace, fact: GroupChanged, now: datetime) -> str:
    admission.came_or_went(workspace, fact.group, fact.users, now)
    return "a group has other members"


def _reach(workspace: Workspace, fact: ReachChanged, now: datetime) -> str:
    return channel_changes.reaches(workspace, fact.teams, granted=fact.granted, now=now)


def _person(workspace: Workspace, fact: PersonChanged, now: datetime) -> str:
    identity.forget(workspace, fact.user)
    if fact.deleted:
        admission.left(workspace, fact.user, now)
    return "a person has changed"


def _throttled(_workspace: Workspace, _fact: Throttled, _now: datetime) -> str:
    catch_up.wanted.set()
    return "Slack dropped events; what was missed is fetched"


def _nothing(_workspace: Workspace, fact: Nothing, _now: datetime) -> str:
    return fact.why


_HANDLERS: dict[type, Callable[[Workspace, Any, datetime], str]] = {
    Wrote: _wrote,
    Reacted: _reacted,
    Edited: _edited,
    Deleted: _deleted,
    HomeOpened: _home_opened,
    ChannelMoved: _moved,
    ChannelChanged: _channel,
    PersonChanged: _person,
    GroupChanged: _group,
    ReachChanged: _reach,
    Throttled: _throttled,
    Nothing: _nothing,
}
