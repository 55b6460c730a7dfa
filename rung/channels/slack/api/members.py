"""Who is in a channel or a user group: asked of Slack, believed for a while, asked anew when somebody comes or goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api import installations
from rung.channels.slack.api.clients import client_of, is_error
from rung.channels.slack.models import Room, Workspace
from rung.intake.batch import NotYet

BELIEVED_FOR = timedelta(minutes=10)
STILL_BELIEVED_FOR = timedelta(hours=1)
PAGE = 1000


class CannotAsk(NotYet):
    """Nobody can say now who somebody is, or where they belong."""


def first_room(workspace: Workspace, rooms: Sequence[str], users: Sequence[str], now: datetime) -> str:
    """The first of these rooms that has the person (any of their ids), or nothing.

    Raises CannotAsk if they are found in none, and one could not be asked about.
    """
    kept = {row.room: row for row in Room.objects.filter(workspace=workspace, room__in=rooms)}
    unknown = False
    for room in rooms:
        members = _members(workspace, room, kept.get(room), now)
        if members is None:
            unknown = True
        elif not members.isdisjoint(users):
            return room
    if unknown:
        raise CannotAsk("Slack cannot be asked who is in a channel")
    return ""


def group_called(workspace: Workspace, name: str, now: datetime) -> str:
    """The id of the user group `@name`, or nothing. Raises what slack_sdk raises."""
    for scope in installations.scopes(workspace):
        for group in client_of(workspace, now).usergroups_list(**scope)["usergroups"] or ():
            if name in (group.get("handle"), group.get("name"), group.get("id")):
                return str(group["id"])
    return ""


def forget(workspace: Workspace, room: str) -> None:
    """Somebody came or went: ask again next time."""
    Room.objects.filter(workspace=workspace, room=room).delete()


def _members(workspace: Workspace, room: str, known: Room | None, now: datetime) -> frozenset[str] | None:
    """None: it cannot be said now."""
    if known is not None and now - known.asked_at < BELIEVED_FOR:
        return frozenset(known.members)
    try:
        members = sorted(_ask(client_of(workspace, now), workspace, room))
    except SlackApiError as error:
        if is_error(error, "channel_not_found", "no_such_subteam", "not_in_channel", "is_archived", "missing_scope"):
            members = []  # people we may not ask about are not let in
        else:
            return _stale(known, now)
    except (SlackClientError, OSError):
        return _stale(known, now)
    Room.objects.update_or_create(workspace=workspace, room=room, defaults={"members": members, "asked_at": now})
    return frozenset(members)


def _stale(known: Room | None, now: datetime) -> frozenset[str] | None:
    fresh = known is not None and now - known.asked_at <= STILL_BELIEVED_FOR
    return frozenset(known.members) if known is not None and fresh else None


def _ask(client: WebClient, workspace: Workspace, room: str) -> Iterator[str]:
    if not room.startswith("S"):
        yield from _of_channel(client, room)
        return
    for scope in installations.scopes(workspace):
        try:
            yield from (str(user) for user in client.usergroups_users_list(usergroup=room, **scope)["users"] or ())
        except SlackApiError as error:
            if not is_error(error, "no_such_subteam"):
                raise


def _of_channel(client: WebClient, channel: str) -> Iterator[str]:
    cursor = ""
    while True:
        more: dict[str, Any] = {"cursor": cursor} if cursor else {}
        page = client.conversations_members(channel=channel, limit=PAGE, **more)
        yield from (str(user) for user in page["members"] or ())
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
