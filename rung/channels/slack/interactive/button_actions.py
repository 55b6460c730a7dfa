"""What happens when somebody presses: who may, then the action, or the window that asks for more.

Everything in a payload comes from outside. Who presses is looked up anew on every press and fails closed; what a
button is about names a ticket and grants nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from msgspec import Struct
from msgspec.structs import replace
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api.clients import client_of, is_error
from rung.channels.slack.api.installations import of_payload
from rung.channels.slack.api.members import CannotAsk
from rung.channels.slack.blocks.button_values import FOR_CUSTOMERS, About, Press, read
from rung.channels.slack.blocks.elements import Block, escaped
from rung.channels.slack.home import content
from rung.channels.slack.interactive import modal_content
from rung.channels.slack.models import Workspace
from rung.channels.slack.people import identity
from rung.channels.slack.people.affiliation import Standing
from rung.people.models import Agent
from rung.tickets import actions
from rung.tickets.actions import workflows
from rung.tickets.results import AlreadyClaimed, AlreadySo, Refused
from rung.tickets.visibility import sees

log = structlog.get_logger(__name__)

Payload = Mapping[str, Any]
NOT_ALLOWED = "Only agents of this desk may do that."
WHO = "Slack cannot say now who you are; please try again in a minute."
TOO_LATE = "That took too long; please press again."
UNKNOWN = "That button is from another time; please use the newest card."


class Pressed(Struct, frozen=True, kw_only=True):
    """One press by an agent."""

    workspace: Workspace
    agent: Agent
    about: About
    press: Press
    trigger: str
    key: str
    now: datetime

    @property
    def by(self) -> str:
        return f"agent:{self.agent.handle}"


def press(payload: Payload, now: datetime) -> None:
    """One `block_actions`. Whoever may not is told so where nobody else sees it."""
    workspace = of_payload(payload)
    action = (payload.get("actions") or [{}])[0]
    wanted, about = _wanted(action)
    if workspace is None or wanted is Press.OPEN:
        return
    if wanted is None or about is None:
        tell(workspace, payload, UNKNOWN, now)
        return
    if wanted in FOR_CUSTOMERS:
        tell(workspace, payload, _by_customer(workspace, payload, wanted, about, now), now)
        return
    agent = agent_of(workspace, payload, now)
    if agent is None:
        tell(workspace, payload, NOT_ALLOWED, now)
        return
    pressed = Pressed(
        workspace=workspace,
        agent=agent,
        about=replace(about, home=is_home(payload)),
        press=wanted,
        trigger=str(payload.get("trigger_id") or ""),
        key=f"slack:{workspace.team}:{action.get('action_ts') or payload.get('action_ts')}:{wanted}",
        now=now,
    )
    answer = _do(pressed, payload)
    if answer:
        tell(workspace, payload, answer, now)
    if pressed.about.home:
        draw_home(workspace, payload, now)


def is_home(payload: Payload) -> bool:
    """Whether it was pressed on somebody's Home tab."""
    return (payload.get("view") or {}).get("type") == "home"


def draw_home(workspace: Workspace, payload: Payload, now: datetime) -> None:
    """The presser's Home tab as it stands now. What cannot be drawn is drawn when it is next opened."""
    try:
        content.publish(workspace, str((payload.get("user") or {}).get("id") or ""), now)
    except (CannotAsk, SlackApiError, SlackClientError, OSError) as error:
        log.info("a Home tab could not be drawn", error=str(error))


def _by_customer(workspace: Workspace, payload: Payload, wanted: Press, about: About, now: datetime) -> str:
    try:
        return modal_content.for_customer(workspace, payload, wanted, about, now)
    except CannotAsk:
        return WHO


def _do(pressed: Pressed, payload: Payload) -> str:
    """Act at once, or open a window. Returns what the person is told, if anything."""
    if pressed.press is Press.CANNED:  # its ticket is the window's
        return modal_content.fill_in(pressed.workspace, payload, pressed.about, pressed.agent, pressed.now)
    if not sees(pressed.agent, pressed.about.ticket):
        return f"There is no ticket {pressed.about.ticket} any more."
    if pressed.press is Press.WORKFLOW and not modal_content.asks(pressed.about.ticket, pressed.about.what):
        return _told(_workflow(pressed))
    if pressed.press in _AT_ONCE:
        return _told(_AT_ONCE[pressed.press](pressed))
    view = modal_content.window(pressed.press, pressed.about, pressed.agent, pressed.now)
    return open_window(pressed.workspace, pressed.trigger, view, pressed.now)


