"""Agents known by where they belong: full members of the policy's channels, or of the group named for it.

Their account is made when they first act, and is switched off when they belong nowhere any more. What a person chose
stands above it: an account that was switched off, or that only reads, is raised by no channel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import IntegrityError, transaction

from rung.channels.slack.api import directory, members
from rung.channels.slack.api.addresses import person
from rung.channels.slack.models import Admitted, PersonSeen, Workspace
from rung.core.policy.model import Policy
from rung.people.models import Agent, ContactMethod, Role
from rung.policies.versions import compiled, current_number

log = structlog.get_logger(__name__)

LONGEST_HANDLE = 50


def admit(workspace: Workspace, row: PersonSeen, now: datetime) -> Agent | None:
    """The account of somebody who has none, if they belong to the agents. Raises CannotAsk if that cannot be said."""
    if not row.email or Agent.objects.filter(email=row.email.lower()).exists():
        return None
    level = _level_of(workspace, row, now)
    if level is None:
        return None
    try:
        with transaction.atomic():
            return _account(workspace, row, level)
    except IntegrityError:  # another process was making it at this very moment
        return Agent.objects.filter(email=row.email.lower(), is_active=True).exclude(role=Role.OBSERVER).first()


def confirmed(agent: Agent, workspace: Workspace, row: PersonSeen, now: datetime) -> Agent | None:
    """The agent, unless they are one only by belonging and do no longer. Raises CannotAsk."""
    admitted = Admitted.objects.filter(agent=agent, workspace=workspace, user=row.user).first()
    if admitted is None:
        return agent
    belongs = _level_of(workspace, row, now) is not None
    if belongs and admitted.ended_at is not None:
        _switch(admitted, active=True, ended_at=None)
    elif not belongs and admitted.ended_at is None and agent.is_active:
        _switch(admitted, active=False, ended_at=now)
        log.info("an agent left the channels that made them one", agent=agent.handle)
    return Agent.objects.get(pk=agent.pk) if belongs else None


def came_or_went(workspace: Workspace, room: str, users: Sequence[str], now: datetime) -> None:
    """A room has other members: it is asked about again, and people who belonged through it alone are checked at once.

    `users`: those who came or went; none: it may be anybody. Raises CannotAsk.
    """
    members.forget(workspace, room)
    concerned = Admitted.objects.filter(workspace=workspace).select_related("agent")
    for admitted in concerned.filter(user__in=users) if users else concerned:
        row = PersonSeen.objects.filter(workspace=workspace, user=admitted.user).first()
        if row is not None:
            confirmed(admitted.agent, workspace, row, now)


def left(workspace: Workspace, user: str, now: datetime) -> None:
    """The person's account in Slack is gone, and with it what their belonging gave them."""
    for admitted in Admitted.objects.filter(workspace=workspace, user=user, ended_at=None, agent__is_active=True):
        _switch(admitted, active=False, ended_at=now)


def _switch(admitted: Admitted, *, active: bool, ended_at: datetime | None) -> None:
    Agent.objects.filter(pk=admitted.agent_id).update(is_active=active)
    Admitted.objects.filter(pk=admitted.pk).update(ended_at=ended_at)


def _level_of(workspace: Workspace, row: PersonSeen, now: datetime) -> str | None:
    """The level of the room that lets them in; "" for none in particular, None: nothing does."""
    rooms = _rooms(workspace)
    room = members.first_room(workspace, list(rooms), [row.user, *filter(None, [row.grid_user])], now)
    return rooms.get(room)


def _rooms(workspace: Workspace) -> dict[str, str]:
    """The channels and the group whose people are agents, each with the level its people work at."""
    policy = compiled(current_number()).policy
    found: dict[str, str] = {}
    if workspace.admits:
        named = [level.channel for level in policy.levels.values()]
        found = {channel: _level(policy, name) for name in (*named, policy.triage_channel)
                 if name and (channel := _channel(workspace, name))}  # fmt: skip
    if workspace.agent_group:
        found[workspace.agent_group] = _level(policy, policy.triage_channel)
    return found


def _channel(workspace: Workspace, address: str) -> str:
    """The channel behind `slack:#triage`, if it is one of this workspace."""
    medium, _, name = address.partition(":")
    place = directory.find(name) if medium == "slack" else None
    return place[1].channel if place and place[0].pk == workspace.pk and not place[1].is_person else ""


def _level(policy: Policy, address: str | None) -> str:
    """The first level that works in that channel."""
    return next((level.name for level in policy.levels.values() if level.channel == address), "")


def _account(workspace: Workspace, row: PersonSeen, level: str) -> Agent:
    agent = Agent.objects.create_user(row.email, handle=_handle(row.email), name=row.name or row.user, level=level)
    ContactMethod.objects.create(agent=agent, channel="slack", address=person(row.team, row.user))
    Admitted.objects.create(agent=agent, workspace=workspace, user=row.user)
    log.info("an agent was admitted by a channel of Slack", agent=agent.handle, workspace=workspace.team)
    return agent


def _handle(email: str) -> str:
    """From the address, as handles are written, and nobody else's."""
    local = email.partition("@")[0].lower()
    wanted = re.sub(r"[^a-z0-9._-]+", "-", local).strip("._-")[:LONGEST_HANDLE] or "agent"
    taken = set(Agent.objects.filter(handle__startswith=wanted).values_list("handle", flat=True))
    return next(name for name in (wanted, *(f"{wanted}-{n}" for n in range(2, 10_000))) if name not in taken)
