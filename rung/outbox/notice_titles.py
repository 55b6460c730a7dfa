"""The words of a moment: fixed when it is made, so that everybody who looks at it later reads what was sent."""

from typing import NamedTuple

from rung.core.reckoning.effects import Notice, Subject
from rung.core.sentences import key

#: Written down in English for sending; a reader inside Rung gets it in their own language.
SENTENCES = {
    Subject.REMINDER: key("%(ticket)s still needs somebody."),
    Subject.NOTIFICATION: key("%(ticket)s needs your eye."),
    Subject.OFFER: key("%(ticket)s is offered to you."),
    Subject.RETURNED: key("%(ticket)s was returned."),
    Subject.WITHDRAWN: key("%(ticket)s is no longer offered."),
    Subject.ASSIGNED: key("%(ticket)s is yours now."),
    Subject.EXPERT_ASKED: key("You know about this: %(ticket)s."),
    Subject.LAST_LEVEL: key("%(ticket)s has reached the last level again and nobody has taken it."),
    Subject.NOBODY_REACHED: key("Nobody could be reached for %(ticket)s."),
    Subject.PAUSE_OVERRUN: key("%(ticket)s has waited as long as the policy allows; its clock runs on."),
    Subject.SNOOZE_ENDED: key("%(ticket)s is back from its snooze."),
    Subject.ANSWER: key("An answer on %(ticket)s."),
    Subject.CANNED_REPLY: key("An answer on %(ticket)s."),
    Subject.LINKED_COMMENT: key("Customers are waiting behind %(to)s: %(ticket)s."),
    Subject.NEW_LINK: key("A ticket in %(to)s is wanted for %(ticket)s."),
    Subject.PAGE: key("%(ticket)s needs somebody now."),
    Subject.TICKET: "%(ticket)s",
    Subject.ALERT: "%(ticket)s",
}
#: Of a digest.
MANY = key("%(number)s messages about %(ticket)s")


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
        return (MANY % {"number": len(lines), "ticket": f"#{told.ticket} {told.subject}"})[:300], "\n".join(
            (*lines, link(told))
        )
    return _line(notice, told)[:300], "\n".join(filter(None, (_line(notice, told), _why(notice), link(told))))


def link(told: Told) -> str:
    """Where the ticket is to be seen, empty without an address of our own."""
    return f"{told.base}/tickets/{told.ticket}" if told.base else ""


def _line(notice: Notice, told: Told) -> str:
    who = f" ({told.customer})" if told.customer else ""
    urgent = f"[{notice.priority.value}] " if notice.priority is not None else ""
    named = f"#{told.ticket} {told.subject}{who}"
    return urgent + SENTENCES[notice.subject] % {"ticket": named, "to": notice.to}


def _why(notice: Notice) -> str:
    told_instead = f"You hear this instead of {notice.instead_of}." if notice.instead_of else ""
    rule = f"Rule: {notice.rule}." if notice.rule else ""
    return " ".join(filter(None, (rule, told_instead)))
