"""The facts of a ticket that a `when` may ask for, read from its case."""

from rung.core.case.case import Case
from rung.core.case.then import Then
from rung.core.conditions.evaluation import Facts
from rung.core.policy.model import Fact


def facts(case: Case | Then) -> Facts:
    """What is known now; an unknown fact has no entry."""
    known: dict[Fact, str | frozenset[str] | float] = {
        Fact.CRITICAL: "true" if case.critical else "false",
        Fact.STATUS: case.status,
        Fact.ATTEMPTS: case.attempts,
        Fact.REOPENS: case.reopens,
    }
    if case.matched:
        known[Fact.TEXT] = frozenset(case.matched)
    if case.tags:
        known[Fact.TAG] = frozenset(case.tags)
    if case.rating is not None:
        known[Fact.RATING] = case.rating
    perhaps = (
        (Fact.CATEGORY, case.category),
        (Fact.PRIORITY, case.priority),
        (Fact.EMOTION, case.emotion),
        (Fact.CUSTOMER_TIER, case.tier),
        (Fact.CUSTOMER, case.customer),
        (Fact.LEVEL, case.level),
        (Fact.PATH, case.path),
        (Fact.OFFERED_TO, case.offered_to),
        (Fact.CHANNEL, case.channel or None),
        (Fact.LANGUAGE, case.language),
    )
    known.update((fact, value) for fact, value in perhaps if value is not None)
    return known
