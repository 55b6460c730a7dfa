"""What was edited or deleted in Slack without our hearing of it: the channel's history beside what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from msgspec import Struct

from rung.channels.slack.events import threads
from rung.channels.slack.models import SlackChannel, Workspace
from rung.tickets.models import Message, Ticket

#: Tickets that ended longer ago, and messages older than that, are not looked at again.
STILL_OPEN_AFTER, OLDEST = timedelta(days=14), timedelta(days=60)
Told = Mapping[str, Any]


class Kept(Struct, frozen=True):
    """The messages of a channel that may still matter. By `ts`: the name one is kept under, and its thread's head."""

    names: Mapping[str, str]
    roots: Mapping[str, str]
    known: frozenset[str]


def running(now: datetime) -> Q:
    """Tickets that may still go on."""
    return ~Q(status__in=["resolved", "closed"]) | Q(over_at__gt=now - STILL_OPEN_AFTER)


def kept(workspace: Workspace, row: SlackChannel, now: datetime) -> Kept:
    """What is kept of the channel, by its present id and those it had, without what is known to be deleted."""
    tickets = Ticket.objects.filter(running(now), inbox=workspace.inbox).values("number")
    messages = Message.objects.filter(ticket__in=tickets, inbox=workspace.inbox, at__gt=now - OLDEST)
    found: dict[str, str] = {}
    roots: dict[str, str] = {}
    known: set[str] = set()
    ids = set(threads.ids_of(workspace, row.channel))
    for name, thread in messages.exclude(external_id=None).values_list("external_id", "ticket__thread"):
        channel, _, rest = str(name).partition("/")
        if channel in ids:
            known.add(str(name))
            if "/" not in rest:
                found[rest], roots[rest] = str(name), thread.rpartition("/")[2]
    there = {ts: name for ts, name in found.items() if f"{name}/deleted" not in known}
    return Kept(there, roots, frozenset(known))


def corrections(
    channel: str, kept: Kept, told: Mapping[str, Told], covers: Callable[[str], bool]
) -> Iterator[dict[str, Any]]:
    """An event for each message that is other now. `told`: ts -> the message; `covers`: whether one that still stood
    there would be among them."""
    for ts, name in kept.names.items():
        message = told.get(ts)
        edited = str((message or {}).get("edited", {}).get("ts") or "")
        if message is None or message.get("subtype") == "tombstone":
            if message is not None or covers(ts):
                yield {"type": "message", "subtype": "message_deleted", "channel": channel, "deleted_ts": ts}
        elif edited and f"{name}/edited/{edited}" not in kept.known:
            yield {"type": "message", "subtype": "message_changed", "channel": channel, "message": dict(message)}
