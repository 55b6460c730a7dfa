"""The shapes in which Slack tells of people, channels, messages, files and views."""

from __future__ import annotations

from tests.fakes.slack.model import Channel, File, Installation, Json, Message, User, View
from tests.fakes.slack.state import State


def user_json(state: State, user: User, *, seen_by: Installation) -> Json:
    """`users.info`; other companies' people hide their address, and are strangers only without a common channel."""
    enterprise = state.teams[user.team_id].enterprise_id
    own = state.teams.get(seen_by.team_id)
    external = not seen_by.covers(user.team_id) and not (own and enterprise and own.enterprise_id == enterprise)
    stranger = external and not state.shares_a_channel(user.id, seen_by.bot_user_id)
    profile: Json = {"real_name": user.real_name, "display_name": user.name, "team": user.team_id}
    if user.email and not external and "users:read.email" in seen_by.scopes:
        profile["email"] = user.email
    grid: Json = {}
    if enterprise:
        grid["enterprise_user"] = {
            "id": user.grid_id or user.id,
            "enterprise_id": enterprise,
            "enterprise_name": "Grid",
            "teams": [user.team_id],
        }
    return grid | {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "tz": user.tz,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_stranger": stranger,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "updated": 1_700_000_000,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
    }


def channel_json(channel: Channel, *, seen_by: Installation) -> Json:
    shared = bool(channel.shared_with)
    found: Json = {
        "id": channel.id,
        "created": 1_700_000_000,
        "is_archived": channel.archived,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "private",
        "is_private": channel.kind != "channel",
        "is_member": seen_by.bot_user_id in channel.members,
        "is_ext_shared": shared,
        "is_shared": shared,
        "is_org_shared": False,
        "context_team_id": seen_by.team_id,
        "is_pending_ext_shared": channel.pending_share,
        "conversation_host_id": channel.team_id,
        "shared_team_ids": sorted({channel.team_id, *channel.shared_with}),
        "num_members": len(channel.members),
    }
    if channel.kind == "im":
        found["user"] = next(iter(channel.members - {seen_by.bot_user_id}), seen_by.bot_user_id)
    else:
        found |= {
            "name": channel.name,
            "name_normalized": channel.name,
            "topic": {"value": channel.topic},
            "purpose": {"value": ""},
        }
    return found


def channel_type(channel: Channel) -> str:
    """As in events: `channel`, `group`, `im`, `mpim`."""
    return {"private": "group"}.get(channel.kind, channel.kind)


def message_json(state: State, message: Message, *, with_metadata: bool = False) -> Json:
    """A message as `conversations.history` and events hold it."""
    if message.tombstone:
        found: Json = {
            "type": "message",
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
            "hidden": True,
            "ts": message.ts,
            "thread_ts": message.thread_ts,
        }
        return found
    found = {"type": "message", "text": message.text, "ts": message.ts}
    user = state.users.get(message.user_id or "")
    if user is not None:
        found |= {"user": user.id, "team": user.team_id}
    if user is not None and not user.is_bot:
        found |= {"client_msg_id": f"client-{message.ts}"}
    optional: Json = {
        "subtype": message.subtype,
        "thread_ts": message.thread_ts,
        "bot_id": message.bot_id,
        "app_id": message.app_id,
        "username": message.username,
        "blocks": message.blocks,
    }
    found |= {name: value for name, value in optional.items() if value}
    if message.bot_id:
        found["bot_profile"] = {
            "id": message.bot_id,
            "app_id": message.app_id,
            "name": state.app.name,
            "team_id": user and user.team_id,
        }
    root = state.channels[message.channel_id].messages.get(message.thread_ts or "")
    if root is not None and root.ts != message.ts and root.user_id:
        found["parent_user_id"] = root.user_id
    if message.edited_ts:
        found["edited"] = {"user": message.edited_by, "ts": message.edited_ts}
    if message.reactions:
        found["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items() if users
        ]
    if message.file_ids:
        shared = bool(state.channels[message.channel_id].shared_with)
        files = [state.files[file_id] for file_id in message.file_ids]
        found["files"] = [
            {"id": one.id, "file_access": "check_file_info"} if shared else file_json(state, one) for one in files
        ]
    if message.metadata and with_metadata:
        found["metadata"] = message.metadata
    replies = [one for one in state.channels[message.channel_id].thread(message.ts) if one.ts != message.ts]
    if replies and message.thread_ts == message.ts:
        found |= {
            "reply_count": len(replies),
            "latest_reply": replies[-1].ts,
            "reply_users": sorted({r.user_id or "" for r in replies}),
        }
    return found


def file_json(state: State, file: File) -> Json:
    return {
        "id": file.id,
        "name": file.name,
        "title": file.name,
        "mimetype": file.mimetype,
        "size": len(file.content),
        "user": file.user_id,
        "user_team": file.team_id,
        "filetype": file.name.rpartition(".")[2],
        "mode": "hosted",
        "file_access": "visible",
        "url_private": f"{state.base_url}/files-pri/{file.id}/{file.name}",
        "is_external": False,
        "url_private_download": f"{state.base_url}/files-pri/{file.id}/download/{file.name}",
        "permalink": f"https://slack.example/files/{file.id}",
        "channels": sorted(file.channels),
        "created": 1_700_000_000,
    }


def view_json(state: State, view: View, installation: Installation) -> Json:
    empty: Json = {"private_metadata": "", "callback_id": "", "external_id": ""}
    return (
        empty
        | view.payload
        | {
            "id": view.id,
            "team_id": view.team_id,
            "hash": view.hash,
            "previous_view_id": view.previous_id,
            "root_view_id": view.root_id or view.id,
            "app_id": state.app.id,
            "app_installed_team_id": installation.team_id,
            "bot_id": installation.bot_id,
        }
    )
