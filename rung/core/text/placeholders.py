"""Gaps in canned answers, such as {requester.first_name}: which there are, filling them, and what must not be sent."""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from rung.core.vocabulary import METRICS

PLACEHOLDERS = (
    *("requester.name", "requester.first_name", "requester.email", "customer.name", "customer.tier"),
    *("ticket.number", "ticket.subject", "ticket.priority", "ticket.status", "ticket.category", "ticket.link"),
    *("level.name", "level.team", "assignee.name", "assignee.first_name", "agent.name", "agent.first_name"),
    *(f"deadline.{metric}" for metric in METRICS),
    *("missing", "resolution", "rating_link"),
)
#: Words in braces; a piece of JSON or code in a canned answer is none.
_GAP = re.compile(r"\{([A-Za-z_][\w. -]*)\}")
#: A gap with the colon or dash that leads to it.
_LED_TO = re.compile(r"(\s*[:–—]\s*|\s+-\s+|)" + _GAP.pattern)
_ANSWER = re.compile(r"answers\.\w+")


class Filled(Struct, frozen=True):
    """The words, with gaps that stay open still in them. `unknown`: gaps that nothing could ever fill."""

    text: str
    open: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def gaps(text: str) -> tuple[str, ...]:
    """Everything in braces, once each, in the order of the text."""
    return tuple(dict.fromkeys(_GAP.findall(text)))


def is_known(gap: str) -> bool:
    """Whether something can fill it; `answers.NAME` is what a workflow asks for."""
    return gap in PLACEHOLDERS or _ANSWER.fullmatch(gap) is not None


def fill(template: str, facts: Mapping[str, str]) -> Filled:
    """Every gap with a fact that is not empty is filled; the others stay as they are."""
    text = _GAP.sub(lambda gap: facts.get(gap[1], "") or gap[0], template).strip()
    still = [gap for gap in gaps(template) if not facts.get(gap)]
    known, unknown = (tuple(gap for gap in still if is_known(gap) is wanted) for wanted in (True, False))
    return Filled(text, known, unknown)


def without_gaps(template: str, facts: Mapping[str, str]) -> str:
    """As `fill`, for what is sent by itself: what nothing fills is left out, and with it a colon or dash before it."""
    return _LED_TO.sub(lambda gap: f"{gap[1]}{facts[gap[2]]}" if facts.get(gap[2]) else "", template).strip()


def left_open(text: str, replies: Iterable[str]) -> tuple[str, ...]:
    """Gaps of canned answers that still stand in words about to be sent; other braces are the writer's own."""
    standing = gaps(text)
    if not standing:
        return ()
    of_replies = {gap for reply in replies for gap in gaps(reply)}
    return tuple(gap for gap in standing if is_known(gap) or gap in of_replies)
