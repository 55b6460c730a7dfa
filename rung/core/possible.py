"""Whether a condition can ever hold: a search for a ticket that satisfies it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rung.core.conditions import holds
from rung.core.policy import (
    ALWAYS_TRUE,
    NUMERIC_FACTS,
    All,
    AnyOf,
    Compare,
    Fact,
    Is,
    Not,
    Policy,
    When,
)
from rung.core.vocabulary import Emotion, Priority, Status
from rung.core.words import tokens

NEVER = AnyOf(())
_MANY = frozenset({Fact.TEXT, Fact.TAG})
_MOST_STEPS = 20_000
"""Steps of one search. A condition beyond them counts as possible: no finding is better than a wrong one."""

Witness = Mapping[Fact, str]
"""A ticket that satisfies a condition: only the facts that matter."""


@dataclass(frozen=True, slots=True)
class World:
    """The values facts can have. A fact without an entry can have any; one in `may_lack` can also be unknown."""

    values: Mapping[Fact, tuple[str, ...]]
    may_lack: frozenset[Fact]

    @classmethod
    def of(cls, policy: Policy) -> "World":
        levels = tuple(policy.levels)
        return cls(
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

    def possible(self, *conditions: When) -> Witness | None:
        """A ticket for which all conditions hold, or None when there is none."""
        search = _Search(self)
        found = search.run([(condition, True) for condition in reversed(conditions)], _State())
        if found is not None:
            return found.witness(self)
        return {} if search.gave_up else None


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


@dataclass(frozen=True, slots=True)
class _State:
    """What is known of the ticket so far. Frozen: a branch of the search leaves the others as they were."""

    allowed: Mapping[Fact, frozenset[str]] = field(default_factory=dict)
    excluded: Mapping[Fact, frozenset[str]] = field(default_factory=dict)
    #: Of texts and tags: sets of which one at least is there.
    clauses: tuple[tuple[Fact, frozenset[str]], ...] = ()
    compared: tuple[tuple[Compare, bool], ...] = ()

    def witness(self, world: World) -> Witness:
        found: dict[Fact, str] = {}
        for fact in sorted({*self.allowed, *self.excluded} - _MANY):
            left = _left(self, world, fact)
            if left:
                found[fact] = left[0]
        for fact, values in self.clauses:
            found.setdefault(fact, next(iter(_sayable(self, fact, values)), ""))
        for compare, _ in self.compared:
            numbers = _numbers_left(self, world, compare.fact)
            if numbers and numbers[0] is not None:
                found[compare.fact] = f"{numbers[0]:g}"
        return found


class _Search:
    def __init__(self, world: World) -> None:
        self.world = world
        self.steps = 0
        self.gave_up = False

    def run(self, agenda: list[tuple[When, bool]], state: _State) -> _State | None:
        """Satisfy every (condition, wanted) of the agenda, the last first."""
        while agenda:
            self.steps += 1
            if self.steps > _MOST_STEPS:
                self.gave_up = True
                return None
            when, wanted = agenda.pop()
            match when:
                case Not(condition):
                    agenda.append((condition, not wanted))
                case All(conditions) if wanted:
                    agenda.extend((each, True) for each in conditions)
                case AnyOf(conditions) if not wanted:
                    agenda.extend((each, False) for each in conditions)
                case All(conditions) | AnyOf(conditions):
                    return self._branch(conditions, agenda, state, wanted=wanted)
                case Is() | Compare():
                    taken = _with(state, self.world, when, wanted=wanted)
                    if taken is None:
                        return None
                    state = taken
        return state

    def _branch(
        self, conditions: Sequence[When], agenda: list[tuple[When, bool]], state: _State, *, wanted: bool
    ) -> _State | None:
        # What branches is left for last: simple facts rule most branches out at once.
        later = [each for each in agenda if _branches(each)]
        sooner = [each for each in agenda if not _branches(each)]
        for condition in conditions:
            found = self.run([*later, (condition, wanted), *sooner], state)
            if found is not None or self.gave_up:
                return found
        return None


def _branches(item: tuple[When, bool]) -> bool:
    when, wanted = item
    match when:
        case Not(condition):
            return _branches((condition, not wanted))
        case AnyOf(conditions):
            return wanted and len(conditions) > 1
        case All(conditions):
            return not wanted and len(conditions) > 1
    return False


def _with(state: _State, world: World, atom: Is | Compare, *, wanted: bool) -> _State | None:
    """The state that also satisfies one comparison; None when the two contradict each other."""
    fact = atom.fact
    if fact in NUMERIC_FACTS:
        asked = atom if isinstance(atom, Compare) else None
        if asked is None:
            return state
        state = replace(state, compared=(*state.compared, (asked, wanted)))
        return state if _numbers_left(state, world, fact) else None
    values = frozenset(atom.values) if isinstance(atom, Is) else frozenset[str]()
    if fact in _MANY and wanted:
        state = replace(state, clauses=(*state.clauses, (fact, values)))
    elif wanted:
        both = values & state.allowed.get(fact, values)
        state = replace(state, allowed={**state.allowed, fact: both})
    else:
        excluded = values | state.excluded.get(fact, frozenset())
        state = replace(state, excluded={**state.excluded, fact: excluded})
    if fact in _MANY:
        return state if all(_sayable(state, *clause) for clause in state.clauses) else None
    return state if _left(state, world, fact) is not None else None


def _left(state: _State, world: World, fact: Fact) -> list[str] | None:
    """The values the fact can still have, as far as they can be listed; None when there is none at all."""
    excluded = state.excluded.get(fact, frozenset())
    known = world.values.get(fact)
    if fact in state.allowed:
        left = [value for value in sorted(state.allowed[fact]) if value not in excluded]
        left = [value for value in left if known is None or value in known]
        return left or None
    if known is None:
        return []
    left = [value for value in known if value not in excluded]
    return left if left or fact in world.may_lack else None


def _sayable(state: _State, fact: Fact, values: frozenset[str]) -> list[str]:
    """Those of the values that can be there. A phrase that contains an unsaid one is unsaid too."""
    absent = state.excluded.get(fact, frozenset())
    return [value for value in sorted(values) if not any(contains(value, other) for other in absent)]


def contains(phrase: str, part: str) -> bool:
    """Whether whoever says the phrase also says the part: "very urgent" and "urgent"."""
    if phrase == part:
        return True
    words, wanted = tokens(phrase), tokens(part)
    spans = range(len(words) - len(wanted) + 1)
    return bool(wanted) and any(words[start : start + len(wanted)] == wanted for start in spans)


def _numbers_left(state: _State, world: World, fact: Fact) -> list[float | None]:
    """The numbers the fact can be; None among them means unknown."""
    candidates: list[float | None] = [float(value) for value in world.values[fact]]
    if fact in world.may_lack:
        candidates.append(None)
    return [number for number in candidates if _fits(state, fact, number)]


def _fits(state: _State, fact: Fact, number: float | None) -> bool:
    facts = {} if number is None else {fact: number}
    return all(holds(compare, facts) is wanted for compare, wanted in state.compared if compare.fact is fact)
