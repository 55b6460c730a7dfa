"""files.*: the two-step upload and what is known of a file."""

from __future__ import annotations

from tests.fakes.slack.errors import SlackError
from tests.fakes.slack.methods.registry import Call, method
from tests.fakes.slack.model import File, Json, Message
from tests.fakes.slack.payloads import channel_type, file_json, message_json


@method("files.getUploadURLExternal")
def upload_url(call: Call) -> Json:
    file = File(
        call.state.new_id("F"),
        call.get("filename"),
        "application/octet-stream",
        b"",
        call.by.bot_user_id,
        call.by.team_id,
        uploaded=False,
    )
    call.state.files[file.id] = file
    return {"upload_url": f"{call.state.base_url}/upload/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal")
def complete(call: Call) -> Json:
    files = [call.state.files.get(one["id"]) for one in call.get("files")]
    if None in files or not all(one.uploaded for one in files if one):
        raise SlackError("file_not_found")
    done = [one for one in files if one]
    if call.get("channel_id"):
        channel = call.state.visible_channel(call.by, call.get("channel_id"))
        if call.by.bot_user_id not in channel.members:
            raise SlackError("channel_not_found")
        message = Message(
            call.state.new_ts(),
            channel.id,
            call.by.bot_user_id,
            call.get("initial_comment") or "",
            thread_ts=call.get("thread_ts"),
            subtype="file_share",
            bot_id=call.by.bot_id,
            app_id=call.state.app.id,
            file_ids=[one.id for one in done],
        )
        channel.messages[message.ts] = message
        for one in done:
            one.channels.add(channel.id)
        told = message_json(call.state, message) | {
            "channel": channel.id,
            "channel_type": channel_type(channel),
            "event_ts": message.ts,
        }
        call.state.emit(told, channel, None)
    return {"files": [file_json(call.state, one) for one in done]}


@method("files.info")
def info(call: Call) -> Json:
    file = call.state.files.get(call.get("file"))
    channels = [call.state.channels[name] for name in file.channels] if file else []
    if file is None or not any(call.by.bot_user_id in channel.members for channel in channels):
        raise SlackError("file_not_found")
    return {"file": file_json(call.state, file)}
