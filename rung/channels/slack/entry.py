"""What comes in from Slack, whichever way: an event is only kept, a press and a command are answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rung.channels.slack.events import parsing as reader
from rung.channels.slack.interactive import button_actions, commands, shortcuts, submissions
from rung.intake import receive

Payload = Mapping[str, Any]
Answer = dict[str, Any]


def event(payload: Payload, now: datetime) -> None:
    """Keep a raw event; everything else is the sorter's work. One that was kept before is not kept again."""
    receive.store("slack", _name_of(payload), payload, place=reader.place_of(payload), now=now)


def _name_of(payload: Payload) -> str:
    """Slack's name for the event; `app_rate_limited` has none, so its words are its name."""
    if payload.get("event_id"):
        return str(payload["event_id"])[:300]
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def interactive(payload: Payload, now: datetime) -> Answer:
    """A press, a window that was sent, a shortcut. What Slack is answered; {} is a mere acknowledgement."""
    match payload.get("type"):
        case "block_actions":
            button_actions.press(payload, now)
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
