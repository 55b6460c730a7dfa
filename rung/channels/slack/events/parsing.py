"""What a raw event of Slack says, as facts. An allow-list: a subtype nobody thought of says nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

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
    Raw,
    ReachChanged,
    Reacted,
    Throttled,
    Uninstalled,
    Wrote,
)
from rung.channels.slack.sentences import Said

#: Subtypes of messages that are people's (or bots') words.
_SPOKEN = frozenset({"", "file_share", "thread_broadcast", "me_message", "bot_message"})
_CHANNEL_EVENTS = {
    "channel_archive": "archived",
    "group_archive": "archived",
    "channel_unarchive": "unarchived",
    "group_unarchive": "unarchived",
    "channel_deleted": "deleted",
    "group_deleted": "deleted",
    "channel_left": "left",
    "group_left": "left",
    "channel_rename": "renamed",
    "group_rename": "renamed",
    "channel_shared": "shared",
    "channel_unshared": "unshared",
    "member_joined_channel": "joined",
    "member_left_channel": "left",
}


def read(envelope: Raw) -> Fact:
    """The fact of one envelope of the Events API (over HTTP, or the payload of a socket's envelope)."""
    event = envelope.get("event")
    team = team_of(envelope)
    event_id = str(envelope.get("event_id") or "")
    if envelope.get("type") == "app_rate_limited":
        return Throttled(team=str(envelope.get("team_id") or ""), event_id=event_id)
    if not isinstance(event, dict):
        return Nothing(team=team, event_id=event_id, why="it holds no event")
    return of_event(event, team=team, event_id=event_id)


def is_spoken(event: Raw) -> bool:
    """Whether it is a message of a person or a bot, with a name of its own in its channel."""
    return event.get("type") == "message" and str(event.get("subtype") or "") in _SPOKEN and bool(event.get("ts"))


def name_of(envelope: Raw) -> str:
    """What it is kept under. A message goes by its place, whether its event came or the history showed it; anything
    else by Slack's name for the event; `app_rate_limited`, which has none, by its words."""
    event = envelope.get("event")
    if isinstance(event, dict) and is_spoken(event) and event.get("channel"):
        return f"message/{team_of(envelope)}/{event['channel']}/{event['ts']}"[:300]
    if envelope.get("event_id"):
        return str(envelope["event_id"])[:300]
    return hashlib.sha256(json.dumps(envelope, sort_keys=True).encode()).hexdigest()


def place_of(envelope: Raw) -> str:
    """The channel an envelope is about, or nothing: what happens in one is sorted in order."""
    event = envelope.get("event")
    if not isinstance(event, dict):
        return ""
    channel = event.get("channel") or (event.get("item") or {}).get("channel") or ""
    return str(channel.get("id") or "") if isinstance(channel, dict) else str(channel)


def of_event(event: Raw, *, team: str, event_id: str = "") -> Fact:
    """As `read`, for the inner event alone: what `conversations.history` gives, with `channel` added, is one too."""
    kind = str(event.get("type") or "")
    known = _READERS.get(kind, _nothing)
    return known(event, team, event_id)


def team_of(envelope: Raw) -> str:
    """The installation that was told: Slack Connect's events name the author's team elsewhere.

    One for a whole organisation goes by the organisation's id, whichever of its workspaces the event is from.
    """
    authorizations = envelope.get("authorizations") or [{}]
    first: Raw = authorizations[0] if isinstance(authorizations[0], dict) else {}
    if first.get("is_enterprise_install") and first.get("enterprise_id"):
        return str(first["enterprise_id"])
    return str(first.get("team_id") or envelope.get("context_team_id") or envelope.get("team_id") or "")


def _message(event: Raw, team: str, event_id: str) -> Fact:
    subtype = str(event.get("subtype") or "")
    if subtype in _SPOKEN:
        return _wrote(event, team, event_id)
    channel = str(event.get("channel") or "")
    if subtype == "message_changed":
        return _edited(event, team, event_id, channel)
    if subtype == "message_deleted":
        if (event.get("previous_message") or {}).get("bot_id"):
            return Nothing(team=team, event_id=event_id, why="a bot's message was taken back")
        return Deleted(team=team, event_id=event_id, channel=channel, ts=str(event.get("deleted_ts") or ""))
    return Nothing(team=team, event_id=event_id, why=f"messages of kind {subtype!r} are no one's words")


def _edited(event: Raw, team: str, event_id: str, channel: str) -> Fact:
    """Slack says "changed" also for previews and reply counts: only other words are an edit."""
    after, before = event.get("message") or {}, event.get("previous_message") or {}
    if after.get("subtype") == "tombstone":
        return Deleted(team=team, event_id=event_id, channel=channel, ts=str(after.get("ts") or ""))
    if after.get("bot_id") or after.get("text") == before.get("text"):
        return Nothing(team=team, event_id=event_id, why="the words of the message are the same")
    return Edited(
        team=team,
        event_id=event_id,
        channel=channel,
        ts=str(after.get("ts") or ""),
        thread_ts=str(after.get("thread_ts") or ""),
        user=str(after.get("user") or ""),
        user_team=str(after.get("user_team") or after.get("source_team") or after.get("team") or ""),
        text=str(after.get("text") or ""),
        before=str(before.get("text") or ""),
        files=tuple(one for one in after.get("files") or () if isinstance(one, dict)),
        edited_ts=str((after.get("edited") or {}).get("ts") or ""),
    )


def _wrote(event: Raw, team: str, event_id: str, *, mention: bool = False) -> Fact:
    profile = event.get("user_profile") or {}
    metadata = event.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return Wrote(
        team=team,
        event_id=event_id,
        channel=str(event.get("channel") or ""),
        ts=str(event.get("ts") or ""),
        thread_ts=str(event.get("thread_ts") or ""),
        parent=str(event.get("parent_user_id") or ""),
        user=str(event.get("user") or ""),
        user_team=str(event.get("user_team") or event.get("source_team") or event.get("team") or ""),
        user_name=str(profile.get("real_name") or event.get("username") or ""),
        bot=str(event.get("bot_id") or ""),
        app=str(event.get("app_id") or ""),
        text=str(event.get("text") or ""),
        files=tuple(one for one in event.get("files") or () if isinstance(one, dict)),
        edited_ts=str((event.get("edited") or {}).get("ts") or ""),
        direct=event.get("channel_type") in ("im", "mpim") or str(event.get("channel") or "").startswith("D"),
        mention=mention,
        key=str(payload.get("key") or ""),
    )


def _channel(event: Raw, team: str, event_id: str) -> Fact:
    given = event.get("channel") or ""
    channel, name = (given.get("id"), given.get("name")) if isinstance(given, dict) else (given, "")
    return ChannelChanged(
        team=team,
        event_id=event_id,
        channel=str(channel or ""),
        how=_CHANNEL_EVENTS[str(event["type"])],
        name=str(name or ""),
        user=str(event.get("user") or ""),
    )


def _mentioned(event: Raw, team: str, event_id: str) -> Fact:
    return _wrote(event, team, event_id, mention=True)


def _reacted(event: Raw, team: str, event_id: str) -> Fact:
    item = event.get("item") or {}
    if item.get("type") != "message":
        return Nothing(team=team, event_id=event_id, why="a reaction to something else than a message")
    return Reacted(
        team=team,
        event_id=event_id,
        channel=str(item.get("channel") or ""),
        ts=str(item.get("ts") or ""),
        user=str(event.get("user") or ""),
        emoji=str(event.get("reaction") or ""),
    )


def _home_opened(event: Raw, team: str, event_id: str) -> Fact:
    if event.get("tab") not in (None, "home"):
        return Nothing(team=team, event_id=event_id, why="another tab than Home")
    return HomeOpened(team=team, event_id=event_id, user=str(event.get("user") or ""))


def _moved(event: Raw, team: str, event_id: str) -> Fact:
    old, new = str(event.get("old_channel_id") or ""), str(event.get("new_channel_id") or "")
    return ChannelMoved(team=team, event_id=event_id, old=old, new=new)


def _uninstalled(_event: Raw, team: str, event_id: str) -> Fact:
    return Uninstalled(team=team, event_id=event_id, why=Said.REMOVED())


def _revoked(event: Raw, team: str, event_id: str) -> Fact:
    if not (event.get("tokens") or {}).get("bot"):
        return Nothing(team=team, event_id=event_id, why="a person's token, not the bot's")
    return Uninstalled(team=team, event_id=event_id, why=Said.BOT_REVOKED())


def _person(event: Raw, team: str, event_id: str) -> Fact:
    user = event.get("user") or {}
    deleted = bool(user.get("deleted"))
    return PersonChanged(team=team, event_id=event_id, user=str(user.get("id") or ""), deleted=deleted)


def _group(event: Raw, team: str, event_id: str) -> Fact:
    """`subteam_members_changed` names who; `subteam_updated` holds the whole group."""
    group = event.get("subteam_id") or (event.get("subteam") or {}).get("id") or ""
    users = (*(event.get("added_users") or ()), *(event.get("removed_users") or ()))
    return GroupChanged(team=team, event_id=event_id, group=str(group), users=tuple(str(user) for user in users))


def _reach(event: Raw, team: str, event_id: str) -> Fact:
    teams = tuple(str(one) for one in event.get("team_ids") or ())
    return ReachChanged(team=team, event_id=event_id, teams=teams, granted=event["type"] == "team_access_granted")


def _nothing(event: Raw, team: str, event_id: str) -> Fact:
    return Nothing(team=team, event_id=event_id, why=f"events of kind {event.get('type')!r} say nothing to a desk")


_READERS: dict[str, Callable[[Raw, str, str], Fact]] = {
    "message": _message,
    "app_mention": _mentioned,
    "reaction_added": _reacted,
    "app_home_opened": _home_opened,
    "channel_id_changed": _moved,
    "app_uninstalled": _uninstalled,
    "tokens_revoked": _revoked,
    "user_change": _person,
    "subteam_members_changed": _group,
    "subteam_updated": _group,
    "team_access_granted": _reach,
    "team_access_revoked": _reach,
    **dict.fromkeys(_CHANNEL_EVENTS, _channel),
}
