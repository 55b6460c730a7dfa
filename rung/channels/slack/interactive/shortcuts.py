"""Message shortcuts: open a ticket of a message, send it to the customer, keep it as a note."""

from __future__ import annotations

from rung.channels.slack.api import installations
from rung.channels.slack.api.members import CannotAsk
from rung.channels.slack.blocks import modal_views
from rung.channels.slack.blocks.button_values import About
from rung.channels.slack.connection.manifest import ADD_NOTE, OPEN_TICKET, SEND_ANSWER
from rung.channels.slack.events import threads
from rung.channels.slack.events.facts import Wrote
from rung.channels.slack.interactive import modal_content
from rung.channels.slack.interactive.caller import NOT_ALLOWED, Caller
from rung.channels.slack.messages import customer_messages, mrkdwn
from rung.channels.slack.models import Workspace
from rung.channels.slack.people import identity
from rung.core.reckoning.turns import is_kept_by_default
from rung.people.models import Agent
from rung.tickets.visibility import sees

NOT_NOW = "Slack cannot say now who wrote that; please try again in a minute."
NO_TICKET = "That message belongs to no ticket; use the shortcut on a message in a ticket's thread."


def message(caller: Caller, name: str, wrote: Wrote | None) -> None:
    """The shortcut of that name, used on a message. Only agents may."""
    if caller.agent is None:
        caller.tell(NOT_ALLOWED)
    elif name == OPEN_TICKET:
        outcome = _open(caller, wrote, caller.agent)
        caller.tell(outcome[:1].upper() + outcome[1:].removesuffix(".") + ".")
    elif name in (SEND_ANSWER, ADD_NOTE):
        caller.tell(_window(caller, name, wrote, caller.agent))


def _open(caller: Caller, wrote: Wrote | None, agent: Agent) -> str:
    """What came of it."""
    if wrote is None:
        return "no ticket can be made of that"
    home = installations.home(caller.workspace, wrote.channel)
    try:
        return customer_messages.message(home, wrote, caller.now, wished_by=agent)
    except CannotAsk:
        return NOT_NOW


def _window(caller: Caller, name: str, wrote: Wrote | None, agent: Agent) -> str:
    """Open the window of the answer or note. What the person is told, if it cannot be."""
    ticket = _ticket_of(installations.home(caller.workspace, wrote.channel), wrote) if wrote else None
    if wrote is None or ticket is None or not sees(agent, ticket):
        return NO_TICKET
    names = identity.names(caller.workspace, list(mrkdwn.mentioned(wrote.text)), caller.now)
    text, about = mrkdwn.plain(wrote.text, names), About(ticket, channel=wrote.channel, ts=wrote.ts)
    if name == ADD_NOTE:
        return caller.open(modal_views.note(about, text=text))
    seen = modal_content.Seen(ticket)
    keeps = is_kept_by_default(seen.case, seen.compiled.policy)
    customer, said = seen.customer, seen.last_words()
    return caller.open(
        modal_views.reply(about, customer=customer, last_words=said, canned=(), keeps_turn=keeps, text=text)
    )


def _ticket_of(workspace: Workspace, wrote: Wrote) -> int | None:
    """The ticket whose card or conversation the message stands in."""
    ids, root = threads.ids_of(workspace, wrote.channel), wrote.thread_ts or wrote.ts
    card = threads.ticket_of_card(workspace, ids, root)
    return card if card is not None else threads.ticket_of_thread(workspace, ids, root)
