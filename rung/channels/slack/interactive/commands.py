"""Slash commands: `/ticket` opens one or tells how one stands, `/desk` lists what needs attention."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from rung.channels.slack.api.addresses import Place
from rung.channels.slack.api.members import CannotAsk
from rung.channels.slack.blocks import elements as b
from rung.channels.slack.home import content
from rung.channels.slack.interactive.caller import WHO, Caller
from rung.channels.slack.messages import customer_messages, mrkdwn
from rung.channels.slack.models import SlackChannel, Workspace
from rung.channels.slack.people import identity
from rung.core import actors
from rung.people.models import Agent, Requester
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Ticket
from rung.tickets.results import AlreadySo, Created
from rung.tickets.visibility import visible

Answer = dict[str, Any]
_NUMBER = re.compile(r"#?(\d{1,12})")
HELP = "Write `/ticket` and what is wrong, or `/ticket #7` to ask how ticket 7 stands."


def answer(caller: Caller, name: str, text: str) -> Answer:
    """What the person who typed it is told."""
    try:
        match name:
            case "/desk":
                return _desk(caller.agent, caller.now)
            case "/ticket":
                return _ticket(caller, text)
            case other:
                return said(f"There is no command {other} here.")
    except CannotAsk:
        return said(WHO)


def _desk(agent: Agent | None, now: datetime) -> Answer:
    if agent is None:
        return said("Only agents of this desk may see that.")
    parts = content.desk(agent, now, content.SHOWN_IN_MESSAGE)
    return {"response_type": "ephemeral", "text": "What needs attention", "blocks": parts[: b.MESSAGE_BLOCKS]}


def _ticket(caller: Caller, text: str) -> Answer:
    if not text or text == "help":
        return said(HELP)
    if asked := _NUMBER.fullmatch(text):
        return _status(caller, int(asked[1]))
    workspace, row, now = caller.workspace, caller.person, caller.now
    customer = _customer_of(workspace, caller.channel)
    requester = identity.requester_of(workspace, row, caller.user, row.team if row else "", customer)
    spoken = mrkdwn.plain(text, identity.names(workspace, list(mrkdwn.mentioned(text)), now))
    words = MessageText(
        text=spoken,
        author_name=row.name if row else "",
        inbox=workspace.inbox,
        external_id=f"command/{caller.trigger}",
    )
    told = actions.open_ticket(
        customer_messages.subject_of(spoken),
        words,
        by=actors.customer(requester.pk),
        channel="slack",
        inbox=workspace.inbox,
        thread=str(Place(workspace.team, caller.user)),
        customer=requester.customer,
        requester=requester,
        now=now,
    )
    match told:
        case Created(ticket=number) | AlreadySo(ticket=number):
            return said(f"Ticket {number} is open. We answer in your direct messages.")


def _status(caller: Caller, number: int) -> Answer:
    """For an agent any ticket they may see; for everybody else their own company's."""
    ticket = visible(caller.agent).select_related("customer").filter(number=number).first()
    if ticket is not None and caller.agent is None:
        requester = identity.known_requester(caller.workspace, caller.person) if caller.person else None
        ticket = ticket if requester is not None and _is_theirs(ticket, requester) else None
    if ticket is None:
        return said(f"There is no ticket {number} of yours.")
    return said(content.status_line(ticket))


def _is_theirs(ticket: Ticket, requester: Requester) -> bool:
    same_company = ticket.customer_id is not None and ticket.customer_id == requester.customer_id
    return same_company or bool(ticket.requester_id == requester.pk)


def _customer_of(workspace: Workspace, channel: str) -> Any:
    row = SlackChannel.objects.filter(workspace=workspace, channel=channel).select_related("customer").first()
    return row.customer if row else None


def said(text: str) -> Answer:
    """Words for the person who typed it alone."""
    return {"response_type": "ephemeral", "text": b.escaped(text)}
