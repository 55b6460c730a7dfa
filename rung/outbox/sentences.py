"""Sentences that are stored: as a code and what stands in its gaps, said to each reader in their language."""

from collections.abc import Mapping
from enum import Enum
from functools import cache

from msgspec import Struct

from rung.core.sentences import key, say, speaking, word
from rung.hooks import Folder, folders

#: Gaps that hold a word of the field, such as `on_hold`.
_WORDS = frozenset({"status", "priority"})


class Sentence(Struct, frozen=True):
    """Stored as `{"code": …, "values": {…}}`. A value may be a sentence in its turn.

    `str` says it in the reader's language, and in English where nobody is being answered.
    """

    code: str
    values: "dict[str, str | int | Sentence]" = {}

    def __str__(self) -> str:
        given = {name: word(str(value)) if name in _WORDS else value for name, value in self.values.items()}
        try:
            # One value more than there are gaps, so that `say` fills them also where none is stored.
            return say(templates()[self.code], _="", **given)
        except KeyError:  # of a channel that is not configured any more, or of another version
            return ": ".join([word(self.code), *map(str, given.values())])


class Sentences(Enum):
    """A table of sentences. A member is its code, which is stored and never changes, and English with named gaps."""

    def __init__(self, code: str, template: str) -> None:
        self.code = code
        self.template = template

    def __call__(self, **values: object) -> Sentence:
        """The sentence with these in its gaps; what it has no gap for is left out."""
        given = {name: value for name, value in values.items() if f"%({name})s" in self.template}
        return Sentence(self.code, {name: _storable(value) for name, value in given.items()})


class Said(Sentences):
    """What the desk itself says of a delivery."""

    #: Words of somebody else: a server's answer, an error of the program, a row of an older version.
    TEXT = "text", "%(text)s"
    SENT = "sent", key("sent")
    QUIET_HOURS = "quiet_hours", key("quiet hours")
    BUDGET = "budget", key("budget")
    MAY_NOT_SEE = "may_not_see", key("%(handle)s may not see this ticket")
    HAS_LEFT = "has_left", key("%(handle)s does not work here any more")
    TICKET_IS_OVER = "ticket_is_over", key("the ticket is %(status)s")
    OFFER_IS_OVER = "offer_is_over", key("the offer is no longer open")
    SOMEBODY_ELSES = "somebody_elses", key("somebody else has it now")
    OVERTAKEN = "overtaken", key("a later step has been said since")
    ENDED_BEFORE = "ended_before", key("it had ended before it was posted")
    FORGOTTEN = "forgotten", key("the person was forgotten")
    OUR_OWN_TROUBLE = "our_own_trouble", key("the desk had trouble of its own: %(error)s")
    UNDONE = "undone", key("undone before it was sent")
    CAME_BACK = "came_back", key("it came back: %(said)s")
    COURIER_STOPPED = "courier_stopped", key("the courier stopped while it was being sent")
    SENT_BEFORE = "sent_before", key("%(reason)s; it may have been sent before")
    GIVEN_UP = "given_up", key("given up: %(reason)s")
    UNCLEAR = "unclear", key("unclear: %(reason)s")
    ARRIVED_TOO = "arrived_too", key("may have arrived by %(channel)s too: %(reason)s")
    NOT_CONFIGURED = "not_configured", key("%(channel)s is not configured any more")
    SEALED_ELSEWHERE = (
        "sealed_elsewhere",
        key("A stored secret was sealed with another SECRET_KEY; connect the system again."),
    )


class Title(Sentences):
    """What a delivery is called. The first are called after their `Subject`."""

    REMINDER = "title.reminder", key("%(ticket)s still needs somebody.")
    NOTIFICATION = "title.notification", key("%(ticket)s needs your eye.")
    OFFER = "title.offer", key("%(ticket)s is offered to you.")
    RETURNED = "title.returned", key("%(ticket)s was returned.")
    WITHDRAWN = "title.withdrawn", key("%(ticket)s is no longer offered.")
    ASSIGNED = "title.assigned", key("%(ticket)s is yours now.")
    EXPERT_ASKED = "title.expert_asked", key("You know about this: %(ticket)s.")
    LAST_LEVEL = "title.last_level", key("%(ticket)s has reached the last level again and nobody has taken it.")
    NOBODY_REACHED = "title.nobody_reached", key("Nobody could be reached for %(ticket)s.")
    PAUSE_OVERRUN = "title.pause_overrun", key("%(ticket)s has waited as long as the policy allows; its clock runs on.")
    SNOOZE_ENDED = "title.snooze_ended", key("%(ticket)s is back from its snooze.")
    ANSWER = "title.answer", key("An answer on %(ticket)s.")
    CANNED_REPLY = "title.canned_reply", key("An answer on %(ticket)s.")
    LINKED_COMMENT = "title.linked_comment", key("Customers are waiting behind %(to)s: %(ticket)s.")
    NEW_LINK = "title.new_link", key("A ticket in %(to)s is wanted for %(ticket)s.")
    PAGE = "title.page", key("%(ticket)s needs somebody now.")
    TICKET = "title.ticket", "%(ticket)s"
    ALERT = "title.alert", "%(ticket)s"
    PRESSING = "title.pressing", "[%(priority)s] %(title)s"
    MANY = "title.many", key("%(number)s messages about %(ticket)s")
    BURST = "title.burst", key("Many escalations at once")
    WAITED = "title.waited", key("%(number)s messages that waited")
    IMPORTED = "title.imported", key("%(number)s running tickets came in with the import %(source)s")
    IMPORTED_ONE = "title.imported_one", key("%(number)s running ticket came in with the import %(source)s")


def text(words: object) -> Sentence:
    """Words of somebody else, as they are."""
    return Said.TEXT(text=words)


def english(sentence: Sentence | None) -> str:
    """For machines, files and what is sent out, whatever the language of the request. Nothing for None."""
    with speaking():
        return "" if sentence is None else str(sentence)


def table(sentences: type[Sentences]) -> dict[str, str]:
    """Code -> English."""
    return {each.code: each.template for each in sentences}


def templates() -> Mapping[str, str]:
    """Code -> English of every sentence that can be stored: ours, and those that channels bring in their folders."""
    return _templates(folders())


@cache
def _templates(brought: tuple[Folder, ...]) -> Mapping[str, str]:
    found = table(Said) | table(Title)
    for folder in brought:
        found |= folder.sentences
    return found


def _storable(value: object) -> "str | int | Sentence":
    # PostgreSQL takes no NUL, and other machines send some.
    return value if isinstance(value, int | Sentence) else str(value).replace("\0", "")
