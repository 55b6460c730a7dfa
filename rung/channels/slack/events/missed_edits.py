"""What was edited or deleted in Slack without our hearing of it: the channel's history beside what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
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
    """The messages of one channel that may still matter: `ts` -> the name it is kept under; and all names kept."""

    names: Mapping[str, str]
    known: frozenset[str]

    @property
    def before_first(self) -> str:
        """Just before the oldest of them, as `oldest` of a history; "" if there is none."""
        return f"{min(map(Decimal, self.names)) - Decimal('0.000001'):.6f}" if self.names else ""


def running(now: datetime) -> Q:
    """Tickets that may still go on."""
    return ~Q(status__in=["resolved", "closed"]) | Q(over_at__gt=now - STILL_OPEN_AFTER)


def kept(workspace: Workspace, row: SlackChannel, now: datetime) -> Kept:
    """What is kept of the channel, by its present id and those it had, without what is known to be deleted."""
    tickets = Ticket.objects.filter(running(now), inbox=workspace.inbox).values("number")
    messages = Message.objects.filter(ticket__in=tickets, inbox=workspace.inbox, at__gt=now - OLDEST)
    found: dict[str, str] = {}
    known: set[str] = set()
    ids = set(threads.ids_of(workspace, row.channel))
    for name in messages.exclude(external_id=None).values_list("external_id", flat=True):
        channel, _, rest = str(name).partition("/")
        if channel in ids:
            known.add(str(name))
            found |= {} if "/" in rest else {rest: str(name)}
    return Kept({ts: name for ts, name in found.items() if f"{name}/deleted" not in known}, frozenset(known))


def corrections(
    channel: str, kept: Kept, told: Mapping[str, Told], is_gone: Callable[[str], bool]
) -> Iterator[dict[str, Any]]:
    """An event for each message that is other now. `told`: ts -> the message; `is_gone`: asks about a single one.

    One that the history does not hold may stand in a thread nobody has read, so it is asked about before it is gone.
    """
    for ts, name in kept.names.items():
        message = told.get(ts)
        edited = str((message or {}).get("edited", {}).get("ts") or "")
        if message is None or message.get("subtype") == "tombstone":
            if message is not None or is_gone(ts):
                yield {"type": "message", "subtype": "message_deleted", "channel": channel, "deleted_ts": ts}
        elif edited and f"{name}/edited/{edited}" not in kept.known:
            yield {"type": "message", "subtype": "message_changed", "channel": channel, "message": dict(message)}
