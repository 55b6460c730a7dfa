"""Messages that were edited or deleted in Slack: shown as such, never taken out of the record."""

from __future__ import annotations

from datetime import datetime

from rung.channels.slack.events import out_of_order, threads
from rung.channels.slack.events.facts import Deleted, Edited, Wrote
from rung.channels.slack.messages import agent_messages, customer_messages, mrkdwn
from rung.channels.slack.messages.agent_messages import BY_BOT
from rung.channels.slack.models import Workspace
from rung.channels.slack.people import identity
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Direction, Message

EDITED = "(edited) "


def edited(workspace: Workspace, fact: Edited, now: datetime) -> str:
    """The customer's new words are heard, but are no new message; an agent's edit is noted."""
    message = threads.message_at(workspace, threads.ids_of(workspace, fact.channel), fact.ts)
    if message is None:  # it opened nothing as it was, or has not come yet
        return customer_messages.message(workspace, _as_written(fact), now)
    text = mrkdwn.plain(fact.text, identity.names(workspace, list(mrkdwn.mentioned(fact.text)), now))
    if _newest(message) == text:
        return "the words are the ones we have"
    words = MessageText(
        text=f"{EDITED}{text}",
        author_name=message.author_name,
        inbox=workspace.inbox,
        external_id=f"{threads.external_id(fact.channel, fact.ts)}/edited/{fact.edited_ts or fact.event_id}",
    )
    if message.direction == Direction.INBOUND:
        actions.customer_edit(message.ticket_id, words, of=message.pk, by=message.author, now=now)
    else:
        actions.note(message.ticket_id, words, by=BY_BOT, now=now)
        _say_what_it_changes(workspace, fact, message, now)
    return f"an edit on ticket {message.ticket_id}"


def _say_what_it_changes(workspace: Workspace, fact: Edited, message: Message, now: datetime) -> None:
    """To an agent whose edit below a card does not do what it looks like: the customer's copy is another message."""
    said = message.direction == Direction.PUBLIC and agent_messages.marked(fact.before)
    if said:
        told = "The customer keeps the words they got. To correct them, write a new message that begins with >>."
    elif message.direction == Direction.NOTE and agent_messages.marked(fact.text):
        told = "This stays a note and was not sent. To send it, write a new message that begins with >>."
    else:
        return
    agent_messages.tell(workspace, _as_written(fact), told, now)


def _newest(message: Message) -> str:
    """Its words as last edited; an edit that came late, or was found in history too, says nothing new."""
    edits = message.ticket.messages.filter(external_id__startswith=f"{message.external_id}/edited/")
    last = edits.order_by("at", "pk").last()
    return (last or message).text.removeprefix(EDITED)


def _as_written(fact: Edited) -> Wrote:
    return Wrote(
        team=fact.team,
        event_id=fact.event_id,
        channel=fact.channel,
        ts=fact.ts,
        thread_ts=fact.thread_ts,
        user=fact.user,
        user_team=fact.user_team,
        text=fact.text,
        files=fact.files,
        edited_ts=fact.edited_ts,
        direct=fact.channel.startswith("D"),
    )


def deleted(workspace: Workspace, fact: Deleted, now: datetime) -> str:
    """What was said stays said; a note tells that its author took it back in Slack."""
    message = threads.message_at(workspace, threads.ids_of(workspace, fact.channel), fact.ts)
    if message is None:
        out_of_order.for_message(workspace, fact.channel, fact.ts, now)
        return "a deletion of a message no ticket knows"
    said = message.text if len(message.text) <= 80 else message.text[:79] + "…"
    words = MessageText(
        text=f"Deleted in Slack by its author: “{said}”",
        inbox=workspace.inbox,
        external_id=f"{threads.external_id(fact.channel, fact.ts)}/deleted",
    )
    actions.note(message.ticket_id, words, by=BY_BOT, now=now)
    return f"a deletion on ticket {message.ticket_id}"
