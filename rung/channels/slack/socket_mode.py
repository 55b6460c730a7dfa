"""Socket Mode: the same doors, through a connection that we open, for desks behind a firewall."""

from __future__ import annotations

from typing import Any

import structlog
from django.db import connection
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from rung.channels.slack import entry
from rung.channels.slack.api.clients import web_client
from rung.channels.slack.models import Workspace
from rung.people.clock import database_now
from rung.people.vault import unseal

log = structlog.get_logger(__name__)


class Sockets:
    """One connection for each app-level token in use."""

    def __init__(self) -> None:
        self._open: dict[str, SocketModeClient] = {}

    def match(self) -> None:
        """Open what is missing, close what is no longer wanted. What cannot be opened now is tried the next time."""
        sealed = Workspace.objects.filter(active=True).exclude(app_token="").values_list("app_token", flat=True)
        wanted = {unseal(one) for one in sealed}
        for token in set(self._open) - wanted:
            _close(self._open.pop(token))
        for token in wanted - set(self._open):
            try:
                self._open[token] = connected(token)
            except (SlackApiError, SlackClientError, OSError) as error:
                log.warning("Slack's socket could not be opened", error=str(error))

    def close(self) -> None:
        for client in self._open.values():
            _close(client)
        self._open.clear()


def _close(client: SocketModeClient) -> None:
    """slack_sdk's client stumbles if its connection breaks at the very moment it is closed; then it is closed again."""
    try:
        client.close()
    except AttributeError:
        client.close()


def connected(token: str) -> SocketModeClient:
    """A client that listens, reconnects by itself, and hands everything to the doors."""
    client = SocketModeClient(token, web_client=web_client(), auto_reconnect_enabled=True)
    client.socket_mode_request_listeners.append(listen)
    client.connect()
    return client


def listen(client: BaseSocketModeClient, request: SocketModeRequest) -> None:
    """Acknowledge once it is kept or done. Without an acknowledgement Slack sends it again."""
    try:
        payload = handle(request.type, request.payload, opened_by(client.app_token or ""))
    except Exception:
        log.exception("what came through the socket was not taken", kind=request.type)
        return
    finally:
        connection.close()  # one of slack_sdk's ten threads, which holds none while it waits for its next call
    client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=payload or None))


def opened_by(app_token: str) -> frozenset[int]:
    """The installations of the app whose connection it is."""
    sealed = Workspace.objects.exclude(app_token="").values_list("pk", "app_token")
    return frozenset(key for key, token in sealed if unseal(token) == app_token)


def handle(kind: str, payload: dict[str, Any], opens: frozenset[int]) -> dict[str, Any]:
    """What the acknowledgement carries. `opens`: the installations it may speak for."""
    now = database_now()
    match kind:
        case "events_api":
            if not entry.event(payload, opens, now):
                log.warning("an event came through another app's socket")
            return {}
        case "interactive":
            try:
                return entry.interactive(payload, opens, now)
            except (SlackApiError, SlackClientError, OSError) as error:
                log.warning("Slack did not take our answer to a press", error=str(error))
                return {}
        case "slash_commands":
            return entry.command(payload, opens, now)
        case _:
            return {}
