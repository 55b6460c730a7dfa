"""After an outage: what was written meanwhile is fetched from history, so that nothing is lost if events were."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import structlog
from django.db.models import Q
from msgspec import Struct
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api import installations
from rung.channels.slack.api.addresses import parse
from rung.channels.slack.api.clients import client_of
from rung.channels.slack.api.outcomes import code_of, of_error
from rung.channels.slack.events import missed_edits, threads
from rung.channels.slack.events import parsing as reader
from rung.channels.slack.models import SlackChannel, Workspace
from rung.intake import receive
from rung.outbox.ports import Later
from rung.tickets.models import Ticket

log = structlog.get_logger(__name__)

PAGE = 200
PATIENCE = 10
#: Set when Slack says that it dropped events: the next round begins at once.
wanted = threading.Event()
Sleep = Callable[[float], object]


class CaughtUp(Struct, frozen=True):
    """One channel: how many messages were read, how many of them nobody had told us of, how many that we had were
    edited or deleted since, and what stood in the way."""

    channel: str
    read: int = 0
    new: int = 0
    corrected: int = 0
    problem: str = ""


def catch_up(now: datetime, *, sleep: Sleep = time.sleep) -> list[CaughtUp]:
    """Every watched channel and every direct message of every connected workspace."""
    found = []
    for workspace in Workspace.objects.filter(active=True):
        try:
            _learn_direct_channels(workspace, now)
        except (SlackApiError, SlackClientError, OSError) as error:
            log.warning("direct messages could not be listed", workspace=workspace.team, error=str(error))
        rows = workspace.channels.filter(Q(watched=True) | Q(channel__startswith="D"), is_archived=False)
        ours = (row for row in rows if installations.home(workspace, row.channel).pk == workspace.pk)
        found += [_channel(workspace, row, now, sleep) for row in ours]
    return found


def _learn_direct_channels(workspace: Workspace, now: datetime) -> None:
    """Direct messages to the bot are channels too, known once somebody has used them."""
    client = client_of(workspace, now)
    for scope in installations.scopes(workspace):
        cursor = ""
        while True:
            more: dict[str, Any] = {"cursor": cursor} if cursor else {}
            page = client.users_conversations(types="im", limit=PAGE, **scope, **more)
            for told in page["channels"] or []:
                facts = {"is_member": True, "read_to": f"{workspace.connected_at.timestamp():.6f}"}
                SlackChannel.objects.get_or_create(workspace=workspace, channel=str(told["id"]), defaults=facts)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break


def _channel(workspace: Workspace, row: SlackChannel, now: datetime, sleep: Sleep) -> CaughtUp:
    """Read on from where the last catching up ended, and again what running tickets hold, for what is other now.

    The mark moves only when all has been kept.
    """
    read = new = corrected = 0
    read_to = newest = row.read_to or f"{workspace.connected_at.timestamp():.6f}"
    kept = missed_edits.kept(workspace, row, now)
    oldest = min(filter(None, [read_to, kept.before_first]), key=float)
    try:
        client = client_of(workspace, now)
        told = {str(one["ts"]): one for one in _messages(client, row, oldest, now, sleep)}
        for ts, message in told.items():
            if float(ts) > float(read_to):
                read += 1
                new += _keep(workspace, row.channel, message, now)
                newest = max(newest, ts, key=float)
        for event in missed_edits.corrections(row.channel, kept, told, _asker(client, row.channel, sleep)):
            corrected += _correct(workspace, event, now)
    except (SlackApiError, SlackClientError, OSError) as error:
        why = str(getattr(of_error("conversations.history", error), "reason", error))
        log.warning("a channel could not be caught up with", channel=row.channel, error=why)
        return CaughtUp(str(row), read, new, corrected, why)
    SlackChannel.objects.filter(pk=row.pk).update(read_to=newest)
    return CaughtUp(str(row), read, new, corrected)


def _asker(client: WebClient, channel: str, sleep: Sleep) -> Callable[[str], bool]:
    """Whether Slack has no such message any more, neither in the channel nor in a thread."""

    def is_gone(ts: str) -> bool:
        one = {"channel": channel, "latest": ts, "oldest": ts, "inclusive": True, "limit": 1}
        try:
            found = list(_pages(client.conversations_history, sleep, **one)) or list(
                _pages(client.conversations_replies, sleep, channel=channel, ts=ts, limit=PAGE)
            )
        except SlackApiError as error:
            if code_of(error) != "thread_not_found":
                raise
            return True
        return not any(message.get("ts") == ts and message.get("subtype") != "tombstone" for message in found)

    return is_gone


def _messages(
    client: WebClient, row: SlackChannel, oldest: str, now: datetime, sleep: Sleep
) -> Iterator[dict[str, Any]]:
    """What was written after `oldest`: to the channel, then in the threads of tickets that may still go on."""
    started = list(_pages(client.conversations_history, sleep, channel=row.channel, oldest=oldest, limit=PAGE))
    yield from reversed(started)
    roots = {str(one["ts"]) for one in started if one.get("reply_count")} | _threads_of_tickets(row, now)
    for root in sorted(roots):
        try:
            replies = _pages(
                client.conversations_replies, sleep, channel=row.channel, ts=root, oldest=oldest, limit=PAGE
            )
            yield from (one for one in replies if one.get("ts") != root)
        except SlackApiError as error:
            if code_of(error) != "thread_not_found":
                raise


def _threads_of_tickets(row: SlackChannel, now: datetime) -> set[str]:
    """The threads customers may have gone on in."""
    found: set[str] = set()
    for channel in threads.ids_of(row.workspace, row.channel):
        prefix = f"{row.workspace.team}/{channel}/"
        running = Ticket.objects.filter(missed_edits.running(now), thread__startswith=prefix)
        places = (parse(thread) for thread in running.values_list("thread", flat=True))
        found |= {place.ts for place in places if place and place.ts}
    return found


def _pages(call: Callable[..., Any], sleep: Sleep, **asked: Any) -> Iterator[dict[str, Any]]:
    """All pages of a method, waiting as long as Slack asks for."""
    cursor = ""
    while True:
        page = _patiently(call, sleep, **asked, **({"cursor": cursor} if cursor else {}))
        yield from page.get("messages") or []
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


def _patiently(call: Callable[..., Any], sleep: Sleep, **asked: Any) -> Any:
    for _ in range(PATIENCE):
        try:
            return call(**asked)
        except SlackApiError as error:
            outcome = of_error("conversations.history", error)
            if not isinstance(outcome, Later) or outcome.after is None:
                raise
            sleep(outcome.after.total_seconds())
    return call(**asked)


def _keep(workspace: Workspace, channel: str, message: dict[str, Any], now: datetime) -> bool:
    """As if the event had come; whether this is the first we hear of it."""
    known = threads.message_at(workspace, threads.ids_of(workspace, channel), str(message["ts"])) is not None
    event = {**message, "type": "message", "channel": channel}
    return _store(workspace, f"{channel}/{message['ts']}", event, now) and not known


def _correct(workspace: Workspace, event: dict[str, Any], now: datetime) -> bool:
    """As if the edit or deletion had been told."""
    message = event.get("message")
    what = f"{message['ts']}/edited/{message['edited']['ts']}" if message else f"{event['deleted_ts']}/deleted"
    return _store(workspace, f"{event['channel']}/{what}", event, now)


def _store(workspace: Workspace, name: str, event: dict[str, Any], now: datetime) -> bool:
    event_id = f"history/{workspace.team}/{name}"
    envelope = {
        "type": "event_callback",
        "event_id": event_id,
        "authorizations": [{"team_id": workspace.team}],
        "event": event,
    }
    return receive.store("slack", event_id, envelope, place=reader.place_of(envelope), now=now)
