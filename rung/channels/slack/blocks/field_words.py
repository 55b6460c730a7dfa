"""The words of the field as people read them on cards: clocks, turns, priorities, reasons."""

from __future__ import annotations

from rung.core.vocabulary import ClockName, Priority, Reason, Status, Turn

#: An emoji that makes a row stand out, by priority; ordinary ones have none.
MARKS = {Priority.URGENT: "rotating_light", Priority.HIGH: "small_red_triangle"}

CLOCKS = {
    ClockName.FIRST_RESPONSE: "first answer",
    ClockName.NEXT_RESPONSE: "next answer",
    ClockName.UPDATE: "news for the customer",
    ClockName.RESOLUTION: "solution",
    ClockName.UNASSIGNED: "somebody to take it",
    ClockName.IDLE: "the assignee's move",
    ClockName.AT_LEVEL: "time at this level",
    ClockName.UNACCEPTED: "somebody to accept it",
    ClockName.CUSTOMER_SILENCE: "the customer's answer",
    ClockName.THIRD_PARTY_SILENCE: "news from the third party",
}

TURNS = {
    Turn.OURS: "our turn",
    Turn.CUSTOMER: "waiting for the customer",
    Turn.THIRD_PARTY: "waiting for a third party",
    Turn.NOBODY: "nobody's turn",
}

STATUSES = {
    Status.OPEN: "open",
    Status.PENDING: "pending",
    Status.ON_HOLD: "on hold",
    Status.RESOLVED: "resolved",
    Status.CLOSED: "closed",
}

REASONS = {
    Reason.COMPLEXITY: "too complex for this level",
    Reason.TIME: "time is running out",
    Reason.SEVERITY: "severe",
    Reason.REPEAT: "it keeps coming back",
    Reason.DISSATISFACTION: "the customer is dissatisfied",
    Reason.CUSTOMER_REQUEST: "the customer asks for it",
    Reason.OTHER: "another reason",
}


def why_priority(reasons: tuple[str, ...]) -> str:
    """`phrase:asap` as `said "asap"`: the reasons of a priority in one line; empty if there is nothing to say."""
    spoken = [_reason(one) for one in reasons]
    said = [one for one in spoken if one]
    return ", ".join(said) or ("a rule of the policy" if any(one.startswith("priority.") for one in reasons) else "")


_WORDS = {
    "phrase": 'said "{}"',
    "emotion": "sounds {}",
    "learned": "learned from your tickets, {} sure",
    "rule": 'rule "{}"',
    "agent": "set by {}",
}


def _reason(reason: str) -> str:
    """Where in the policy it stands is of no interest on a card, nor that nothing special was said."""
    kind, _, rest = reason.partition(":")
    if kind == "default" or kind.startswith("priority."):
        return ""
    return _WORDS[kind].format(rest) if kind in _WORDS else reason


def field_name(name: str) -> str:
    """A field of the handoff as a label: `impact` is "Impact"."""
    return name.replace("_", " ").capitalize()
