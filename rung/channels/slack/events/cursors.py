"""How far each place has been read: what lies before a cursor is complete, and when that was last so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from msgspec import Struct

from rung.channels.slack.api import directory, installations
from rung.channels.slack.api.addresses import parse
from rung.channels.slack.events import missed_edits, threads
from rung.channels.slack.models import SlackChannel, ThreadCursor, Workspace
from rung.outbox.models import Delivery
from rung.policies.versions import compiled, current_number
from rung.tickets.models import IS_OPEN, Ticket

#: How often a place is looked at: where customers write or agents work, and direct messages.
EVERY, DIRECT_EVERY = timedelta(minutes=1), timedelta(minutes=10)
#: A place that was never read is read from its connection on, but not further back than this.
FIRST_LOOK = timedelta(days=7)
CARDS = ("triage_card", "offer_card")


class Age(Struct, frozen=True):
    """The place whose last complete look is the longest ago."""

    place: str
    looked_at: datetime
    problem: str = ""


def places(workspace: Workspace) -> list[SlackChannel]:
    """What must be complete, the most pressing first: where customers write, where agents work, direct messages, and
    every channel in which the conversation of a running ticket goes on."""
    wanted = Q(watched=True) | Q(channel__startswith="D") | Q(channel__in=_of_desk(workspace))
    talking = Q(channel__in=_with_running_tickets(workspace))
    rows = list(workspace.channels.filter(wanted | talking, is_archived=False).select_related("workspace"))
    named = SlackChannel.objects.filter(channel__in=[row.channel for row in rows]).exclude(workspace=workspace)
    shared = set(named.values_list("channel", flat=True))
    ours = [row for row in rows if row.channel not in shared or _is_home(workspace, row.channel)]
    urgent = _with_running_tickets(workspace, Q(critical=True) | Q(priority="urgent"))
    return sorted(ours, key=lambda row: _order(row, urgent))


def _is_home(workspace: Workspace, channel: str) -> bool:
    return installations.home(workspace, channel).pk == workspace.pk


def _order(row: SlackChannel, urgent: set[str]) -> tuple[bool, bool, float]:
    looked = row.looked_at.timestamp() if row.looked_at else 0.0
    return row.channel not in urgent, row.channel.startswith("D"), looked


def is_read_whole(row: SlackChannel) -> bool:
    """Whether all that is written there matters; elsewhere only the threads of tickets do."""
    return row.watched or row.channel.startswith("D") or row.channel in _of_desk(row.workspace)


def next_due(now: datetime) -> SlackChannel | None:
    """The next place that nobody has looked at lately, taken. Any number of processes may ask."""
    for workspace in Workspace.objects.filter(active=True):
        for row in places(workspace):
            if _is_due(row, now) and (taken := _take(row, now)) is not None:
                return taken
    return None


def _is_due(row: SlackChannel, now: datetime) -> bool:
    every = DIRECT_EVERY if row.channel.startswith("D") else EVERY
    return row.tried_at is None or row.tried_at <= now - every


def _take(row: SlackChannel, now: datetime) -> SlackChannel | None:
    with transaction.atomic():
        locked = SlackChannel.objects.select_for_update(skip_locked=True, of=("self",)).select_related("workspace")
        fresh = locked.filter(pk=row.pk).first()
        if fresh is None or not _is_due(fresh, now):
            return None
        SlackChannel.objects.filter(pk=row.pk).update(tried_at=now)
        return fresh


def want_all() -> None:
    """Something was missed, nobody knows where: every place is due at once."""
    SlackChannel.objects.update(tried_at=None)


def first(row: SlackChannel, now: datetime) -> str:
    """From where a place that was never read is read."""
    return f"{max(row.workspace.connected_at, now - FIRST_LOOK).timestamp():.6f}"


def open_roots(row: SlackChannel, now: datetime) -> set[str]:
    """The threads in which a running ticket may go on: its customers' own, and those below its cards."""
    found: set[str] = set()
    prefixes = [f"{row.workspace.team}/{channel}/" for channel in threads.ids_of(row.workspace, row.channel)]
    running = Ticket.objects.filter(missed_edits.running(now))
    for prefix in prefixes:
        found |= _roots(running.filter(thread__startswith=prefix).values_list("thread", flat=True))
        cards = Delivery.objects.filter(
            external_id__startswith=prefix, kind__in=CARDS, ticket__in=running.filter(IS_OPEN)
        )
        found |= _roots(cards.values_list("external_id", flat=True))
    return found


def _roots(addresses: Iterable[str]) -> set[str]:
    found = (parse(address) for address in addresses)
    return {place.ts for place in found if place is not None and place.ts}


def of_threads(row: SlackChannel, roots: set[str], start: str) -> dict[str, ThreadCursor]:
    """The cursors of these threads, made where there are none: what came before `start` was read with the channel."""
    known = set(ThreadCursor.objects.filter(channel=row, root__in=roots).values_list("root", flat=True))
    since = row.looked_at or row.workspace.connected_at
    fresh = [ThreadCursor(channel=row, root=root, read_to=start, looked_at=since) for root in roots - known]
    ThreadCursor.objects.bulk_create(fresh, ignore_conflicts=True)
    ThreadCursor.objects.filter(channel=row).exclude(root__in=roots).delete()  # it goes on nowhere any more
    return {one.root: one for one in ThreadCursor.objects.filter(channel=row)}


def oldest(workspace: Workspace | None = None) -> Age | None:
    """The place that has waited longest for a complete look; None: there is none to be looked at."""
    found: list[Age] = []
    for each in [workspace] if workspace else Workspace.objects.filter(active=True):
        rows = {row.pk: row for row in places(each)}
        found += [Age(str(row), row.looked_at or each.connected_at, row.problem) for row in rows.values()]
        late = ThreadCursor.objects.filter(channel__in=list(rows)).order_by("looked_at").first()
        if late is not None:
            found.append(Age(f"a thread in {rows[late.channel_id]}", late.looked_at))
    return min(found, key=lambda age: age.looked_at, default=None)


def _of_desk(workspace: Workspace) -> set[str]:
    """The triage channel and those of the levels, as far as they are this workspace's."""
    policy = compiled(current_number()).policy
    found: set[str] = set()
    for address in {policy.triage_channel, *(level.channel for level in policy.levels.values())}:
        medium, _, name = (address or "").partition(":")
        place = directory.find(name) if medium == "slack" else None
        if place is not None and place[0].pk == workspace.pk and not place[1].is_person:
            found.add(place[1].channel)
    return found


def _with_running_tickets(workspace: Workspace, those: Q | None = None) -> set[str]:
    """The channels in which open tickets' customers write."""
    tickets = Ticket.objects.filter(IS_OPEN, those or Q(), thread__startswith=f"{workspace.team}/")
    found = (parse(thread) for thread in tickets.values_list("thread", flat=True).distinct())
    return {place.channel for place in found if place is not None and place.ts}
