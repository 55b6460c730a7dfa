"""conversations.*: channels, their members and their past."""

from __future__ import annotations

from tests.fakes.slack.errors import SlackError
from tests.fakes.slack.methods.registry import Call, asked_team, method, page
from tests.fakes.slack.model import Channel, Json, Message
from tests.fakes.slack.payloads import channel_json, channel_type, message_json

_KINDS = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}


@method("conversations.info")
def info(call: Call) -> Json:
    return {"channel": channel_json(call.state.visible_channel(call.by, call.get("channel")), seen_by=call.by)}


@method("conversations.list")
def list_channels(call: Call) -> Json:
    return _listed(call, lambda channel: True)


@method("users.conversations")
def mine(call: Call) -> Json:
    """The channels of `user`, or of the bot itself."""
    who = call.get("user") or call.by.bot_user_id
    return _listed(call, lambda channel: who in channel.members)


def _listed(call: Call, wanted) -> Json:  # type: ignore[no-untyped-def]
    kinds = {_KINDS[name.strip()] for name in (call.get("types") or "public_channel").split(",")}
    found = []
    team_id = asked_team(call)
    for channel in call.state.channels.values():
        ours = team_id == channel.team_id or team_id in channel.shared_with
        seen = channel.kind == "channel" or call.by.bot_user_id in channel.members
        hidden = channel.archived and call.get("exclude_archived")
        if ours and seen and not hidden and channel.kind in kinds and wanted(channel):
            found.append(channel_json(channel, seen_by=call.by))
    shown, more = page(call, found)
    return {"channels": shown, **more}


@method("conversations.members")
def members(call: Call) -> Json:
    shown, more = page(call, sorted(call.state.visible_channel(call.by, call.get("channel")).members))
    return {"members": shown, **more}


@method("conversations.join")
def join(call: Call) -> Json:
    channel = call.state.visible_channel(call.by, call.get("channel"))
    if channel.archived:
        raise SlackError("is_archived")
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if call.by.bot_user_id not in channel.members:
        channel.members.add(call.by.bot_user_id)
        ts = call.state.new_ts()
        event = {
            "type": "member_joined_channel",
            "user": call.by.bot_user_id,
            "channel": channel.id,
            "team": call.by.team_id,
            "channel_type": channel_type(channel)[0].upper(),
            "event_ts": ts,
        }
        call.state.emit(event, channel, None)
    return {"channel": channel_json(channel, seen_by=call.by)}


@method("conversations.history")
def history(call: Call) -> Json:
    """Newest first, without the replies of threads."""
    channel = _read(call)
    return _messages(call, sorted(channel.top_level(), key=lambda m: m.ts, reverse=True))


@method("conversations.replies")
def replies(call: Call) -> Json:
    """Oldest first, the parent leading."""
    channel = _read(call)
    if call.get("ts") not in channel.messages:
        raise SlackError("thread_not_found")
    asked = channel.messages[call.get("ts")]
    return _messages(call, channel.thread(asked.thread_ts or asked.ts))


def _read(call: Call) -> Channel:
    channel = call.state.visible_channel(call.by, call.get("channel"))
    if call.by.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    needed = {"channel": "channels", "private": "groups"}.get(channel.kind, channel.kind) + ":history"
    if needed not in call.by.scopes:
        raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(call.by.scopes)))
    return channel


def _messages(call: Call, found: list[Message]) -> Json:
    oldest, latest, inclusive = call.get("oldest"), call.get("latest"), call.get("inclusive")

    def within(ts: str) -> bool:
        if inclusive and ts in (oldest, latest):
            return True
        return (not oldest or float(ts) > float(oldest)) and (not latest or float(ts) < float(latest))

    kept = [one for one in found if within(one.ts)]
    shown, more = page(call, kept, most=999, default=100)
    with_metadata = bool(call.get("include_all_metadata"))
    return {
        "messages": [message_json(call.state, one, with_metadata=with_metadata) for one in shown],
        "pin_count": 0,
        **more,
    }
