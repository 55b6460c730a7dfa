"""What people do in Slack with their hands: press, choose, fill in, use shortcuts and commands."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack import limits
from tests.fakes.slack.errors import ImpossibleError, SlackError
from tests.fakes.slack.forms import action, filled, given
from tests.fakes.slack.gateways import Answer, Gateway, Kind
from tests.fakes.slack.methods.views import change, checked, new_view, stack_of
from tests.fakes.slack.model import Channel, Ephemeral, Installation, Json, Message, ResponseUrl, User, View
from tests.fakes.slack.payloads import message_json, view_json
from tests.fakes.slack.state import State


class Hands:
    """Interactions go to the app at once; the person sees an error when it does not answer in time."""

    def __init__(self, state: State, gateway: Gateway) -> None:
        self.state, self.gateway = state, gateway
        self.errors: list[str] = []  # what people saw a warning sign for

    def presses(self, user: User, message: Message, action_id: str, *, value: Any = None) -> Answer:
        """A button, or with `value` a select, of a message that the person can see."""
        channel = self.state.channels[message.channel_id]
        if user.id not in channel.members:
            raise ImpossibleError(f"{user.name} is not in #{channel.name}")
        installation = self._owner(channel)
        container = {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": False}
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = self._payload("block_actions", user, installation) | {
            "container": container,
            "channel": {"id": channel.id, "name": channel.name or "directmessage"},
            "message": message_json(self.state, message, with_metadata=True),
            "state": {"values": {}},
            "response_url": self._response_url(channel, user, message.ts),
            "actions": [action(message.blocks, action_id, value)],
        }
        return self._send("interactive", payload, f"{action_id} by {user.name}")

    def presses_home(self, user: User, action_id: str, *, value: Any = None) -> Answer:
        """A button of the person's Home tab."""
        return self._press_view(user, self.home(user), action_id, value)

    def presses_modal(self, user: User, action_id: str, *, value: Any = None) -> Answer:
        """A button of the modal the person has open."""
        return self._press_view(user, self.modal(user), action_id, value)

    def submits(self, user: User, values: Json | None = None) -> Answer:
        """Fill the open modal in (action id or block id -> value) and press its submit button."""
        view = self.modal(user)
        state = filled(view, values or {})
        missing = [
            block["label"]["text"]
            for block in view.payload["blocks"]
            if block["type"] == "input"
            and not block.get("optional")
            and not given(state.get(block.get("block_id", ""), {}))
        ]
        if missing:
            raise ImpossibleError(f"Slack does not submit: {missing} must be filled in")
        installation = self._installation(view.team_id)
        payload = self._payload("view_submission", user, installation)
        payload |= {
            "view": view_json(self.state, view, installation) | {"state": {"values": state}},
            "response_urls": [],
        }
        answer = self._send("interactive", payload, f"submit of {view.payload['title']['text']!r} by {user.name}")
        if answer.ok:
            self._obey(view, user, answer.json)
        return answer

    def closes(self, user: User) -> None:
        """Press the cross of the open modal."""
        view = self.modal(user)
        view.open = False
        if view.payload.get("notify_on_close"):
            installation = self._installation(view.team_id)
            payload = self._payload("view_closed", user, installation) | {
                "view": view_json(self.state, view, installation),
                "is_cleared": False,
            }
            self._send("interactive", payload, "closing")

    def message_shortcut(self, user: User, message: Message, callback_id: str) -> Answer:
        """A shortcut from the menu of a message; only people of the installing workspace have it."""
        channel = self.state.channels[message.channel_id]
        installation = self._own_workspace(user)
        self._offered(self.state.app.shortcuts, callback_id, "shortcut")
        payload = self._payload("message_action", user, installation) | {
            "callback_id": callback_id,
            "message_ts": message.ts,
            "message": message_json(self.state, message),
            "channel": {"id": channel.id, "name": channel.name},
            "response_url": self._response_url(channel, user, message.ts),
        }
        return self._send("interactive", payload, callback_id)

    def global_shortcut(self, user: User, callback_id: str) -> Answer:
        """A shortcut from the lightning bolt."""
        installation = self._own_workspace(user)
        self._offered(self.state.app.shortcuts, callback_id, "shortcut")
        return self._send(
            "interactive", self._payload("shortcut", user, installation) | {"callback_id": callback_id}, callback_id
        )

    def command(self, user: User, channel: Channel, command: str, text: str = "") -> Answer:
        """A slash command; only people of the installing workspace have it, and not inside threads."""
        installation = self._own_workspace(user)
        self._offered(self.state.app.commands, command, "command")
        team = self.state.teams[user.team_id]
        payload: Json = {
            "token": "verification-token",
            "enterprise_id": installation.team_id if installation.is_org_wide else "",
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel.id,
            "channel_name": channel.name or "directmessage",
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": self.state.app.id,
            "is_enterprise_install": "true" if installation.is_org_wide else "false",
            "response_url": self._response_url(channel, user, None),
            "trigger_id": self.state.new_trigger(user, limits.TRIGGER_SECONDS),
        }
        answer = self._send("slash_commands", payload, command)
        told = answer.json or {"text": answer.body.decode()}
        if answer.ok and told.get("text") and told.get("response_type") != "in_channel":
            channel.ephemerals.append(Ephemeral(user.id, told["text"], told.get("blocks") or []))
        return answer

    def opens_home(self, user: User) -> None:
        """Look at the app's Home tab; what is on it is what the app last published."""
        view = self.state.homes.get(user.id)
        event: Json = {"type": "app_home_opened", "user": user.id, "tab": "home", "event_ts": self.state.new_ts()}
        event["channel"] = self.state.direct_channel(user, self.state.users[self._own_workspace(user).bot_user_id]).id
        if view is not None:
            event["view"] = view_json(self.state, view, self._installation(view.team_id))
        self.state.emit(event, None, user.team_id)

    def modal(self, user: User) -> View:
        """The modal the person sees."""
        stack = stack_of(self.state, user.id)
        if not stack:
            raise ImpossibleError(f"{user.name} has no modal open")
        return stack[-1]

    def has_modal(self, user: User) -> bool:
        return bool(stack_of(self.state, user.id))

    def home(self, user: User) -> View:
        if user.id not in self.state.homes:
            raise ImpossibleError(f"nothing was published on the Home tab of {user.name}")
        return self.state.homes[user.id]

    def _press_view(self, user: User, view: View, action_id: str, value: Any) -> Answer:
        installation = self._installation(view.team_id)
        payload = self._payload("block_actions", user, installation) | {
            "container": {"type": "view", "view_id": view.id},
            "view": view_json(self.state, view, installation) | {"state": {"values": {}}},
            "actions": [action(view.payload["blocks"], action_id, value)],
        }
        return self._send("interactive", payload, f"{action_id} by {user.name}")

    def _obey(self, view: View, user: User, answer: Json) -> None:
        """What the app's answer to a submission does to the modal."""
        match answer.get("response_action"):
            case None:
                view.open = False
            case "clear":
                for one in stack_of(self.state, user.id):
                    one.open = False
            case "errors":
                known = {block.get("block_id") for block in view.payload["blocks"] if block["type"] == "input"}
                if not answer.get("errors") or set(answer["errors"]) - known:
                    raise ImpossibleError(f"errors name blocks that are no inputs: {answer.get('errors')}")
                view.errors = answer["errors"]
            case "update":
                change(self.state, view, self._checked(answer))
            case "push":
                new_view(self.state, self._checked(answer), user.id, view.team_id, previous=view)
            case other:
                raise ImpossibleError(f"no such response_action: {other!r}")

    def _checked(self, answer: Json) -> Json:
        try:
            return checked(answer["view"])
        except SlackError as error:
            raise ImpossibleError(f"Slack refuses the view: {error.extra}") from error

    def _send(self, kind: Kind, payload: Json, what: str) -> Answer:
        for acted in payload.get("actions", ()):
            acted["action_ts"] = payload["action_ts"]
        answer = self.gateway.send(kind, payload)
        if not answer.ok:
            self.errors.append(f"{what}: {answer.status or answer.reason}")
        return answer

    def _payload(self, kind: str, user: User, installation: Installation) -> Json:
        team, org = self.state.teams.get(installation.team_id), installation.is_org_wide
        return {
            "type": kind,
            "team": {"id": team.id, "domain": team.domain} if team else None,
            "enterprise": {"id": installation.team_id, "name": "Grid"} if org else None,
            "is_enterprise_install": org,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
            "api_app_id": self.state.app.id,
            "token": "verification-token",
            "action_ts": self.state.new_ts(),
            "trigger_id": self.state.new_trigger(user, limits.TRIGGER_SECONDS),
        }

    def _response_url(self, channel: Channel, user: User, ts: str | None) -> str:
        name = self.state.new_id("resp")
        self.state.response_urls[name] = ResponseUrl(
            channel.id, user.id, self.state.clock() + limits.RESPONSE_URL_SECONDS, ts
        )
        return f"{self.state.base_url}/actions/{name}"

    def _owner(self, channel: Channel) -> Installation:
        bots = self.state.bots_in(channel)
        if not bots:
            raise ImpossibleError(f"the app is not in #{channel.name}")
        return bots[0]

    def _installation(self, team_id: str) -> Installation:
        return self.state.installations[team_id]

    def _own_workspace(self, user: User) -> Installation:
        for installation in self.state.installations.values():
            if installation.covers(user.team_id):
                return installation
        raise ImpossibleError(f"the app is not installed in {user.name}'s workspace")

    def _offered(self, names: frozenset[str] | None, name: str, what: str) -> None:
        if names is not None and name not in names:
            raise ImpossibleError(f"the app has no {what} {name!r}, only {sorted(names)}")
