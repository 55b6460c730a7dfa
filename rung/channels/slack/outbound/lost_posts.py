"""Whether a post whose answer was lost has arrived: by the key left in its metadata."""

from __future__ import annotations

import hashlib
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api import clients
from rung.channels.slack.api.addresses import Place
from rung.channels.slack.api.members import CannotAsk
from rung.channels.slack.api.outcomes import of_error
from rung.channels.slack.events import threads
from rung.channels.slack.models import Workspace
from rung.channels.slack.sentences import Said
from rung.outbox.models import Delivery, State
from rung.outbox.ports import Later, Never, Sent, Unclear
from rung.people.clock import database_now

EVENT_TYPE = "rung_delivery"
PAGE, PAGES = 200, 5
#: Where a delivery stands whose post may be there without our knowing where.
_MAY_STAND = (State.WAITING, State.SENDING)


def mark(key: str) -> str:
    """The key as it is left in Slack, where anybody in the workspace may read it: it says nothing."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def metadata(key: str) -> dict[str, object]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": mark(key)}}


def in_channel(workspace: Workspace, place: Place, key: str) -> Sent | Later | None:
    """Among the newest messages of the channel."""
    found = _look(workspace, Place(place.team, place.channel), key)
    return Later(found.reason) if isinstance(found, Unclear) else found


def in_thread(workspace: Workspace, place: Place, key: str) -> Sent | Unclear | Later | None:
    """Among the answers of the thread, or of the channel where there is none."""
    return _look(workspace, place, key)


def ticket_at(workspace: Workspace, place: Place) -> int | None:
    """The ticket of a message of ours whose place is not known yet, by the key it carries. Raises CannotAsk."""
    unplaced = Delivery.objects.filter(channel="slack", kind__in=threads.POSTED, external_id="", attempts__gt=0)
    marks = {
        mark(key): ticket
        for state in _MAY_STAND  # one after the other: each has an index of its own
        for key, ticket in unplaced.filter(state=state).values_list("key", "ticket_id")
    }
    if not marks:
        return None
    one: dict[str, Any] = {
        "channel": place.channel,
        "latest": place.ts,
        "oldest": place.ts,
        "inclusive": True,
        "limit": 1,
    }
    try:
        client = clients.client_of(workspace, database_now())
        got = client.conversations_history(include_all_metadata=True, **one)
    except (SlackApiError, SlackClientError, OSError) as error:
        raise CannotAsk("Slack cannot be asked which card that is below") from error
    for message in got.get("messages") or ():
        payload = (message.get("metadata") or {}).get("event_payload") or {}
        if message.get("ts") == place.ts and payload.get("key") in marks:
            return marks[payload["key"]]
    return None


def _look(workspace: Workspace, place: Place, key: str) -> Sent | Unclear | Later | None:
    wanted, cursor = mark(key), ""
    try:
        client = clients.client_of(workspace, database_now())
        for _ in range(PAGES):
            page = _page(client, place, cursor)
            for message in page.get("messages") or ():
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == wanted and message.get("bot_id"):
                    return Sent(str(Place(place.team, place.channel, str(message["ts"]))))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None
    except Exception as error:  # noqa: BLE001 - every refusal is an outcome; what is none is raised again
        outcome = of_error("conversations.history", error)
        if isinstance(outcome, Never):
            return Unclear(outcome.reason)
        return Later(Said.CANNOT_ASK(), outcome.after if isinstance(outcome, Later) else None)
    return Unclear(Said.MOVED_ON())


def _page(client: WebClient, place: Place, cursor: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"channel": place.channel, "limit": PAGE, "include_all_metadata": True}
    if cursor:
        asked["cursor"] = cursor
    found = client.conversations_replies(ts=place.ts, **asked) if place.ts else client.conversations_history(**asked)
    return found.data if isinstance(found.data, dict) else {}
