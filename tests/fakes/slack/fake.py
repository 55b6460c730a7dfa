"""The whole fake in one object: build a workspace, install the app, let people act, look at the screen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.fakes.slack.checks import FORM
from tests.fakes.slack.deliveries import Deliveries
from tests.fakes.slack.dispatch import Dispatcher
from tests.fakes.slack.errors import ImpossibleError
from tests.fakes.slack.faults import Faults
from tests.fakes.slack.gateways import Gateway, HttpGateway, Transport
from tests.fakes.slack.hands import Hands
from tests.fakes.slack.methods.auth import TOKEN_SECONDS
from tests.fakes.slack.model import Channel, File, Installation, Json, Team, User
from tests.fakes.slack.people import People
from tests.fakes.slack.ratelimits import RateLimits
from tests.fakes.slack.rooms import Rooms
from tests.fakes.slack.screen import Screen
from tests.fakes.slack.server import Server
from tests.fakes.slack.socketmode import SocketGateway
from tests.fakes.slack.state import State


class FakeSlack:
    """One Slack with any number of workspaces. `clock`: seconds since 1970; `transport`: instead of HTTP to the app."""

    def __init__(
        self, clock: Callable[[], float] = time.time, transport: Transport | None = None, *, socket_mode: bool = False
    ) -> None:
        self.state = State(clock)
        self.rates = RateLimits(clock)
        self.faults = Faults()
        self.dispatcher = Dispatcher(self.state, self.rates, self.faults)
        self.server = Server(self.state, self.dispatcher)
        self.state.base_url = self.server.url
        self.http = HttpGateway(self.state, transport)
        self.socket: SocketGateway | None = None
        gateway: Gateway = self.http
        self.deliveries = Deliveries(self.state, gateway)
        self.state.emit = self.deliveries.emit
        self.people = People(self.state)
        self.rooms = Rooms(self.state)
        self.hands = Hands(self.state, gateway)
        self.screen = Screen(self.state)
        if socket_mode:
            self.use_socket()

    @property
    def api_url(self) -> str:
        """What a slack_sdk client takes as `base_url`."""
        return f"{self.server.url}/api/"

    def use_socket(self) -> SocketGateway:
        """From now on everything goes through Socket Mode."""
        self.socket = SocketGateway(self.state)
        self.state.socket_url, self.state.app.socket_mode = self.socket.url, True
        self.deliveries.gateway = self.hands.gateway = self.socket
        return self.socket

    def close(self) -> None:
        self.deliveries.stop()
        self.server.close()
        if self.socket is not None:
            self.socket.close()

    def team(self, name: str, enterprise_id: str | None = None) -> Team:
        """A workspace; with `enterprise_id` one of an organisation on Enterprise Grid."""
        team = Team(self.state.new_id("T"), name, name.lower().replace(" ", "-"), enterprise_id)
        self.state.teams[team.id] = team
        return team

    def user(self, team: Team, name: str, **details: Any) -> User:
        """A person; `email` is `name@domain.example` unless given."""
        details.setdefault("email", f"{name}@{team.domain}.example")
        user = User(self.state.new_id("U"), team.id, name, details.pop("real_name", name.title()), **details)
        self.state.users[user.id] = user
        return user

    def bot(self, team: Team, name: str) -> User:
        """Somebody else's bot."""
        bot = self.user(team, name, is_bot=True, email=None)
        bot.bot_id, bot.app_id = self.state.new_id("B"), self.state.new_id("A")
        return bot

    def channel(
        self, team: Team, name: str, *members: User, kind: str = "channel", shared_with: tuple[Team, ...] = ()
    ) -> Channel:
        """A channel; the app's bot comes in when the app is installed, or by `invite`."""
        channel = Channel(
            self.state.new_id("G" if kind == "private" else "C"), name, team.id, kind, {one.id for one in members}
        )
        channel.shared_with = {one.id for one in shared_with}
        self.state.channels[channel.id] = channel
        return channel

    def file(self, user: User, name: str, content: bytes, mimetype: str = "text/plain") -> File:
        file = File(self.state.new_id("F"), name, mimetype, content, user.id, user.team_id)
        self.state.files[file.id] = file
        return file

    def usergroup(self, team: Team, handle: str, *members: User) -> str:
        name = self.state.new_id("S")
        self.state.usergroups[name] = (team.id, handle, {one.id for one in members})
        return name

    def install(self, team: Team, *channels: Channel) -> Installation:
        """Install the app; its bot joins `channels`. The first token is in `token_of`."""
        bot = self.user(team, self.state.app.name.lower(), is_bot=True, email=None)
        bot.bot_id, bot.app_id = self.state.new_id("B"), self.state.app.id
        installation = Installation(team.id, bot.id, bot.bot_id, self.state.app.scopes)
        rotates = self.state.app.rotates_tokens
        first = f"xoxb-{team.id}-{self.state.new_id('t')}"
        installation.tokens[first] = self.state.clock() + TOKEN_SECONDS if rotates else None
        if rotates:
            installation.refresh_tokens.add(f"xoxe-1-{self.state.new_id('r')}")
        self.state.installations[team.id] = installation
        for channel in channels:
            channel.members.add(bot.id)
        return installation

    def install_org(self, enterprise_id: str, teams: tuple[Team, ...], *channels: Channel) -> Installation:
        """Install the app for a whole organisation: one bot and one token for several of its workspaces."""
        installation = self.install(teams[0], *channels)
        del self.state.installations[teams[0].id]
        installation.team_id, installation.teams = enterprise_id, frozenset(team.id for team in teams)
        self.state.installations[enterprise_id] = installation
        return installation

    def token_of(self, installation: Installation) -> str:
        return list(installation.tokens)[-1]

    def authorize(self, installation: Installation) -> str:
        """A person pressed "Allow": the code that comes back to the redirect address."""
        code = self.state.new_id("code")
        self.state.oauth_codes[code] = installation.team_id
        return code

    def allows(self, team: Team, address: str, *, denies: bool = False) -> str:
        """Somebody in `team` opens Slack's page of permissions and presses "Allow": where they are sent then."""
        asked = dict(parse_qsl(urlsplit(address).query))
        redirect, app = asked["redirect_uri"], self.state.app
        if not address.startswith(f"{self.server.url}/oauth/v2/authorize?") or asked["client_id"] != app.client_id:
            raise ImpossibleError(f"Slack shows no page of permissions at {address}")
        if redirect not in app.redirect_urls:
            raise ImpossibleError(f"bad_redirect_uri: the app has only {app.redirect_urls}")
        if set(asked["scope"].split(",")) - app.scopes:
            raise ImpossibleError("invalid_scope")
        if denies:
            return f"{redirect}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        covering = (one for one in self.state.installations.values() if one.covers(team.id))
        installation = next(covering, None) or self.install(team)
        code = self.authorize(installation)
        self.state.redirects[code] = redirect
        return f"{redirect}?{urlencode({'code': code, 'state': asked['state']})}"

    def uninstall(self, installation: Installation) -> None:
        """The app was removed from the workspace: its tokens die and it is told once."""
        tokens = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [installation.bot_user_id]}}
        self.state.emit(tokens, None, installation.team_id)
        self.state.emit({"type": "app_uninstalled"}, None, installation.team_id)
        installation.active = False

    def bot_of(self, installation: Installation) -> User:
        return self.state.users[installation.bot_user_id]

    def configure(self, manifest: Json, *, url: str | None = None) -> None:
        """Set the app up by its manifest: scopes, events, commands, shortcuts; the addresses are moved below `url`."""
        app, settings = self.state.app, manifest.get("settings", {})
        features = manifest.get("features", {})
        app.name = manifest["display_information"]["name"]
        app.scopes = frozenset(manifest["oauth_config"]["scopes"]["bot"])
        app.redirect_urls = tuple(manifest["oauth_config"].get("redirect_urls", ()))
        app.events = frozenset(settings.get("event_subscriptions", {}).get("bot_events", []))
        app.commands = frozenset(one["command"] for one in features.get("slash_commands", []))
        app.shortcuts = frozenset(one["callback_id"] for one in features.get("shortcuts", []))
        app.rotates_tokens = bool(settings.get("token_rotation_enabled"))
        if not settings.get("socket_mode_enabled"):
            commands = features.get("slash_commands", [])
            self.http.urls = {
                "events_api": _moved(settings["event_subscriptions"]["request_url"], url),
                "interactive": _moved(settings["interactivity"]["request_url"], url),
                "slash_commands": _moved(commands[0]["url"], url) if commands else "",
            }

    def verifies_url(self) -> bool:
        """Slack asks the events address to echo a challenge before it sends anything."""
        challenge = self.state.new_id("challenge")
        answer = self.http.send(
            "events_api", {"type": "url_verification", "token": "verification-token", "challenge": challenge}
        )
        return answer.ok and challenge.encode() in answer.body

    def call(self, installation: Installation, method: str, **arguments: Any) -> Json:
        """A bare call without any client, for tests of the fake itself."""
        body = urlencode({k: v if isinstance(v, str) else json.dumps(v) for k, v in arguments.items()}).encode()
        found: Json = json.loads(self.dispatcher.handle(method, FORM, body, self.token_of(installation)).body)
        return found


def _moved(address: str, url: str | None) -> str:
    """The address of the manifest, on another host."""
    return address if url is None else url.rstrip("/") + urlsplit(address).path
