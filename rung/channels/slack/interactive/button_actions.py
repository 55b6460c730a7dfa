"""What happens when somebody presses: who may, then the action, or the window that asks for more.

Everything in a payload comes from outside. Who presses is looked up anew on every press and fails closed; what a
button is about names a ticket and grants nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from rung.channels.slack.api.members import CannotAsk
from rung.channels.slack.blocks.button_values import FOR_CUSTOMERS, About, Press, read
from rung.channels.slack.interactive import modal_content
from rung.channels.slack.interactive.caller import NOT_ALLOWED, WHO, Asked, Caller
from rung.outbox import bursts
from rung.tickets import actions
from rung.tickets.actions import workflows
from rung.tickets.results import AlreadyClaimed, AlreadySo, Refused
from rung.tickets.visibility import sees

Action = Mapping[str, Any]
UNKNOWN = "That button is from another time; please use the newest card."


class Pressed(Asked, frozen=True, kw_only=True):
    """One press by an agent."""

    press: Press


def press(caller: Caller, action: Action) -> None:
    """One button. A person who may not press it is told so where nobody else sees it."""
    wanted, about = _wanted(action)
    if wanted is Press.OPEN:
        return
    if wanted is None or about is None:
        caller.tell(UNKNOWN)
    elif wanted in FOR_CUSTOMERS:
        caller.tell(_by_customer(caller, wanted, about))
    elif caller.agent is None:
        caller.tell(NOT_ALLOWED)
    else:
        about = replace(about, home=caller.view.is_home)
        key = f"slack:{caller.workspace.team}:{action.get('action_ts')}:{wanted}"
        caller.tell(_do(Pressed(caller=caller, agent=caller.agent, about=about, press=wanted, key=key)))
        if about.home:
            caller.draw_home()


def _by_customer(caller: Caller, wanted: Press, about: About) -> str:
    try:
        return modal_content.for_customer(caller, wanted, about)
    except CannotAsk:
        return WHO


def _do(pressed: Pressed) -> str:
    """Act at once, or open a window. Returns what the person is told, if anything."""
    caller, about, agent = pressed.caller, pressed.about, pressed.agent
    if pressed.press is Press.CANNED:  # its ticket is the window's
        return modal_content.fill_in(caller, about, agent)
    if not sees(agent, about.ticket):
        return f"There is no ticket {about.ticket} any more."
    if pressed.press is Press.WORKFLOW and not modal_content.asks(about.ticket, about.what):
        return _told(_workflow(pressed))
    if pressed.press in _AT_ONCE:
        return _told(_AT_ONCE[pressed.press](pressed))
    return caller.open(modal_content.window(pressed.press, about, agent))


def _take(pressed: Pressed) -> object:
    """Take what nobody has: an offer of the agent's level is claimed with it, else the agent is assigned."""
    handle = pressed.agent.handle
    claimed = actions.claim(pressed.ticket, agent=handle, client_key=pressed.key, now=pressed.now)
    if not isinstance(claimed, Refused):
        return claimed
    return actions.assign(pressed.ticket, handle, by=pressed.by, client_key=pressed.key, now=pressed.now)


def _claim(pressed: Pressed) -> object:
    return actions.claim(pressed.ticket, agent=pressed.agent.handle, client_key=pressed.key, now=pressed.now)


def _not_a_ticket(pressed: Pressed) -> object:
    return actions.close(pressed.ticket, by=pressed.by, why="not_a_ticket", client_key=pressed.key, now=pressed.now)


def _workflow(pressed: Pressed) -> object:
    """All of it at once; one with something to ask has a window."""
    about, agent = pressed.about, pressed.agent
    return workflows.use(about.ticket, about.what, agent=agent, client_key=pressed.key, now=pressed.now)


def _summon(pressed: Pressed) -> object:
    """Its card comes into the channel, for everybody there."""
    if not bursts.summon_offer(pressed.ticket, pressed.about.offer, pressed.now):
        return AlreadySo(pressed.ticket, "it has its card already, or is not offered any more")
    return None


_AT_ONCE: dict[Press, Callable[[Pressed], object]] = {
    Press.TAKE: _take,
    Press.CLAIM: _claim,
    Press.NOT_A_TICKET: _not_a_ticket,
    Press.SUMMON: _summon,
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


def _wanted(action: Action) -> tuple[Press | None, About | None]:
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
