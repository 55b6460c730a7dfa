"""Whether a `when` holds for the facts of a ticket."""

from collections.abc import Callable, Iterator, Mapping
from operator import eq, ge, gt, le, lt, ne

from rung.core.policy.model import All, AnyOf, Compare, Comparison, Fact, Is, Not, Policy, When

#: A ticket's facts: words (or many words) and numbers. An absent fact has no entry.
Facts = Mapping[Fact, str | frozenset[str] | float]

Predicate = Callable[[Facts], bool]

_OPERATORS: dict[Comparison, Callable[[float, float], bool]] = {
    Comparison.AT_LEAST: ge,
    Comparison.AT_MOST: le,
    Comparison.MORE: gt,
    Comparison.LESS: lt,
    Comparison.EQUAL: eq,
    Comparison.NOT_EQUAL: ne,
}


def holds(when: When, facts: Facts) -> bool:
    """Whether `when` is true of these facts. An absent fact satisfies no comparison; `not` of that is true."""
    return predicate(when)(facts)


def predicate(when: When) -> Predicate:
    """`when` as a function, built once per policy: reckoning asks it at every look."""
    match when:
        case All((one,)) | AnyOf((one,)):
            return predicate(one)
        case All(conditions):
            every = tuple(predicate(condition) for condition in conditions)
            return lambda facts: all(each(facts) for each in every)
        case AnyOf(conditions):
            some = tuple(predicate(condition) for condition in conditions)
            return lambda facts: any(each(facts) for each in some)
        case Not(condition):
            inner = predicate(condition)
            return lambda facts: not inner(facts)
        case Is(fact, values):
            return _is_one_of(fact, frozenset(values))
        case Compare(fact, comparison, value):
            return _compares(fact, _OPERATORS[comparison], value)


def facts_of(when: When) -> Iterator[Fact]:
    """Every fact `when` asks for."""
    match when:
        case All(conditions) | AnyOf(conditions):
            for condition in conditions:
                yield from facts_of(condition)
        case Not(condition):
            yield from facts_of(condition)
        case Is(fact) | Compare(fact):
            yield fact


def phrases_of(when: When) -> Iterator[str]:
    """Every phrase `when` listens for."""
    match when:
        case All(conditions) | AnyOf(conditions):
            for condition in conditions:
                yield from phrases_of(condition)
        case Not(condition):
            yield from phrases_of(condition)
        case Is(Fact.TEXT, values):
            yield from values


def whens_of(policy: Policy) -> Iterator[When]:
    """Every condition of a policy."""
    yield from (rule.when for rule in policy.priority.rules)
    yield from (route.when for route in policy.routing)
    yield from (target.when for target in policy.targets)
    yield from (rule.when for rule in policy.rules)
    yield from (step.when for rule in policy.rules for step in rule.steps)
    yield from (workflow.when for workflow in policy.workflows)


def phrases_of_policy(policy: Policy) -> tuple[str, ...]:
    """Every phrase any category or condition of the policy listens for, once each, in a stable order."""
    spoken = [phrase for category in policy.categories for phrase in category.text]
    spoken += [phrase for when in whens_of(policy) for phrase in phrases_of(when)]
    return tuple(dict.fromkeys(spoken))


def _is_one_of(fact: Fact, values: frozenset[str]) -> Predicate:
    def test(facts: Facts) -> bool:
        value = facts.get(fact)
        if isinstance(value, str):
            return value in values
        if isinstance(value, frozenset):
            return not values.isdisjoint(value)
        return value is not None and any(_number(text) == value for text in values)

    return test


def _compares(fact: Fact, operator: Callable[[float, float], bool], bound: float) -> Predicate:
    def test(facts: Facts) -> bool:
        value = facts.get(fact)
        return isinstance(value, (int, float)) and operator(value, bound)

    return test


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
