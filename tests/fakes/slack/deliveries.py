"""Events on their way to the app: retried, doubled, shuffled, held back or lost, as the test wants."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, replace

from tests.fakes.slack import limits
from tests.fakes.slack.gateways import Answer, Gateway
from tests.fakes.slack.model import Channel, Installation, Json
from tests.fakes.slack.payloads import channel_type
from tests.fakes.slack.state import State

# Which scope an event needs beside its subscription (docs.slack.dev/reference/events).
_SCOPES = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_rename": "channels:read",
    "channel_id_changed": "channels:read",
    "user_change": "users:read",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "team_join": "users:read",
}
_ALWAYS = frozenset({"app_rate_limited"})


@dataclass(frozen=True)
class Delivery:
    payload: Json
    due: float
    attempt: int = 0
    reason: str = ""


class Deliveries:
    """The queue of events. Nothing moves until `pump` is called, or `run` was."""

    def __init__(self, state: State, gateway: Gateway) -> None:
        self.state, self.gateway = state, gateway
        self.waiting: list[Delivery] = []
        self.given_up: list[Json] = []
        self.sent = 0
        self.doubled = False  # every event comes twice
        self.shuffled: random.Random | None = None  # in which order they come
        self.each_hears = False  # an app of its own in each workspace: all are told, and not one of them for all
        self.lost = False  # Slack forgets them, as it does after two hours
        self._stop = threading.Event()

    def emit(self, event: Json, channel: Channel | None, team_id: str | None) -> None:
        """Queue what just happened for the installation that may hear it."""
        name = event["type"] if event["type"] != "message" or channel is None else f"message.{_plural(channel)}"
        if channel is not None:
            heard = self.state.bots_in(channel)
        else:
            heard = [one for one in self.state.installations.values() if team_id and one.covers(team_id)]
        subscribed = self.state.app.events is None or name in self.state.app.events | _ALWAYS
        for installation in heard if self.each_hears else heard[:1]:
            allowed = name not in _SCOPES or _SCOPES[name] in installation.scopes
            if subscribed and allowed and not self.lost:
                self._queue(self._envelope(event, channel, installation))
            if _mentions(event, installation.bot_user_id):
                told = {key: value for key, value in event.items() if key not in ("subtype", "channel_type")}
                self.emit(told | {"type": "app_mention"}, channel, team_id)

    def pump(self) -> int:
        """Deliver all that is due, until nothing is; how many attempts that took."""
        attempts = 0
        while True:
            with self.state.lock:
                due = [one for one in self.waiting if one.due <= self.state.clock()]
                if self.shuffled:
                    self.shuffled.shuffle(due)
                self.waiting = [one for one in self.waiting if one not in due]
            if not due:
                return attempts
            for one in due:
                attempts += 1
                self._attempt(one)

    def run(self) -> None:
        """Deliver by itself, in real time, until `stop`."""
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            self.pump()

    def _attempt(self, one: Delivery) -> None:
        answer = self.gateway.send("events_api", one.payload, attempt=one.attempt, reason=one.reason)
        self.sent += 1
        if answer.ok:
            return
        if one.attempt >= len(limits.RETRY_AFTER) or _no_retry(answer):
            self.given_up.append(one.payload)
            return
        due = self.state.clock() + limits.RETRY_AFTER[one.attempt]
        with self.state.lock:
            self.waiting.append(replace(one, due=due, attempt=one.attempt + 1, reason=answer.reason))

    def _queue(self, envelope: Json) -> None:
        delivery = Delivery(envelope, self.state.clock())
        self.waiting += [delivery, replace(delivery, attempt=1, reason="http_timeout")] if self.doubled else [delivery]

    def _envelope(self, event: Json, channel: Channel | None, installation: Installation) -> Json:
        """One for an organisation's installation names the workspace outside and no team among its authorizations."""
        team_id, org = installation.team_id, installation.team_id if installation.is_org_wide else None
        if org is not None:
            team_id = channel.team_id if channel else min(installation.teams)
        return {
            "token": "verification-token",
            "team_id": team_id,
            "context_team_id": team_id,
            "context_enterprise_id": org,
            "api_app_id": self.state.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": self.state.new_id("Ev"),
            "event_time": int(self.state.clock()),
            "is_ext_shared_channel": bool(channel and channel.shared_with),
            "authorizations": [
                {
                    "enterprise_id": org,
                    "team_id": None if org else team_id,
                    "user_id": installation.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": installation.is_org_wide,
                }
            ],
            "event_context": f"4-{self.state.new_id('ec')}",
        }


def _plural(channel: Channel) -> str:
    return {"channel": "channels", "group": "groups"}.get(channel_type(channel), channel_type(channel))


def _no_retry(answer: Answer) -> bool:
    return any(name.lower() == "x-slack-no-retry" and value == "1" for name, value in answer.headers.items())


def _mentions(event: Json, bot_user_id: str) -> bool:
    """Whether a person's message names the bot; Slack tells of that in a second event."""
    spoken = event["type"] == "message" and not event.get("bot_id") and event.get("subtype") in (None, "file_share")
    return spoken and f"<@{bot_user_id}>" in event.get("text", "")
