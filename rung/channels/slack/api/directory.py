"""Where an address leads: the workspace and the channel's present id, whether it was given by id, name or former id."""

from __future__ import annotations

import re

from rung.channels.slack.api import installations
from rung.channels.slack.api.addresses import Place, parse
from rung.channels.slack.models import SlackChannel, Workspace

_USER = re.compile(r"[UW][A-Z0-9]{4,}")


def find(address: str) -> tuple[Workspace, Place] | None:
    """The place behind `T1/C2`, `T1/C2/169.1`, `U3`, `#triage` or `triage`; None if no active workspace has it."""
    place = parse(address)
    if place is None:
        return _by_user(address) if _USER.fullmatch(address) else _by_name(address.removeprefix("#"))
    workspace = installations.of_team(place.team)
    if workspace is None:
        return None
    if not workspace.active:  # a channel it shared is still there for another of ours
        workspace = installations.home(workspace, place.channel)
    return workspace, Place(workspace.team, _present_id(workspace, place.channel), place.ts)


def _by_user(user: str) -> tuple[Workspace, Place] | None:
    """A person's id alone: of the workspace that was connected first."""
    workspace = Workspace.objects.filter(active=True).order_by("connected_at").first()
    return (workspace, Place(workspace.team, user)) if workspace else None


def _present_id(workspace: Workspace, channel: str) -> str:
    """A channel's id changes when it is shared; messages we know by the old one are still there."""
    moved = workspace.channels.filter(former__contains=[channel]).exclude(channel=channel).first()
    return moved.channel if moved else channel


def _by_name(name: str) -> tuple[Workspace, Place] | None:
    """The channel called so; where there is none, the one that was."""
    living = SlackChannel.objects.filter(workspace__active=True, is_archived=False).select_related("workspace")
    ordered = living.order_by("-is_member", "workspace__connected_at")
    found = ordered.filter(name=name).first() or ordered.filter(former_names__contains=[name]).first()
    return (found.workspace, Place(found.workspace.team, found.channel)) if found else None
