"""Message shortcuts: open a ticket of a message, send it to the customer, keep it as a note."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rung.channels.slack.api import installations
from rung.channels.slack.api.installations import of_payload
from rung.channels.slack.api.members import CannotAsk
from rung.channels.slack.blocks import modal_views
from rung.channels.slack.blocks.button_values import About
from rung.channels.slack.connection.manifest import ADD_NOTE, OPEN_TICKET, SEND_ANSWER
from rung.channels.slack.events import parsing, threads
from rung.channels.slack.events.facts import Wrote
from rung.channels.slack.interactive import modal_content
from rung.channels.slack.interactive.button_actions import NOT_ALLOWED, agent_of, open_window, tell
from rung.channels.slack.messages import customer_messages, mrkdwn
from rung.channels.slack.models import Workspace
from rung.channels.slack.people import identity
from rung.core.reckoning.turns import is_kept_by_default
from rung.people.models import Agent
from rung.tickets.visibility import sees

Payload = Mapping[str, Any]
NOT_NOW = "Slack cannot say now who wrote that; please try again in a minute."
NO_TICKET = "That message belongs to no ticket; use the shortcut on a message in a ticket's thread."


def message(payload: Payload, now: datetime) -> None:
    """One `message_action`. Only agents may."""
    workspace = of_payload(payload)
    if workspace is None:
        return
    agent = agent_of(workspace, payload, now)
    if agent is None:
        tell(workspace, payload, NOT_ALLOWED, now)
        return
    match payload.get("callback_id"):
        case name if name == OPEN_TICKET:
            try:
                _open(workspace, payload, now)
            except CannotAsk:
                tell(workspace, payload, NOT_NOW, now)
        case name if name in (SEND_ANSWER, ADD_NOTE):
            _window(workspace, payload, str(name), agent, now)
        case _:
            pass


def _open(workspace: Workspace, payload: Payload, now: datetime) -> None:
    wrote = _wrote(workspace, payload)
    home = installations.home(workspace, wrote.channel) if wrote else workspace
    outcome = customer_messages.message(home, wrote, now, explicit=True) if wrote else "no ticket can be made of that"
    tell(workspace, payload, outcome[:1].upper() + outcome[1:] + ".", now)


def _window(workspace: Workspace, payload: Payload, name: str, agent: Agent, now: datetime) -> None:
    wrote = _wrote(workspace, payload)
    ticket = _ticket_of(installations.home(workspace, wrote.channel), wrote) if wrote else None
    if wrote is None or ticket is None or not sees(agent, ticket):
        tell(workspace, payload, NO_TICKET, now)
        return
    text = mrkdwn.plain(wrote.text, identity.names(workspace, list(mrkdwn.mentioned(wrote.text)), now))
    about = About(ticket, channel=wrote.channel, ts=wrote.ts)
    if name == ADD_NOTE:
        view = modal_views.note(about, text=text)
    else:
        seen = modal_content.Seen(ticket)
        keeps = is_kept_by_default(seen.case, seen.compiled.policy)
        view = modal_views.reply(
            about, customer=seen.customer, last_words=seen.last_words(), canned=(), keeps_turn=keeps, text=text
        )
    tell(workspace, payload, open_window(workspace, str(payload.get("trigger_id") or ""), view, now), now)


def _ticket_of(workspace: Workspace, wrote: Wrote) -> int | None:
    """The ticket whose card or conversation the message stands in."""
    ids, root = threads.ids_of(workspace, wrote.channel), wrote.thread_ts or wrote.ts
    card = threads.ticket_of_card(workspace, ids, root)
    return card if card is not None else threads.ticket_of_thread(workspace, ids, root)


def _wrote(workspace: Workspace, payload: Payload) -> Wrote | None:
    told = payload.get("message") or {}
    channel = str((payload.get("channel") or {}).get("id") or "")
    found = parsing.of_event({**told, "type": "message", "channel": channel}, team=workspace.team)
    return found if isinstance(found, Wrote) else None
