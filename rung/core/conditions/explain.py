"""Why a condition holds or does not: each part with the fact it asked and what the fact was."""

from collections.abc import Mapping

from msgspec import Struct

from rung.core.conditions.evaluation import Facts, holds
from rung.core.policy.model import All, AnyOf, Compare, Fact, Is, Not, When
from rung.core.sentences import key, say

#: What the facts are called.
FACTS: Mapping[str, str] = {
    Fact.TEXT: key("text"),
    Fact.CATEGORY: key("category"),
    Fact.PRIORITY: key("priority"),
    Fact.CRITICAL: key("critical"),
    Fact.EMOTION: key("emotion"),
    Fact.CUSTOMER_TIER: key("customer.tier"),
    Fact.CUSTOMER: key("customer"),
    Fact.LEVEL: key("level"),
    Fact.PATH: key("path"),
    Fact.OFFERED_TO: key("offered_to"),
    Fact.ATTEMPTS: key("attempts"),
    Fact.REOPENS: key("reopens"),
    Fact.RATING: key("rating"),
    Fact.TAG: key("tag"),
    Fact.STATUS: key("status"),
    Fact.CHANNEL: key("channel"),
    Fact.LANGUAGE: key("language"),
}

_YES_OR_NO = {"true": key("true"), "false": key("false")}


class Part(Struct, frozen=True):
    """One thing a `when` asks. `was`: the fact as it stood, None when nothing was known."""

    fact: str
    asked: str
    was: str | None
    holds: bool


def parts(when: When, facts: Facts) -> tuple[Part, ...]:
    """Every single question of `when`, in its order. Under a `not`, `asked` says so and `holds` is turned round."""
    return tuple(_parts(when, facts, negated=False))


def deciding(when: When, facts: Facts) -> tuple[Part, ...]:
    """The parts that settle it: those that hold if it holds, those that fail if it fails."""
    true = holds(when, facts)
    found = tuple(part for part in parts(when, facts) if part.holds is true)
    return found or parts(when, facts)


def sentence(part: Part) -> str:
    """`level is L2; asked: L1`."""
    fact = say(FACTS.get(part.fact, part.fact))
    if part.was is None:
        return say("%(fact)s is not known; asked: %(asked)s", fact=fact, asked=part.asked)
    return say("%(fact)s is %(was)s; asked: %(asked)s", fact=fact, was=part.was, asked=part.asked)


def _parts(when: When, facts: Facts, *, negated: bool) -> list[Part]:
    match when:
        case All(conditions) | AnyOf(conditions):
            return [part for condition in conditions for part in _parts(condition, facts, negated=negated)]
        case Not(condition):
            return _parts(condition, facts, negated=not negated)
        case Is(fact, values):
            return [
                _part(when, fact, say(" or ").join(_worded(fact, value) for value in values), facts, negated=negated)
            ]
        case Compare(fact, comparison, value):
            return [_part(when, fact, f"{comparison} {value:g}", facts, negated=negated)]


def _part(when: Is | Compare, fact: Fact, asked: str, facts: Facts, *, negated: bool) -> Part:
    return Part(
        fact=str(fact),
        asked=say("not %(asked)s", asked=asked) if negated else asked,
        was=_said(when, facts),
        holds=holds(when, facts) is not negated,
    )


def _said(when: Is | Compare, facts: Facts) -> str | None:
    value = facts.get(when.fact)
    if value is None:
        return None
    if isinstance(value, frozenset):
        asked = value & set(when.values) if isinstance(when, Is) else value
        return ", ".join(sorted(asked or value))
    return f"{value:g}" if isinstance(value, (int, float)) else _worded(when.fact, str(value))


def _worded(fact: Fact, value: str) -> str:
    """A value as people say it, where it is none of the policy's own names."""
    return say(_YES_OR_NO.get(value, value)) if fact in (Fact.CRITICAL, Fact.PRIORITY) else value
