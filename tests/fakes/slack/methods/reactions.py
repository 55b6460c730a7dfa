"""reactions.*: emoji on messages."""

from __future__ import annotations

from tests.fakes.slack.errors import SlackError
from tests.fakes.slack.methods.registry import Call, method
from tests.fakes.slack.model import Channel, Json, Message


@method("reactions.add")
def add(call: Call) -> Json:
    channel, message = _message(call)
    users = message.reactions.setdefault(call.get("name"), [])
    if call.by.bot_user_id in users:
        raise SlackError("already_reacted")
    users.append(call.by.bot_user_id)
    call.state.emit(
        reaction_event(call.state, "reaction_added", channel, message, call.get("name"), call.by.bot_user_id),
        channel,
        None,
    )
    return {}


def _message(call: Call) -> tuple[Channel, Message]:
    channel = call.state.visible_channel(call.by, call.get("channel"))
    if channel.archived:
        raise SlackError("is_archived")
    return channel, call.state.message(channel, call.get("timestamp"))


def reaction_event(state, kind: str, channel: Channel, message: Message, name: str, user_id: str) -> Json:  # type: ignore[no-untyped-def]
    """The event that tells of an emoji: it never holds the message's words."""
    return {
        "type": kind,
        "user": user_id,
        "reaction": name,
        "item_user": message.user_id,
        "event_ts": state.new_ts(),
        "item": {"type": "message", "channel": channel.id, "ts": message.ts},
    }
