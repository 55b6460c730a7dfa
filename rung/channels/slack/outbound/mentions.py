"""Whom a reminder in a channel calls: the team's user group, else those who are there, else everybody who looks."""

from __future__ import annotations

import time
from datetime import datetime

from slack_sdk.errors import SlackClientError

from rung.channels.slack.api import members
from rung.channels.slack.api.addresses import parse
from rung.channels.slack.blocks import elements as b
from rung.channels.slack.models import Workspace
from rung.outbox.ports import Calls

#: People named one by one, at most.
MOST = 10
#: Seconds for which the answer to "is there a user group called so?" is believed.
KNOWN_FOR = 600.0
_groups: dict[tuple[int, str], tuple[float, str]] = {}


def of(workspace: Workspace, calls: Calls | None, now: datetime) -> list[b.Leaf]:
    """What is set before the words; nothing if nobody is called."""
    if calls is None:
        return []
    group = _group(workspace, calls.team, now) if calls.team else ""
    users = [b.mention(user) for _, address in calls.people if (user := _user(workspace, address))][:MOST]
    called = (
        [{"type": "usergroup", "usergroup_id": group}] if group else users or [{"type": "broadcast", "range": "here"}]
    )
    return [part for one in called for part in (one, b.words(" "))]


def _user(workspace: Workspace, address: str) -> str:
    place = parse(address)
    if place is None:
        return address
    return place.channel if place.team in (workspace.team, workspace.enterprise) else ""


def _group(workspace: Workspace, name: str, now: datetime) -> str:
    """The user group called like the team. Where it cannot be asked for, people are named."""
    asked_at, known = _groups.get((workspace.pk, name), (float("-inf"), ""))
    if time.monotonic() - asked_at < KNOWN_FOR:
        return known
    try:
        known = members.group_called(workspace, name, now)
    except (SlackClientError, OSError):
        known = ""
    _groups[workspace.pk, name] = time.monotonic(), known
    return known


def forget() -> None:
    """As a process that has just started."""
    _groups.clear()
