"""What comes in from Slack, whichever way: an event is only kept, a press and a command are answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rung.channels.slack import commands, pressing, shortcuts, submissions
from rung.intake import receive

Payload = Mapping[str, Any]
Answer = dict[str, Any]


def event(payload: Payload, now: datetime) -> None:
    """Keep a raw event; everything else is the sorter's work. One that was kept before is not kept again."""
    receive.store("slack", str(payload.get("event_id") or ""), payload, now=now)


def interactive(payload: Payload, now: datetime) -> Answer:
    """A press, a window that was sent, a shortcut. What Slack is answered; {} is a mere acknowledgement."""
    match payload.get("type"):
        case "block_actions":
            pressing.press(payload, now)
        case "view_submission":
            return submissions.submit(payload, now)
        case "message_action":
            shortcuts.message(payload, now)
        case _:
            pass
    return {}


def command(payload: Payload, now: datetime) -> Answer:
    """A slash command; the answer is for the person who typed it alone."""
    return commands.answer(payload, now)
