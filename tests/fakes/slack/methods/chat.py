"""chat.*: the app speaks, edits, deletes."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.fakes.slack import limits
from tests.fakes.slack.blockkit import faults_of_blocks
from tests.fakes.slack.errors import SlackError
from tests.fakes.slack.methods.registry import Call, method
from tests.fakes.slack.model import Channel, Ephemeral, Json, Message
from tests.fakes.slack.payloads import channel_type, message_json
from tests.fakes.slack.state import pings


class RateLimited(Exception):
    """A channel has had enough for now."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@method("chat.postMessage")
def post_message(call: Call) -> Json:
    state, channel = call.state, _target(call)
    _may_write(call, channel)
    text, blocks, metadata = _content(call)
    thread_ts = call.get("thread_ts")
    parent = channel.messages.get(thread_ts) if thread_ts else None
    if parent is not None and parent.thread_ts not in (None, parent.ts):
        thread_ts = parent.thread_ts
    if parent is None:
        thread_ts = None  # a root that is gone, with no thread left below it: posted by itself
    wait = call.rates.take_post(channel.id)
    if wait is not None:
        raise RateLimited(wait)
    if parent is not None:
        parent.thread_ts = parent.ts
    broadcast = bool(thread_ts and call.get("reply_broadcast"))
    message = Message(
        ts=state.new_ts(),
        channel_id=channel.id,
        user_id=call.by.bot_user_id,
        text=text,
        blocks=blocks,
        thread_ts=thread_ts,
        subtype="thread_broadcast" if broadcast else ("bot_message" if call.get("username") else None),
        bot_id=call.by.bot_id,
        app_id=state.app.id,
        username=call.get("username"),
        icon_url=call.get("icon_url"),
        metadata=metadata,
        pings=pings(text, blocks, link_names=bool(call.get("link_names"))),
    )
    if call.get("username") and "chat:write.customize" not in call.by.scopes:
        raise SlackError("missing_scope", needed="chat:write.customize", provided=",".join(sorted(call.by.scopes)))
    channel.messages[message.ts] = message
    told = message_json(state, message, with_metadata=True)
    state.emit(
        told | {"channel": channel.id, "channel_type": channel_type(channel), "event_ts": message.ts}, channel, None
    )
    return {"channel": channel.id, "ts": message.ts, "message": told}


@method("chat.update")
def update(call: Call) -> Json:
    state = call.state
    channel = state.visible_channel(call.by, call.get("channel"))
    message = state.message(channel, call.get("ts"))
    if message.bot_id != call.by.bot_id or message.tombstone:
        raise SlackError("cant_update_message")
    if channel.archived or call.by.bot_user_id not in channel.members:
        raise SlackError("posting_to_channel_denied" if channel.archived else "channel_not_found")
    text, blocks, metadata = _content(call)
    before = message_json(state, message)
    message.text = text
    if "blocks" in call.arguments or "text" in call.arguments:
        message.blocks = blocks  # text without blocks takes the blocks away
    message.metadata = metadata or message.metadata
    message.edited_by, message.edited_ts = call.by.bot_user_id, state.new_ts()
    message.pings = pings(text, blocks, link_names=bool(call.get("link_names")))
    told = message_json(state, message, with_metadata=True)
    state.emit(
        {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "channel": channel.id,
            "ts": message.edited_ts,
            "event_ts": message.edited_ts,
            "channel_type": channel_type(channel),
            "message": told,
            "previous_message": before,
        },
        channel,
        None,
    )
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": told}


@method("chat.delete")
def delete(call: Call) -> Json:
    state = call.state
    channel = state.visible_channel(call.by, call.get("channel"))
    message = state.message(channel, call.get("ts"))
    if message.bot_id != call.by.bot_id:
        raise SlackError("cant_delete_message")
    take_away(call.state, channel, message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.postEphemeral")
def post_ephemeral(call: Call) -> Json:
    channel = call.state.visible_channel(call.by, call.get("channel"))
    _may_write(call, channel)
    if call.get("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks, _ = _content(call)
    channel.ephemerals.append(Ephemeral(call.get("user"), text, blocks, call.get("thread_ts")))
    return {"message_ts": call.state.new_ts()}


def take_away(state, channel: Channel, message: Message) -> None:  # type: ignore[no-untyped-def]
    """Delete a message; one with replies leaves a tombstone, as its thread stays."""
    before = message_json(state, message)
    if any(one.thread_ts == message.ts and one.ts != message.ts for one in channel.messages.values()):
        channel.messages[message.ts] = replace(message, tombstone=True, text="", blocks=[], metadata=None)
    else:
        del channel.messages[message.ts]
    ts = state.new_ts()
    state.emit(
        {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "channel": channel.id,
            "ts": ts,
            "event_ts": ts,
            "deleted_ts": message.ts,
            "channel_type": channel_type(channel),
            "previous_message": before,
        },
        channel,
        None,
    )


def _target(call: Call) -> Channel:
    """The channel; a person's id means the direct messages with them."""
    name = call.get("channel")
    if name in call.state.users:
        user = call.state.users[name]
        if user.deleted:
            raise SlackError("channel_not_found")
        external = not call.by.covers(user.team_id)
        if external and not call.state.shares_a_channel(user.id, call.by.bot_user_id):
            raise SlackError("channel_not_found")
        return call.state.direct_channel(user, call.state.users[call.by.bot_user_id])
    return call.state.visible_channel(call.by, name)


def _may_write(call: Call, channel: Channel) -> None:
    if channel.archived:
        raise SlackError("is_archived")
    if call.by.bot_user_id in channel.members:
        return
    if channel.kind != "channel" or "chat:write.public" not in call.by.scopes:
        raise SlackError("not_in_channel" if channel.kind == "channel" else "channel_not_found")


def _content(call: Call) -> tuple[str, list[Json], Json | None]:
    """Text, blocks and metadata of the call, within their limits."""
    text, blocks, metadata = call.get("text") or "", call.get("blocks") or [], call.get("metadata")
    if not text and not blocks and not call.get("attachments") and not call.get("markdown_text"):
        raise SlackError("no_text")
    found = faults_of_blocks(blocks)
    if found:
        raise SlackError(
            "invalid_blocks", errors=found, response_metadata={"messages": [f"[ERROR] {one}" for one in found]}
        )
    if len(text) > limits.MESSAGE_TEXT:
        raise SlackError("msg_too_long")
    if metadata is not None:
        if set(metadata) != {"event_type", "event_payload"} or not isinstance(metadata["event_payload"], dict):
            raise SlackError("invalid_metadata_format")
        if len(json.dumps(metadata)) > limits.METADATA_BYTES:
            raise SlackError("metadata_too_large")
    return text, blocks, metadata
