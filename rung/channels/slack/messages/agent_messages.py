"""Agents' words in Slack: in the customer's thread they are answers, in ours they stay inside unless marked."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from msgspec.structs import replace
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api.addresses import Place
from rung.channels.slack.api.clients import client_of
from rung.channels.slack.blocks.elements import escaped
from rung.channels.slack.events import out_of_order, threads
from rung.channels.slack.events.facts import Wrote
from rung.channels.slack.messages import files, mrkdwn
from rung.channels.slack.models import PersonSeen, Workspace
from rung.channels.slack.people import identity
from rung.channels.slack.people.affiliation import Standing
from rung.channels.slack.sentences import Said
from rung.core import actors
from rung.outbox.models import Delivery, State
from rung.people.models import Agent
from rung.policies.versions import compiled
from rung.tickets import actions, canned_answers
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Direction, Message, Ticket
from rung.tickets.results import Answered, Done, Refused
from rung.tickets.visibility import sees

#: A message in the thread of a card that begins so goes to the customer; everything else there is a note.
TO_CUSTOMER = (">>", "reply:", "to customer:")
BY_BOT = actors.bot("slack")
#: The emoji on a message that went to the customer.
PASSED_ON = "outbox_tray"

log = structlog.get_logger(__name__)
NOT_SEEN = "a message of an agent who may not see that ticket"
NOT_KEPT = "This was not kept: only agents who may see the ticket write to it here."
NO_TICKET = "Nothing came of this: no ticket is known for this thread. Write below the ticket's own card."
HELP = (
    'To make a ticket of a message, use "Open a ticket" in its menu, or /ticket for a new one. Below a card, a message '
    "is a note; one that begins with >> goes to the customer. /desk lists what needs attention."
)


def in_customers_thread(workspace: Workspace, wrote: Wrote, row: PersonSeen | None, now: datetime) -> str:
    """An agent answers where the customer reads: it is said already, so it is recorded and not sent again."""
    if not wrote.is_reply:
        if wrote.mention or wrote.direct:
            tell(workspace, wrote, HELP, now)
        return "an agent's message to the channel"
    ticket = threads.ticket_of_thread(workspace, threads.ids_of(workspace, wrote.channel), wrote.thread_ts)
    agent = identity.agent_of(workspace, row, now)
    if ticket is None or _is_older(ticket, wrote):
        # What it answers may still come, also where the customer's later words have opened the ticket.
        out_of_order.for_message(workspace, wrote.channel, wrote.ts, now)
        return _about_nothing(workspace, wrote, now)
    if agent is None:
        return _about_nothing(workspace, wrote, now)
    if not sees(agent, ticket):
        tell(workspace, wrote, NOT_KEPT, now)
        return NOT_SEEN
    place = Place(workspace.team, wrote.channel, wrote.ts)
    with transaction.atomic():
        words = replace(_whole(workspace, wrote, row, now), said=threads.said(wrote.channel, wrote.ts))
        told = actions.answer(ticket, words, by=actors.agent(agent.handle), now=now)
        if isinstance(told, Answered):
            said = Delivery.objects.filter(message_id=told.message)
            said.update(state=State.SENT, external_id=str(place), sent_at=now, outcome=Said.BY_AGENT())
            return f"answers ticket {ticket}"
    if isinstance(told, Refused):
        tell(workspace, wrote, f"The desk did not count this as an answer: {told.why}.", now)
    return told.why


def _about_nothing(workspace: Workspace, wrote: Wrote, now: datetime) -> str:
    """Whoever meant it for the desk hears that nothing came of it: words marked for a customer, words below a message
    of ours, and a mention."""
    if wrote.parent == workspace.bot_user or marked(wrote.text):
        tell(workspace, wrote, NO_TICKET, now)
    elif wrote.mention or wrote.direct:
        tell(workspace, wrote, HELP, now)
    return "an agent's message about no ticket"


def marked(text: str) -> str:
    """The mark that sends it to the customer, or nothing."""
    spoken = mrkdwn.plain(text).lower()
    return next((mark for mark in TO_CUSTOMER if spoken.startswith(mark)), "")


def _is_older(ticket: int, wrote: Wrote) -> bool:
    """Whether it was written before the customer asked anything: then it answers nothing, whenever we hear of it."""
    asked = Message.objects.filter(ticket=ticket, direction=Direction.INBOUND)
    names = asked.filter(external_id__startswith=f"{wrote.channel}/").values_list("external_id", flat=True)
    moments = [float(str(name).split("/")[1]) for name in names]
    return bool(moments) and float(wrote.ts) < min(moments)


def in_our_thread(
    workspace: Workspace,
    ticket: int,
    wrote: Wrote,
    *,
    row: PersonSeen | None,
    standing: Standing,
    now: datetime,
) -> str:
    """Below a card: a note of its author, or an agent's answer where it is marked as one."""
    agent = identity.agent_of(workspace, row, now) if standing is Standing.AGENT else None
    if agent is None:
        if standing is not Standing.COLLEAGUE:
            tell(workspace, wrote, NOT_KEPT, now)
            return "somebody who is no agent wrote below a card"
        actions.note(ticket, _whole(workspace, wrote, row, now), by=BY_BOT, now=now)
        return f"a colleague's note on ticket {ticket}"
    if not sees(agent, ticket):
        tell(workspace, wrote, NOT_KEPT, now)
        return NOT_SEEN
    by = actors.agent(agent.handle)
    words = _words(workspace, wrote, row, now)
    if not (mark := marked(wrote.text)):
        noted = actions.note(ticket, _whole(workspace, wrote, row, now, by_handle=True), by=by, now=now)
        if isinstance(noted, Done) and noted.untold:
            told = f"Kept, but {', '.join(noted.untold)} may not see this ticket and hears nothing of it."
            tell(workspace, wrote, told, now)
        return f"a note on ticket {ticket}"
    spoken = words.text[len(mark) :].strip()
    return _to_customer(workspace, ticket, wrote, words=words, spoken=spoken, agent=agent, now=now)