def open_window(workspace: Workspace, trigger: str, view: Block, now: datetime) -> str:
    """Open it while the press is fresh. What the person is told if it was not; empty: the window is there."""
    try:
        client_of(workspace, now).views_open(trigger_id=trigger, view=view)
    except SlackApiError as error:
        if is_error(error, "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"):
            return TOO_LATE
        raise
    return ""


def _take(pressed: Pressed) -> object:
    """Take what nobody has: an offer of the agent's level is claimed with it, else the agent is assigned."""
    handle = pressed.agent.handle
    claimed = actions.claim(pressed.about.ticket, agent=handle, client_key=pressed.key, now=pressed.now)
    if not isinstance(claimed, Refused):
        return claimed
    return actions.assign(pressed.about.ticket, handle, by=pressed.by, client_key=pressed.key, now=pressed.now)


def _claim(pressed: Pressed) -> object:
    return actions.claim(pressed.about.ticket, agent=pressed.agent.handle, client_key=pressed.key, now=pressed.now)


def _not_a_ticket(pressed: Pressed) -> object:
    return actions.close(
        pressed.about.ticket, by=pressed.by, why="not_a_ticket", client_key=pressed.key, now=pressed.now
    )


def _workflow(pressed: Pressed) -> object:
    """All of it at once; one with something to ask has a window."""
    about, agent = pressed.about, pressed.agent
    return workflows.use(about.ticket, about.what, agent=agent, client_key=pressed.key, now=pressed.now)


_AT_ONCE: dict[Press, Callable[[Pressed], object]] = {
    Press.TAKE: _take,
    Press.CLAIM: _claim,
    Press.NOT_A_TICKET: _not_a_ticket,
}


def _told(result: object) -> str:
    """A sentence where something did not happen; silence where the card shows it."""
    match result:
        case AlreadyClaimed(by=name):
            return f"{name} was quicker."
        case AlreadySo(why=why) | Refused(why=why):
            return why[:1].upper() + why[1:] + "."
        case _:
            return ""


def _wanted(action: Payload) -> tuple[Press | None, About | None]:
    """What was pressed; in an overflow the chosen option says it."""
    chosen = action.get("selected_option") or {}
    about = read(str(action.get("value") or chosen.get("value") or ""))
    name = str(action.get("action_id") or "")
    if name.startswith(f"{Press.RATE}:"):
        return Press.RATE, about
    if name.startswith(f"{Press.WORKFLOW}:"):
        return Press.WORKFLOW, about
    if name == Press.MORE and about is not None:
        name = about.what
    if name == Press.CANNED:
        return Press.CANNED, About(0, what=str(chosen.get("value") or ""))
    return (Press(name) if name in set(Press) else None), about


def agent_of(workspace: Workspace, payload: Payload, now: datetime) -> Agent | None:
    """The agent who presses, or None for everybody else: looked up anew on every press."""
    user = str((payload.get("user") or {}).get("id") or payload.get("user_id") or "")
    try:
        row = identity.seen(workspace, user, now)
        is_agent = identity.standing_of(workspace, row, now) is Standing.AGENT
        return identity.agent_of(workspace, row, now) if is_agent else None
    except CannotAsk:
        return None


def tell(workspace: Workspace, payload: Payload, text: str, now: datetime) -> None:
    """To the presser alone, where they pressed."""
    if not text:
        return
    user = str((payload.get("user") or {}).get("id") or "")
    channel = str((payload.get("channel") or {}).get("id") or "")
    client, text = client_of(workspace, now), escaped(text)
    if channel:
        thread = (payload.get("container") or {}).get("thread_ts")
        client.chat_postEphemeral(channel=channel, user=user, text=text, thread_ts=thread)
    else:
        client.chat_postMessage(channel=user, text=text)
