"""What nobody told us of is fetched from history, place by place, again and again: a lost event is only late."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import structlog
from msgspec import Struct
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api import installations
from rung.channels.slack.api.clients import client_of
from rung.channels.slack.api.outcomes import of_error
from rung.channels.slack.events import cursors, missed_edits, threads
from rung.channels.slack.events import parsing as reader
from rung.channels.slack.events.history import PAGE, Message, Reader, Sleep
from rung.channels.slack.models import SlackChannel, ThreadCursor, Workspace
from rung.intake import receive

log = structlog.get_logger(__name__)

#: Pages that one look reads back, beyond what is new, to the oldest thread that goes on.
DEEP = 5
#: Threads of running tickets that one look reads once more from their beginning, for edits: they take turns.
TURNS, TURNS_BY_HAND = 3, 25
#: Set when Slack says that it dropped events: every place is looked at at once.
wanted = threading.Event()
TROUBLE = (SlackApiError, SlackClientError, OSError)


class CaughtUp(Struct, frozen=True):
    """One channel: how many messages were read, how many of them nobody had told us of, how many that we had were
    edited or deleted since, and what stood in the way."""

    channel: str
    read: int = 0
    new: int = 0
    corrected: int = 0
    problem: str = ""


def catch_up(now: datetime, *, sleep: Sleep = time.sleep) -> list[CaughtUp]:
    """Every place of every connected workspace, once, now."""
    found = []
    for workspace in Workspace.objects.filter(active=True):
        learn_direct_channels(workspace, now)
        found += [look(row, now, sleep, turns=TURNS_BY_HAND) for row in cursors.places(workspace)]
    return found


def learn_direct_channels(workspace: Workspace, now: datetime) -> None:
    """Direct messages to the bot are channels too, known once somebody has used them."""
    try:
        for told in _direct_channels(workspace, now):
            SlackChannel.objects.get_or_create(
                workspace=workspace, channel=str(told["id"]), defaults={"is_member": True}
            )
    except TROUBLE as error:
        log.warning("direct messages could not be listed", workspace=workspace.team, error=str(error))


def _direct_channels(workspace: Workspace, now: datetime) -> Iterator[dict[str, Any]]:
    client = client_of(workspace, now)
    for scope in installations.scopes(workspace):
        cursor = ""
        while True:
            more: dict[str, Any] = {"cursor": cursor} if cursor else {}
            page = client.users_conversations(types="im", limit=PAGE, **scope, **more)
            yield from page["channels"] or []
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break


def look(row: SlackChannel, now: datetime, sleep: Sleep, *, turns: int = TURNS) -> CaughtUp:
    """Read on from the cursors of one channel and its threads. They move only past what has been kept."""
    one = _Look(row, now)
    try:
        one.run(Reader(row, now, sleep), turns)
    except TROUBLE as error:
        why = str(getattr(of_error("conversations.history", error), "reason", error))
        log.warning("a channel could not be caught up with", channel=row.channel, error=why)
        SlackChannel.objects.filter(pk=row.pk).update(problem=why[:300])
        return CaughtUp(str(row), one.read, one.new, one.corrected, why)
    SlackChannel.objects.filter(pk=row.pk).update(looked_at=now, problem="")
    return CaughtUp(str(row), one.read, one.new, one.corrected)


class _Look:
    """One look at one channel: what was read of it, and what has come of that so far."""

    def __init__(self, row: SlackChannel, now: datetime) -> None:
        self.row, self.workspace, self.now = row, row.workspace, now
        self.start = row.read_to or cursors.first(row, now)
        self.read = self.new = self.corrected = 0
        #: Messages by their ts; those of threads that were read from the beginning are among them.
        self.told: dict[str, Message] = {}
        self.whole: set[str] = set()
        #: The part of the channel's history that was read, by ts.
        self.since, self.until = float("inf"), float(row.reading_to or "inf")

    def run(self, pages: Reader, turns: int) -> None:
        roots = cursors.open_roots(self.row, self.now)
        self.cursors = cursors.of_threads(self.row, roots, self.start)
        kept = missed_edits.kept(self.workspace, self.row, self.now)
        if cursors.is_read_whole(self.row):
            self._channel(pages, deepest=min([self.start, *roots, *kept.names], key=float))
        self._in_turn(pages, roots, turns)
        for event in missed_edits.corrections(self.row.channel, kept, self.told, self._covers(kept)):
            self.corrected += _correct(self.workspace, event, self.now)

    def _channel(self, pages: Reader, deepest: str) -> None:
        """From the newest message back to the cursor, then on to the oldest thread that goes on, but not endlessly.

        Where a reading was broken off it goes on below what it had kept; what is newer is the next look's.
        """
        top, below, oldest = self.row.reading_from, self.row.reading_to, f"{float(deepest) - 0.000001:.6f}"
        count = 0
        while True:
            page, count = pages.history(oldest=oldest, latest=below), count + 1
            if page.messages:
                top, below = top or str(page.messages[0]["ts"]), str(page.messages[-1]["ts"])
                self._keep_page(pages, page.messages)
                if float(below) > float(self.start):
                    SlackChannel.objects.filter(pk=self.row.pk).update(reading_from=top, reading_to=below)
            is_whole = not page.more or not page.messages
            if is_whole or (float(below) <= float(self.start) and count >= DEEP):
                break
        self.since = float(oldest) if is_whole else float(below)
        read_to = max(top or self.start, self.start, key=float)
        SlackChannel.objects.filter(pk=self.row.pk).update(read_to=read_to, reading_from="", reading_to="")

    def _keep_page(self, pages: Reader, messages: list[Message]) -> None:
        """First what stands in the channel, oldest first, then the threads that have gone on."""
        ordered = list(reversed(messages))
        self.told |= {str(one["ts"]): one for one in ordered}
        self._keep(ordered, self.start)
        for message in ordered:
            root = str(message["ts"])
            newest = float(message.get("latest_reply") or "inf") if message.get("reply_count") else 0.0
            if newest <= float(self._read_to(root)):
                self._looked(root)
            else:
                self._thread(pages, root, whole=False)

    def _read_to(self, root: str) -> str:
        known = self.cursors.get(root)
        return known.read_to if known else self.start

    def _thread(self, pages: Reader, root: str, *, whole: bool) -> None:
        since = self._read_to(root)
        replies = [one for one in pages.replies(root, oldest="" if whole else since) or () if one.get("ts") != root]
        self.told |= {str(one["ts"]): one for one in replies}
        self._keep(replies, since)
        newest = max([since, *(str(one["ts"]) for one in replies)], key=float)
        facts: dict[str, Any] = {"read_to": newest, "looked_at": self.now}
        if whole:
            self.whole.add(root)
            facts["read_whole_at"] = self.now
        self.cursors[root], _ = ThreadCursor.objects.update_or_create(channel=self.row, root=root, defaults=facts)

    def _looked(self, root: str) -> None:
        if root in self.cursors:
            ThreadCursor.objects.filter(pk=self.cursors[root].pk).update(looked_at=self.now)

    def _in_turn(self, pages: Reader, roots: set[str], turns: int) -> None:
        """Threads whose head the history did not show have no other sign that they went on; the others may hold edits.
        Those that were read the longest ago come first."""
        unseen = [one for root, one in self.cursors.items() if root in roots and root not in self.told]
        seen = [one for root, one in self.cursors.items() if self.told.get(root, {}).get("reply_count")]
        for group in (unseen, seen):
            for one in sorted(group, key=_turn)[:turns]:
                self._thread(pages, one.root, whole=True)

    def _keep(self, messages: Iterable[Message], since: str) -> None:
        for message in messages:
            if float(message["ts"]) > float(since):
                self.read += 1
                self.new += _keep(self.workspace, self.row.channel, message, self.now)

    def _covers(self, kept: missed_edits.Kept) -> Callable[[str], bool]:
        """Whether a message we have would have been seen, if it were still there: in the channel and in its thread."""

        def covers(ts: str) -> bool:
            root = kept.roots.get(ts, "")
            in_thread = root in self.whole or not self.told.get(root, {"reply_count": 1}).get("reply_count")
            return self.since <= float(ts) < self.until and (root == ts or in_thread)

        return covers


def _turn(one: ThreadCursor) -> tuple[float, float]:
    """Read the longest ago first; of those, the oldest."""
    return one.read_whole_at.timestamp() if one.read_whole_at else 0.0, float(one.root)


def _keep(workspace: Workspace, channel: str, message: Message, now: datetime) -> bool:
    """As if the event had come; whether this is the first we hear of it."""
    event = {**message, "type": "message", "channel": channel}
    ours = workspace.bot and message.get("bot_id") == workspace.bot
    if ours or not reader.is_spoken(event):
        return False
    if threads.message_at(workspace, threads.ids_of(workspace, channel), str(message["ts"])) is not None:
        return False
    return _store(workspace, "", event, now)


def _correct(workspace: Workspace, event: dict[str, Any], now: datetime) -> bool:
    """As if the edit or deletion had been told."""
    message = event.get("message")
    what = f"{message['ts']}/edited/{message['edited']['ts']}" if message else f"{event['deleted_ts']}/deleted"
    return _store(workspace, f"history/{workspace.team}/{event['channel']}/{what}", event, now)


def _store(workspace: Workspace, name: str, event: dict[str, Any], now: datetime) -> bool:
    """`name`: under which it is kept; empty: as the event itself would be."""
    envelope: dict[str, Any] = {
        "type": "event_callback",
        "event_id": name,
        "authorizations": [{"team_id": workspace.team}],
        "event": event,
    }
    return receive.store("slack", reader.name_of(envelope), envelope, place=reader.place_of(envelope), now=now)