def _to_customer(
    workspace: Workspace, ticket: int, wrote: Wrote, *, words: MessageText, spoken: str, agent: Agent, now: datetime
) -> str:
    """What was marked goes to the customer, whole or not at all: its author is told what did not."""
    if gap := _gap_in(ticket, spoken):
        tell(workspace, wrote, f"This was not sent: {gap}", now)
        return "an answer with a gap"
    taken, failed = files.take_over(workspace, wrote.files, now)
    if not spoken and not taken:
        why = f" Slack did not give us {', '.join(failed)}." if failed else ""
        tell(workspace, wrote, f"This was not sent: there are no words in it.{why}", now)
        return "an answer without words"
    answer = MessageText(
        text=spoken or ", ".join(one.name for one in taken),
        author_name=agent.name,
        inbox=words.inbox,
        external_id=words.external_id,
        files=taken,
    )
    told = actions.answer(ticket, answer, by=actors.agent(agent.handle), now=now)
    if isinstance(told, Refused):
        tell(workspace, wrote, f"This was not sent: {told.why}.", now)
        return "an answer that was refused"
    if isinstance(told, Answered):
        _mark(workspace, wrote, now)
        if failed:
            tell(workspace, wrote, f"Your answer went to the customer without {', '.join(failed)}.", now)
    return f"answers ticket {ticket}"


def _gap_in(ticket: int, text: str) -> str:
    """A sentence about a gap of a canned answer that still stands in it, or nothing."""
    version = Ticket.objects.values_list("policy", flat=True).get(number=ticket)
    gap = canned_answers.gap_in(text, compiled(version))
    return f"{canned_answers.gap_sentence(*gap).rstrip('.')}." if gap else ""


def tell(workspace: Workspace, wrote: Wrote, text: str, now: datetime) -> None:
    """To its author alone, below it. The ticket's page shows the same."""
    client, thread = client_of(workspace, now), wrote.thread_ts or (None if wrote.mention or wrote.direct else wrote.ts)
    try:
        client.chat_postEphemeral(channel=wrote.channel, thread_ts=thread, user=wrote.user, text=escaped(text))
    except (SlackApiError, SlackClientError, OSError) as error:
        log.info("an agent could not be told", channel=wrote.channel, error=str(error))


def _mark(workspace: Workspace, wrote: Wrote, now: datetime) -> None:
    """Everybody in the thread sees by a sign that this one went to the customer. Without it nothing is lost."""
    try:
        client_of(workspace, now).reactions_add(channel=wrote.channel, timestamp=wrote.ts, name=PASSED_ON)
    except (SlackApiError, SlackClientError, OSError) as error:
        log.info("an answer could not be marked", channel=wrote.channel, error=str(error))


def by_colleague(workspace: Workspace, wrote: Wrote, row: PersonSeen | None, now: datetime) -> str:
    """Somebody of our own who is no agent of Rung: kept with the ticket, counted as nobody's answer."""
    found = (
        threads.ticket_of_thread(workspace, threads.ids_of(workspace, wrote.channel), wrote.thread_ts)
        if wrote.is_reply
        else None
    )
    if found is None:
        return "a colleague's message"
    actions.note(found, _whole(workspace, wrote, row, now), by=BY_BOT, now=now)
    return f"a colleague's message, kept with ticket {found}"


def _whole(
    workspace: Workspace, wrote: Wrote, row: PersonSeen | None, now: datetime, *, by_handle: bool = False
) -> MessageText:
    """The words and the files; a line for each file that could not be had."""
    words = _words(workspace, wrote, row, now, by_handle=by_handle)
    taken, failed = files.take_over(workspace, wrote.files, now)
    return replace(words, text="\n".join([words.text, *failed]).strip(), files=taken)


def _words(
    workspace: Workspace, wrote: Wrote, row: PersonSeen | None, now: datetime, *, by_handle: bool = False
) -> MessageText:
    """`by_handle`: agents it mentions are named as notes name them, so that they are asked."""
    users = list(mrkdwn.mentioned(wrote.text))
    names = identity.names(workspace, users, now)
    names |= identity.handles(workspace, users, now) if by_handle else {}
    return MessageText(
        text=mrkdwn.plain(wrote.text, names),
        author_name=row.name if row else "",
        inbox=workspace.inbox,
        external_id=threads.external_id(wrote.channel, wrote.ts),
    )
