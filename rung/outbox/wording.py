"""The words of a moment: fixed when it is made, so that everybody who looks at it later reads what was sent."""

from typing import NamedTuple

from rung.core.effects import Notice, Subject

_SENTENCES = {
    Subject.REMINDER: "{ticket} still needs somebody.",
    Subject.NOTIFICATION: "{ticket} needs your eye.",
    Subject.OFFER: "{ticket} is offered to you.",
    Subject.RETURNED: "{ticket} was returned.",
    Subject.WITHDRAWN: "{ticket} is no longer offered.",
    Subject.ASSIGNED: "{ticket} is yours now.",
    Subject.EXPERT_ASKED: "You know about this: {ticket}.",
    Subject.LAST_LEVEL: "{ticket} has reached the last level again and nobody has taken it.",
    Subject.NOBODY_REACHED: "Nobody could be reached for {ticket}.",
    Subject.PAUSE_OVERRUN: "{ticket} has waited as long as the policy allows; its clock runs on.",
    Subject.SNOOZE_ENDED: "{ticket} is back from its snooze.",
    Subject.ANSWER: "An answer on {ticket}.",
    Subject.CANNED_REPLY: "An answer on {ticket}.",
    Subject.LINKED_COMMENT: "Customers are waiting behind {to}: {ticket}.",
    Subject.NEW_LINK: "A ticket in {to} is wanted for {ticket}.",
    Subject.PAGE: "{ticket} needs somebody now.",
    Subject.TICKET: "{ticket}",
    Subject.ALERT: "{ticket}",
}


class Told(NamedTuple):
    """What the words are about. `base`: the desk's own address, empty if it has none."""

    ticket: int
    subject: str
    customer: str | None
    base: str


def wording(notice: Notice, told: Told) -> tuple[str, str]:
    """(title, text) of one notice; of a digest, a line for each of its parts."""
    if notice.parts:
        lines = [_line(part, told) for part in notice.parts]
        return f"{len(lines)} messages about #{told.ticket} {told.subject}"[:300], "\n".join((*lines, link(told)))
    return _line(notice, told)[:300], "\n".join(filter(None, (_line(notice, told), _why(notice), link(told))))


def link(told: Told) -> str:
    """Where the ticket is to be seen, empty without an address of our own."""
    return f"{told.base}/tickets/{told.ticket}" if told.base else ""


def _line(notice: Notice, told: Told) -> str:
    who = f" ({told.customer})" if told.customer else ""
    urgent = f"[{notice.priority.value}] " if notice.priority is not None else ""
    named = f"#{told.ticket} {told.subject}{who}"
    return urgent + _SENTENCES[notice.subject].format(ticket=named, to=notice.to)


def _why(notice: Notice) -> str:
    told_instead = f"You hear this instead of {notice.instead_of}." if notice.instead_of else ""
    rule = f"Rule: {notice.rule}." if notice.rule else ""
    return " ".join(filter(None, (rule, told_instead)))
