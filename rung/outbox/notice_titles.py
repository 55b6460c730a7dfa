"""What a moment is called, and its text: fixed when it is made, so that a later reader sees what was sent."""

from typing import NamedTuple

from rung.core.reckoning.effects import Notice
from rung.core.vocabulary import Priority
from rung.outbox.sentences import Sentence, Title, english

#: Of a ticket's name in a title, characters.
LONGEST = 250


class Told(NamedTuple):
    """What the words are about. `base`: the desk's own address, empty if it has none."""

    ticket: int
    subject: str
    customer: str | None
    base: str


def notice_title(notice: Notice, told: Told) -> tuple[Sentence, str]:
    """(title, text in English) of one notice; of a digest, a line for each of its parts."""
    if notice.parts:
        lines = [english(_title(part, told)) for part in notice.parts]
        return Title.MANY(number=len(lines), ticket=_ticket(told)), "\n".join((*lines, link(told)))
    title = _title(notice, told)
    return title, "\n".join(filter(None, (english(title), _why(notice), link(told))))


def link(told: Told) -> str:
    """Where the ticket is to be seen, empty without an address of our own."""
    return f"{told.base}/tickets/{told.ticket}" if told.base else ""


def _title(notice: Notice, told: Told) -> Sentence:
    who = f" ({told.customer})" if told.customer else ""
    title = Title[notice.subject.name](ticket=f"{_ticket(told)}{who}", to=notice.to)
    return (
        title
        if notice.priority not in (Priority.URGENT, Priority.HIGH)
        else Title.PRESSING(priority=notice.priority.value, title=title)
    )


def _ticket(told: Told) -> str:
    return f"#{told.ticket} {told.subject}"[:LONGEST]


def _why(notice: Notice) -> str:
    told_instead = f"You hear this instead of {notice.instead_of}." if notice.instead_of else ""
    rule = f"Rule: {notice.rule}." if notice.rule else ""
    return " ".join(filter(None, (rule, told_instead)))
