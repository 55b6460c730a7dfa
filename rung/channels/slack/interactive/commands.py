"""Slash commands: `/ticket` opens one or tells how one stands, `/desk` lists what needs attention."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rung.channels.slack.api.addresses import Place
from rung.channels.slack.api.installations import of_payload
from rung.channels.slack.api.members import CannotAsk
from rung.channels.slack.blocks import elements as b
from rung.channels.slack.home import content
from rung.channels.slack.interactive.button_actions import WHO, agent_of
from rung.channels.slack.messages import customer_messages, mrkdwn
from rung.channels.slack.models import SlackChannel, Workspace
from rung.channels.slack.people import identity
from rung.people.models import Agent, Requester
from rung.tickets import actions
from rung.tickets.message_rows import Words
from rung.tickets.models import Ticket
from rung.tickets.results import AlreadySo, Created
from rung.tickets.visibility import visible

Payload = Mapping[str, Any]
Answer = dict[str, Any]
_NUMBER = re.compile(r"#?(\d{1,12})")
HELP = "Write `/ticket` and what is wrong, or `/ticket #7` to ask how ticket 7 stands."


def answer(payload: Payload, now: datetime) -> Answer:
    """What the person who typed it is told."""
    workspace = of_payload(payload)
    if workspace is None:
        return _said("This workspace is not connected to a desk any more.")
    try:
        return _answer(workspace, payload, now)
    except CannotAsk:
        return _said(WHO)


def _answer(workspace: Workspace, payload: Payload, now: datetime) -> Answer:
    agent = agent_of(workspace, payload, now)
    match str(payload.get("command") or "").rstrip():
        case "/desk":
            return _desk(agent, now)
        case "/ticket":
            return _ticket(workspace, payload, agent, now)
        case other:
            return _said(f"There is no command {other} here.")


def _desk(agent: Agent | None, now: datetime) -> Answer:
    if agent is None:
        return _said("Only agents of this desk may see that.")
    parts = content.desk(agent, now, content.SHOWN_IN_MESSAGE)
    return {"response_type": "ephemeral", "text": "What needs attention", "blocks": parts[: b.MESSAGE_BLOCKS]}


def _ticket(workspace: Workspace, payload: Payload, agent: Agent | None, now: datetime) -> Answer:
    text = str(payload.get("text") or "").strip()
    if not text or text == "help":
        return _said(HELP)
    asked = _NUMBER.fullmatch(text)
    if asked:
        return _status(workspace, payload, int(asked[1]), agent, now)
    user = str(payload.get("user_id") or "")
    row = identity.seen(workspace, user, now)
    customer = _customer_of(workspace, str(payload.get("channel_id") or ""))
    requester = identity.requester_of(workspace, row, user, row.team if row else "", customer)
    spoken = mrkdwn.plain(text, identity.names(workspace, list(mrkdwn.mentioned(text)), now))
    words = Words(
        text=spoken,
        author_name=row.name if row else "",
        inbox=workspace.inbox,
        external_id=f"command/{payload.get('trigger_id')}",
    )
    told = actions.open_ticket(
        customer_messages.subject_of(spoken),
        words,
        by=f"customer:{requester.pk}",
        channel="slack",
        inbox=workspace.inbox,
        thread=str(Place(workspace.team, user)),
        customer=requester.customer,
        requester=requester,
        now=now,
    )
    match told:
        case Created(ticket=number) | AlreadySo(ticket=number):
            return _said(f"Ticket {number} is open. We answer in your direct messages.")


def _status(workspace: Workspace, payload: Payload, number: int, agent: Agent | None, now: datetime) -> Answer:
    """For an agent any ticket they may see; for everybody else their own company's."""
    ticket = visible(agent).select_related("customer").filter(number=number).first()
    if ticket is not None and agent is None:
        user = str(payload.get("user_id") or "")
        row = identity.seen(workspace, user, now)
        requester = identity.known_requester(workspace, row) if row else None
        ticket = ticket if requester is not None and _is_theirs(ticket, requester) else None
    if ticket is None:
        return _said(f"There is no ticket {number} of yours.")
    return _said(content.status_line(ticket))


def _is_theirs(ticket: Ticket, requester: Requester) -> bool:
    same_company = ticket.customer_id is not None and ticket.customer_id == requester.customer_id
    return same_company or bool(ticket.requester_id == requester.pk)


def _customer_of(workspace: Workspace, channel: str) -> Any:
    row = SlackChannel.objects.filter(workspace=workspace, channel=channel).select_related("customer").first()
    return row.customer if row else None


def _said(text: str) -> Answer:
    return {"response_type": "ephemeral", "text": b.escaped(text)}
