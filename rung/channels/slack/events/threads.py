"""Which ticket a place in Slack belongs to: the customer's own thread, or the thread of one of our cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from rung.channels.slack.api.addresses import Place
from rung.channels.slack.models import SlackChannel, Workspace, inbox_of
from rung.core import actors
from rung.core.case.events import Said
from rung.core.reckoning.effects import NoticeKind
from rung.intake import batch_cache
from rung.people.models import Requester
from rung.people.prepared_statements import prepared
from rung.tickets.models import OVER, Message

BURST = timedelta(minutes=10)
NEWEST = 5
#: What of ours stands in Slack and is about one ticket: its thread is that ticket's.
POSTED = (NoticeKind.TRIAGE_CARD.value, NoticeKind.OFFER_CARD.value, NoticeKind.MOMENT.value)


def said(channel: str, ts: str) -> Said | None:
    """When and where it was said: a message's name is the moment at which Slack's own server wrote it down, and in its
    channel customers and agents read one another. None if it names no moment."""
    seconds, _, fraction = ts.partition(".")
    if not (seconds.isdecimal() and fraction.isdecimal() and len(seconds) <= 10):
        return None
    microseconds = int(fraction[:6].ljust(6, "0"))
    return Said(datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=microseconds), f"slack:{channel}")


def external_id(channel: str, ts: str) -> str:
    """A message's name within its workspace's inbox."""
    return f"{channel}/{ts}"


def ticket_of_thread(workspace: Workspace, ids: Sequence[str], ts: str) -> int | None:
    """The newest ticket whose customer writes in that thread, or whose conversation the message belongs to; the one
    it went into, if it was merged.

    `ids`: the channel's id and its former ones, see `ids_of`.
    """
    teams = sharing(workspace, ids)
    threads = [str(Place(team, one, ts)) for team in teams for one in ids]
    names = [external_id(one, ts) for one in ids]
    return _number(_OF_THREAD, {"inboxes": [inbox_of(team) for team in teams], "threads": threads, "names": names})


def message_at(workspace: Workspace, ids: Sequence[str], ts: str) -> Message | None:
    """The message of ours that is that one in Slack."""
    names = [external_id(one, ts) for one in ids]
    inboxes = [inbox_of(team) for team in sharing(workspace, ids)]
    found = Message.objects.filter(inbox__in=inboxes, external_id__in=names)
    return found.select_related("ticket").first()


def ticket_of_card(workspace: Workspace, ids: Sequence[str], ts: str) -> int | None:
    """The ticket whose card, or a message of ours about it, stands there: its thread is ours alone."""
    places = [str(Place(team, one, ts)) for team in sharing(workspace, ids) for one in ids]
    return _number(_OF_CARD, {"kinds": list(POSTED), "places": places})


def sharing(workspace: Workspace, ids: Sequence[str]) -> tuple[str, ...]:
    """Our own workspaces that have the channel, this one first: what one of them has kept is kept for all.

    Also one that is switched off: its tickets go on where the channel is still heard.
    """

    def ask() -> tuple[str, ...]:
        rows = SlackChannel.objects.filter(channel__in=list(ids)).order_by("workspace__team")
        return tuple(dict.fromkeys((workspace.team, *rows.values_list("workspace__team", flat=True))))

    return batch_cache.once(("sharing", workspace.pk, *ids), ask)


def is_kept_elsewhere(workspace: Workspace, ids: Sequence[str], ts: str) -> bool:
    """Whether another of our workspaces was told of the message before, and has kept it."""
    if len(sharing(workspace, ids)) == 1:
        return False
    found = message_at(workspace, ids, ts)
    return found is not None and found.inbox != workspace.inbox


def ids_of(workspace: Workspace, channel: str) -> list[str]:
    """The channel's id, and those it had before it was shared: what was kept then is kept under them."""
    known = SlackChannel.objects.filter(workspace=workspace, channel=channel).values_list("former", flat=True).first()
    return [channel, *(known or ())]


def ticket_of_burst(workspace: Workspace, channel: str, ts: str, requester: Requester) -> int | None:
    """The ticket that the same person opened here a few minutes before or after, and that nobody had answered when the
    message at `ts` was written."""
    asked = said(channel, ts)
    author, teams = actors.customer(requester.pk), sharing(workspace, [channel])
    places, inboxes = tuple(f"{team}/{channel}/" for team in teams), [inbox_of(team) for team in teams]
    with prepared() as cursor:
        cursor.execute(_NEWEST, [author, requester.pk, inboxes, NEWEST])
        newest = cursor.fetchall()
    for number, status, thread, answered_at, told in newest:
        if status in OVER or not thread.startswith(places):
            continue
        if answered_at is not None and (asked is None or answered_at < asked.at):
            continue
        if any(name and _apart(name.rpartition("/")[2], ts) <= BURST for name in told):
            return int(number)
    return None


def _apart(one: str, other: str) -> timedelta:
    return timedelta(seconds=abs(float(one or 0) - float(other or 0)))


def _number(statement: str, given: Mapping[str, str | list[str]]) -> int | None:
    with prepared() as cursor:
        cursor.execute(statement, given)
        found = cursor.fetchone()
    return found[0] if found else None


# Asked for every message that comes in. What is said to a ticket that went into another is said to that one.
_OF_THREAD = """
    WITH RECURSIVE went (number, merged_into_id) AS (
        SELECT number, merged_into_id FROM tickets_ticket WHERE number = coalesce(
            (SELECT max(number) FROM tickets_ticket
                WHERE inbox = ANY(%(inboxes)s) AND thread <> '' AND thread = ANY(%(threads)s)),
            (SELECT max(ticket_id) FROM tickets_message
                WHERE inbox = ANY(%(inboxes)s) AND external_id = ANY(%(names)s)))
        UNION SELECT ticket.number, ticket.merged_into_id
            FROM went JOIN tickets_ticket AS ticket ON ticket.number = went.merged_into_id)
    SELECT number FROM went WHERE merged_into_id IS NULL
"""
# A person's newest tickets: when somebody of ours first answered, and what that person wrote, by its names.
_NEWEST = """
    SELECT number, status, thread,
        (SELECT min(m.at) FROM tickets_message m
            WHERE m.ticket_id = number AND m.direction = 'public' AND NOT starts_with(m.author, 'bot:')),
        ARRAY(SELECT external_id FROM tickets_message m WHERE m.ticket_id = number AND m.author = %s)
    FROM (
        SELECT number, status, thread FROM tickets_ticket WHERE requester_id = %s AND inbox = ANY(%s)
        ORDER BY number DESC LIMIT %s) AS newest
"""
_OF_CARD = """
    SELECT max(ticket_id) FROM outbox_delivery WHERE kind = ANY(%(kinds)s) AND external_id = ANY(%(places)s)
"""
