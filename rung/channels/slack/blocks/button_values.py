"""What buttons carry: their names, and the ticket and offer they are about."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec import Struct


class Press(StrEnum):
    """Everything that can be pressed, as `action_id` or, in an overflow, as the option's first word."""

    TAKE = "rung:take"
    REPLY = "rung:reply"
    NOTE = "rung:note"
    ESCALATE = "rung:escalate"
    RESOLVE = "rung:resolve"
    CLAIM = "rung:claim"
    RETURN = "rung:return"
    ASSIGN = "rung:assign"
    PRIORITY = "rung:priority"
    CATEGORY = "rung:category"
    SNOOZE = "rung:snooze"
    NOT_A_TICKET = "rung:not_a_ticket"
    OPEN = "rung:open"
    MORE = "rung:more"
    CANNED = "rung:canned"
    WORKFLOW = "rung:workflow"
    #: Show the card of one ticket of a burst.
    SUMMON = "rung:summon"
    #: The only buttons a customer may press.
    ASK_ESCALATION = "rung:ask_escalation"
    RATE = "rung:rate"


FOR_CUSTOMERS = frozenset({Press.ASK_ESCALATION, Press.RATE})


class About(Struct, frozen=True, omit_defaults=True):
    """What a button or a modal is about. It comes back from outside, so it names things and grants nothing."""

    ticket: int
    offer: int | None = None
    what: str = ""
    channel: str = ""
    ts: str = ""
    #: Pressed on the Home tab, which is drawn anew afterwards.
    home: bool = False


def write(about: About) -> str:
    return msgspec.json.encode(about).decode()


def read(value: str) -> About | None:
    """None for anything a button of ours would not carry."""
    try:
        return msgspec.json.decode(value, type=About)
    except msgspec.DecodeError:
        return None
