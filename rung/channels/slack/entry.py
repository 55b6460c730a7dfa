"""What comes in from Slack, whichever way: an event is only kept, a press and a command are answered.

Who calls, from where and about what is read here, once; nothing behind it looks into a payload for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from rung.channels.slack.api import installations
from rung.channels.slack.blocks.button_values import read
from rung.channels.slack.events import parsing as reader
from rung.channels.slack.events.facts import Wrote
from rung.channels.slack.interactive import button_actions, commands, shortcuts, submissions
from rung.channels.slack.interactive.caller import Caller, View
from rung.channels.slack.models import Workspace
from rung.intake import receive

Payload = Mapping[str, Any]
Answer = dict[str, Any]
#: The keys of the installations a sender may speak for: those of the secret, or the connection, it came by.
Opened = frozenset[int]


def event(payload: Payload, opens: Opened, now: datetime) -> bool:
    """Keep a raw event; everything else is the sorter's work. One that was kept before is not kept again.

    False: it is another installation's than those its sender may speak for, and is not kept.
    """
    told = installations.of_team(reader.team_of(payload))
    if told is not None and told.pk not in opens:
        return False
    receive.store("slack", reader.name_of(payload), payload, place=reader.place_of(payload), now=now)
    return True


def interactive(payload: Payload, opens: Opened, now: datetime) -> Answer:
    """A press, a window that was sent, a shortcut. What Slack is answered; {} is a mere acknowledgement."""
    caller = _caller(payload, opens, now)
    if caller is None:
        return {}
    match payload.get("type"):
        case "block_actions":
            pressed = (payload.get("actions") or [{}])[0]
            button_actions.press(caller, {"action_ts": payload.get("action_ts"), **pressed})
        case "view_submission":
            return submissions.submit(caller)
        case "message_action":
            shortcuts.message(caller, str(payload.get("callback_id") or ""), _message(payload, caller))
        case _:
            pass
    return {}


def command(payload: Payload, opens: Opened, now: datetime) -> Answer:
    """A slash command; the answer is for the person who typed it alone."""
    caller = _caller(payload, opens, now)
    if caller is None:
        return commands.said("This workspace is not connected to a desk any more.")
    return commands.answer(caller, str(payload.get("command") or "").rstrip(), str(payload.get("text") or "").strip())


def _caller(payload: Payload, opens: Opened, now: datetime) -> Caller | None:
    """None: it belongs to no installation that is active. Commands are flat, everything else is nested."""
    workspace = _workspace(payload, opens)
    if workspace is None:
        return None
    view = payload.get("view") or {}
    return Caller(
        workspace=workspace,
        user=_id(payload, "user"),
        channel=_id(payload, "channel"),
        thread=str((payload.get("container") or {}).get("thread_ts") or ""),
        trigger=str(payload.get("trigger_id") or ""),
        view=View(
            id=str(view.get("id") or ""),
            hash=str(view.get("hash") or ""),
            callback=str(view.get("callback_id") or ""),
            is_home=view.get("type") == "home",
            about=read(str(view.get("private_metadata") or "")),
            values=(view.get("state") or {}).get("values") or {},
        ),
        now=now,
    )


def _id(payload: Payload, of: str) -> str:
    return str((payload.get(of) or {}).get("id") or payload.get(f"{of}_id") or "")


def _workspace(payload: Payload, opens: Opened) -> Workspace | None:
    """The active installation that a press, window, shortcut or command belongs to, among those that were opened.

    In Slack Connect the presser's team is another company's; a window says where the app is installed.
    """
    enterprise = _id(payload, "enterprise")
    for team in filter(None, _teams(payload, enterprise)):
        found = installations.of_team(team, enterprise)
        if found is not None and found.active and found.pk in opens:
            return found
    # A customer's press below our own message may name their company alone: the message is its bot's.
    found = installations.of_bot(str((payload.get("message") or {}).get("bot_id") or ""))
    return found if found is not None and found.pk in opens else None


def _teams(payload: Payload, enterprise: str) -> Iterable[str]:
    view = payload.get("view") or {}
    yield str(view.get("app_installed_team_id") or "")
    if payload.get("is_enterprise_install") in (True, "true"):
        yield enterprise
    yield _id(payload, "team")
    # With an installation for the organisation, `team` may be empty.
    yield str((payload.get("user") or {}).get("team_id") or "")


def _message(payload: Payload, caller: Caller) -> Wrote | None:
    """The message a shortcut was used on."""
    told = payload.get("message") or {}
    found = reader.of_event({**told, "type": "message", "channel": caller.channel}, team=caller.workspace.team)
    return found if isinstance(found, Wrote) else None
