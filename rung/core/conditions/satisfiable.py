"""Whether a condition can ever hold: a search for a ticket that satisfies it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rung.core.conditions.search import Domain, Search, State, Witness, contains
from rung.core.policy.model import ALWAYS_TRUE, All, AnyOf, Fact, Is, Not, Policy, When
from rung.core.vocabulary import Emotion, Priority, Status

__all__ = ["NEVER", "Witness", "World", "contains", "given", "in_words", "otherwise"]

NEVER = AnyOf(())
_MOST_STEPS = 20_000
_MOST_IN_ALL = 600_000
"""Steps of one search, and of all searches over one policy, so that a huge policy is judged within seconds. What is not
decided in them counts as possible, and has no example: no finding is better than a wrong one."""


@dataclass(slots=True)
class _Spent:
    """Steps used up so far; the one thing about a world that changes."""

    steps: int = 0


@dataclass(frozen=True, slots=True)
class World:
    """What tickets of a policy can be like, and how much has been searched among them."""

    domain: Domain
    _spent: _Spent = field(default_factory=_Spent, compare=False)

    @classmethod
    def of(cls, policy: Policy) -> "World":
        levels = tuple(policy.levels)
        domain = Domain(
            values={
                Fact.PRIORITY: tuple(reversed(Priority)),
                Fact.CRITICAL: ("false", "true"),
                Fact.EMOTION: tuple(Emotion),
                Fact.LEVEL: levels,
                Fact.OFFERED_TO: levels,
                Fact.PATH: tuple(policy.paths),
                Fact.STATUS: tuple(Status),
                Fact.ATTEMPTS: tuple(str(number) for number in range(100)),
                Fact.REOPENS: tuple(str(number) for number in range(100)),
                Fact.RATING: ("1", "2", "3", "4", "5"),
            },
            may_lack=frozenset(
                {Fact.EMOTION, Fact.OFFERED_TO, Fact.RATING, Fact.CATEGORY, Fact.CUSTOMER_TIER, Fact.CUSTOMER}
                | {Fact.CHANNEL, Fact.LANGUAGE}
            ),
        )
        return cls(domain)

    @property
    def exhausted(self) -> bool:
        """Whether so much has been searched that later answers are no longer certain."""
        return self._spent.steps >= _MOST_IN_ALL

    def possible(self, *conditions: When) -> bool:
        """Whether all conditions can hold together. False is certain."""
        found, gave_up = self._search(conditions)
        return found is not None or gave_up

    def example(self, *conditions: When) -> Witness | None:
        """A ticket for which all conditions hold. None: there is none, or it was not found in time."""
        found, _ = self._search(conditions)
        return None if found is None else found.witness(self.domain)

    def _search(self, conditions: Sequence[When]) -> tuple[State | None, bool]:
        search = Search(self.domain, min(_MOST_STEPS, _MOST_IN_ALL - self._spent.steps))
        found = search.run([(condition, True) for condition in reversed(conditions)])
        self._spent.steps += search.steps
        return found, search.gave_up


def given(when: When, facts: Mapping[Fact, str]) -> When:
    """The condition when those facts are known: what it still asks of the others."""
    match when:
        case All(conditions):
            return All(tuple(given(each, facts) for each in conditions))
        case AnyOf(conditions):
            return AnyOf(tuple(given(each, facts) for each in conditions))
        case Not(condition):
            return Not(given(condition, facts))
        case Is(fact) if fact in facts:
            return ALWAYS_TRUE if facts[fact] in when.values else NEVER
        case _:
            return when


def otherwise(conditions: Iterable[When]) -> When:
    """None of them holds."""
    return All(tuple(Not(condition) for condition in conditions))


def in_words(witness: Witness) -> str:
    """`priority: low, customer.tier: gold`, or `any` for a ticket of which nothing is asked."""
    return ", ".join(f"{fact}: {value}" for fact, value in sorted(witness.items())) or "any"
