"""What people do in Slack with their mouths: write, edit, delete, react, come and go."""

from __future__ import annotations

from dataclasses import replace

from tests.fakes.slack.errors import ImpossibleError
from tests.fakes.slack.methods.chat import take_away
from tests.fakes.slack.methods.reactions import reaction_event
from tests.fakes.slack.model import Channel, File, Json, Message, User
from tests.fakes.slack.payloads import channel_type, message_json
from tests.fakes.slack.state import State, pings


class People:
    """Every act goes through what Slack's own client would allow."""

    def __init__(self, state: State) -> None:
        self.state = state

    def says(
        self,
        user: User,
        channel: Channel,
        text: str,
        *,
        thread: Message | None = None,
        broadcast: bool = False,
        files: tuple[File, ...] = (),
        subtype: str | None = None,
    ) -> Message:
        """A message, as Slack stores it: `<@U…>`, `<!channel>` and `<https://…|label>` are the real thing."""
        if user.id not in channel.members or channel.archived or user.deleted:
            raise ImpossibleError(f"{user.name} cannot write in #{channel.name}")
        with self.state.lock:
            message = Message(
                self.state.new_ts(),
                channel.id,
                user.id,
                text,
                pings=pings(text, []),
                file_ids=[one.id for one in files],
            )
            message.subtype = subtype or ("file_share" if files else "thread_broadcast" if broadcast else None)
            if user.is_bot:
                message.subtype, message.bot_id, message.app_id = "bot_message", user.bot_id, user.app_id
            for one in files:
                one.channels.add(channel.id)
            if thread is not None:
                thread.thread_ts = thread.thread_ts or thread.ts
                message.thread_ts = thread.thread_ts
            channel.messages[message.ts] = message
            self._tell(message, channel, user)
            return message

    def edits(self, user: User, message: Message, text: str) -> None:
        channel = self._own(user, message)
        with self.state.lock:
            before = message_json(self.state, message)
            message.text, message.edited_by, message.edited_ts = text, user.id, self.state.new_ts()
            self._tell_changed(message, channel, before)

    def unfurls(self, message: Message) -> None:
        """Slack adds a preview to a message: it says `message_changed`, and the words are the same."""
        channel = self.state.channels[message.channel_id]
        with self.state.lock:
            self._tell_changed(message, channel, message_json(self.state, message))

    def deletes(self, user: User, message: Message) -> None:
        channel = self._own(user, message)
        with self.state.lock:
            take_away(self.state, channel, message)

    def reacts(self, user: User, message: Message, name: str) -> None:
        channel = self.state.channels[message.channel_id]
        if user.id not in channel.members:
            raise ImpossibleError(f"{user.name} is not in #{channel.name}")
        with self.state.lock:
            message.reactions.setdefault(name, []).append(user.id)
            self.state.emit(
                reaction_event(self.state, "reaction_added", channel, message, name, user.id), channel, None
            )

    def joins(self, user: User, channel: Channel) -> None:
        with self.state.lock:
            channel.members.add(user.id)
            kind = channel_type(channel)[0].upper()
            joined = {
                "type": "member_joined_channel",
                "user": user.id,
                "channel": channel.id,
                "team": user.team_id,
                "channel_type": kind,
            }
            self.state.emit(joined | {"event_ts": self.state.new_ts()}, channel, None)
            message = Message(
                self.state.new_ts(), channel.id, user.id, f"<@{user.id}> has joined the channel", subtype="channel_join"
            )
            channel.messages[message.ts] = message
            self._tell(message, channel, user)

    def leaves(self, user: User, channel: Channel) -> None:
        with self.state.lock:
            channel.members.discard(user.id)
            left = {"type": "member_left_channel", "user": user.id, "channel": channel.id, "team": user.team_id}
            kind = channel_type(channel)[0].upper()
            self.state.emit(left | {"channel_type": kind, "event_ts": self.state.new_ts()}, channel, None)

    def regroups(self, group: str, *members: User) -> None:
        """A user group has other members from now on."""
        with self.state.lock:
            team_id, handle, before = self.state.usergroups[group]
            after = {one.id for one in members}
            self.state.usergroups[group] = (team_id, handle, after)
            event = {
                "type": "subteam_members_changed",
                "subteam_id": group,
                "team_id": team_id,
                "added_users": sorted(after - before),
                "removed_users": sorted(before - after),
                "event_ts": self.state.new_ts(),
            }
            self.state.emit(event, None, team_id)

    def changes_topic(self, user: User, channel: Channel, topic: str) -> None:
        with self.state.lock:
            channel.topic = topic
            text = f"<@{user.id}> set the channel topic: {topic}"
            message = Message(self.state.new_ts(), channel.id, user.id, text, subtype="channel_topic")
            channel.messages[message.ts] = message
            self._tell(message, channel, user)

    def shares(self, channel: Channel, other_team_id: str) -> None:
        """Slack Connect: another company comes in. A private channel gets a new id with the invitation."""
        with self.state.lock:
            if channel.kind == "private":
                self._renumber(channel)
            channel.shared_with.add(other_team_id)
            told = {
                "type": "channel_shared",
                "connected_team_id": other_team_id,
                "channel": channel.id,
                "event_ts": self.state.new_ts(),
            }
            self.state.emit(told, channel, None)

    def direct(self, user: User, bot: User) -> Channel:
        """The direct messages of a person and the bot."""
        return self.state.direct_channel(user, bot)

    def _renumber(self, channel: Channel) -> None:
        old = channel.id
        channel.id = self.state.new_id("C")
        del self.state.channels[old]
        self.state.channels[channel.id] = channel
        channel.messages = {ts: replace(one, channel_id=channel.id) for ts, one in channel.messages.items()}
        event = {
            "type": "channel_id_changed",
            "old_channel_id": old,
            "new_channel_id": channel.id,
            "event_ts": self.state.new_ts(),
        }
        self.state.emit(event, channel, None)

    def _own(self, user: User, message: Message) -> Channel:
        if message.user_id != user.id:
            raise ImpossibleError(f"{user.name} did not write that message")
        return self.state.channels[message.channel_id]

    def _tell(self, message: Message, channel: Channel, user: User) -> None:
        told = message_json(self.state, message) | {
            "channel": channel.id,
            "channel_type": channel_type(channel),
            "event_ts": message.ts,
        }
        if channel.shared_with:
            told |= {
                "user_team": user.team_id,
                "source_team": user.team_id,
                "user_profile": {
                    "name": user.name,
                    "real_name": user.real_name,
                    "display_name": user.name,
                    "team": user.team_id,
                    "is_restricted": user.is_restricted,
                    "is_ultra_restricted": user.is_ultra_restricted,
                },
            }
        self.state.emit(told, channel, None)

    def _tell_changed(self, message: Message, channel: Channel, before: Json) -> None:
        ts = self.state.new_ts()
        event = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "channel": channel.id,
            "ts": ts,
            "event_ts": ts,
            "channel_type": channel_type(channel),
            "message": message_json(self.state, message),
            "previous_message": before,
        }
        self.state.emit(event, channel, None)
