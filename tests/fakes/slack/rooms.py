"""What becomes of channels: archived and back, renamed, made private, shared no more, the bot put out and let in."""

from __future__ import annotations

from tests.fakes.slack.model import Channel, Installation, Json, User
from tests.fakes.slack.state import State


class Rooms:
    """Each tells the app what Slack tells it, in Slack's own shapes."""

    def __init__(self, state: State) -> None:
        self.state = state

    def archives(self, user: User, channel: Channel) -> None:
        with self.state.lock:
            channel.archived = True
            self._tell(channel, {"type": self._kind(channel, "archive"), "channel": channel.id, "user": user.id})

    def unarchives(self, user: User, channel: Channel) -> None:
        with self.state.lock:
            channel.archived = False
            self._tell(channel, {"type": self._kind(channel, "unarchive"), "channel": channel.id, "user": user.id})

    def renames(self, channel: Channel, name: str) -> None:
        with self.state.lock:
            channel.name = name
            renamed = {"id": channel.id, "name": name, "created": int(self.state.clock())}
            self._tell(channel, {"type": self._kind(channel, "rename"), "channel": renamed})

    def makes_private(self, channel: Channel) -> None:
        """The id and the members stay; from now on its messages are those of a private channel."""
        with self.state.lock:
            channel.kind = "private"

    def puts_out(self, user: User, installation: Installation, channel: Channel) -> None:
        """`/remove` of the bot: only the app itself is told."""
        with self.state.lock:
            channel.members.discard(installation.bot_user_id)
            event = {"type": self._kind(channel, "left"), "channel": channel.id, "actor_id": user.id}
            self.state.emit(event | {"event_ts": self.state.new_ts()}, None, installation.team_id)

    def invites(self, user: User, installation: Installation, channel: Channel) -> None:
        with self.state.lock:
            channel.members.add(installation.bot_user_id)
            joined = {"type": "member_joined_channel", "user": installation.bot_user_id, "channel": channel.id}
            kind = "C" if channel.kind == "channel" else "G"
            self._tell(channel, joined | {"channel_type": kind, "team": installation.team_id, "inviter": user.id})

    def unshares(self, channel: Channel, other_team_id: str) -> None:
        """Slack Connect ends: the other company's people are out of our side of the channel."""
        with self.state.lock:
            channel.shared_with.discard(other_team_id)
            gone = {user for user in channel.members if self.state.users[user].team_id == other_team_id}
            channel.members -= gone
            told = {"type": "channel_unshared", "previously_connected_team_id": other_team_id, "channel": channel.id}
            self._tell(channel, told | {"is_ext_shared": bool(channel.shared_with)})

    def _kind(self, channel: Channel, what: str) -> str:
        return f"{'channel' if channel.kind == 'channel' else 'group'}_{what}"

    def _tell(self, channel: Channel, event: Json) -> None:
        self.state.emit(event | {"event_ts": self.state.new_ts()}, channel, None)
