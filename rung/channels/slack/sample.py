"""The sample day in Slack: pictures recorded from the product itself, for somebody who has no Slack."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

Frame = dict[str, Any]


@cache
def frames() -> tuple[Frame, ...]:
    """Each: `at` (the clock), `line` (what happens), `channels` (name -> messages with their replies)."""
    return tuple(json.loads(Path(__file__).with_name("sample_day.json").read_text()))


def fresh(number: int) -> Frame:
    """One frame, in which each message says whether it is new or has changed since the frame before."""
    frame = frames()[number]
    before = frames()[number - 1]["channels"] if number else {}
    channels = {
        name: [_marked(one, before.get(name, []) if number else messages) for one in messages]
        for name, messages in frame["channels"].items()
    }
    return {**frame, "channels": channels}


def _marked(message: Frame, before: list[Frame]) -> Frame:
    known = [{**one, "replies": None} for one in before]
    replies = [reply for one in before for reply in one.get("replies", ())]
    return {
        **message,
        "is_new": {**message, "replies": None} not in known,
        "replies": [{**one, "is_new": one not in replies} for one in message.get("replies", ())],
    }
