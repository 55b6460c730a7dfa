"""A search for a ticket that satisfies conditions: exact for the facts there are, within a number of steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rung.core.conditions.evaluation import holds
from rung.core.policy.model import NUMERIC_FACTS, All, AnyOf, Compare, Fact, Is, Not, When
from rung.core.text.phrases import forms_of, tokens

_MANY = frozenset({Fact.TEXT, Fact.TAG})

Witness = Mapping[Fact, str]
"""A ticket that satisfies a condition: only the facts that matter."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The values facts can have. A fact without an entry can have any; one in `may_lack` can also be unknown."""

    values: Mapping[Fact, tuple[str, ...]]
    may_lack: frozenset[Fact]


@dataclass(frozen=True, slots=True)
class State:
    """What is known of the ticket so far. Frozen: a branch of the search leaves the others as they were."""

    allowed: Mapping[Fact, frozenset[str]] = field(default_factory=dict)
    excluded: Mapping[Fact, frozenset[str]] = field(default_factory=dict)
    #: Of texts and tags: sets of which one at least is there.
    clauses: tuple[tuple[Fact, frozenset[str]], ...] = ()
    compared: tuple[tuple[Compare, bool], ...] = ()

    def witness(self, domain: Domain) -> Witness:
        found: dict[Fact, str] = {}
        for fact in sorted({*self.allowed, *self.excluded} - _MANY):
            left = _left(self, domain, fact)
            if left:
                found[fact] = left[0]
        for fact, values in self.clauses:
            found.setdefault(fact, next(iter(_sayable(self, fact, values)), ""))
        for compare, _ in self.compared:
            numbers = _numbers_left(self, domain, compare.fact)
            if numbers and numbers[0] is not None:
                found[compare.fact] = f"{numbers[0]:g}"
        return found


_Wish = tuple[When, bool]
"""A condition, and whether it is to hold."""


class Search:
    """Depth first, on a stack of its own: what is still to be satisfied, and what is known so far."""

    def __init__(self, domain: Domain, most: int) -> None:
        self.domain = domain
        self.most = most
        self.steps = 0
        self.gave_up = False

    def run(self, wishes: list[_Wish]) -> State | None:
        """A state in which every wish is true."""
        choices: list[tuple[list[_Wish], State]] = [(wishes, State())]
        while choices and not self.gave_up:
            agenda, state = choices.pop()
            found = self._follow(agenda, state, choices)
            if found is not None:
                return found
        return None

    def _follow(self, agenda: list[_Wish], state: State, choices: list[tuple[list[_Wish], State]]) -> State | None:
        """Satisfy what leaves no choice first, because it decides most choices; then choose: the first way now, the
        others on the stack."""
        undecided: list[_Wish] = []
        while agenda or undecided:
            self.steps += 1
            if self.steps > self.most:
                self.gave_up = True
                return None
            if agenda:
                wish = _plain(agenda.pop())
                if _branches(wish):
                    undecided.append(wish)
                    continue
                taken = self._take(wish, agenda, state)
                if taken is None:
                    return None
                state = taken
                continue
            ways = self._ways(undecided.pop(), state)
            if ways is None:
                continue
            if not ways:
                return None
            choices += [([*undecided, way], state) for way in reversed(ways[1:])]
            agenda = [ways[0]]
        return state

    def _take(self, wish: _Wish, agenda: list[_Wish], state: State) -> State | None:
        when, wanted = wish
        match when:
            case All(conditions) | AnyOf(conditions):
                if not conditions and isinstance(when, All) is not wanted:
                    return None  # "any of nothing" never holds, and "all of nothing" never fails
                agenda.extend((each, wanted) for each in conditions)
                return state
            case Is() | Compare():
                return _with(state, self.domain, when, wanted=wanted)
        return state

    @staticmethod
    def _ways(wish: _Wish, state: State) -> list[_Wish] | None:
        """The ways left to make a wish true; None when it is true already."""
        when, wanted = wish
        conditions = when.conditions if isinstance(when, All | AnyOf) else ()
        known = [_known(condition, state) for condition in conditions]
        if wanted in known:
            return None
        return [(each, wanted) for each, truth in zip(conditions, known, strict=True) if truth is None]


def _plain(wish: _Wish) -> _Wish:
    """Without `not` around it."""
    when, wanted = wish
    while isinstance(when, Not):
        when, wanted = when.condition, not wanted
    return when, wanted


def _known(when: When, state: State) -> bool | None:
    """Whether the state decides a condition already; None: it does not, or it is not looked into."""
    match when:
        case Not(condition):
            truth = _known(condition, state)
            return None if truth is None else not truth
        case Is(fact, values) if fact in state.allowed:
            allowed = state.allowed[fact]
            if allowed.isdisjoint(values):
                return False
            return True if allowed <= frozenset(values) else None
        case All(conditions) if any(_known(each, state) is False for each in conditions):
            return False
        case AnyOf(conditions) if any(_known(each, state) for each in conditions):
            return True
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


def _with(state: State, domain: Domain, atom: Is | Compare, *, wanted: bool) -> State | None:
    """The state that also satisfies one comparison; None when the two contradict each other."""
    fact = atom.fact
    if fact in NUMERIC_FACTS:
        asked = atom if isinstance(atom, Compare) else None
        if asked is None:
            return state
        state = replace(state, compared=(*state.compared, (asked, wanted)))
        return state if _numbers_left(state, domain, fact) else None
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
    return state if _left(state, domain, fact) is not None else None


def _left(state: State, domain: Domain, fact: Fact) -> list[str] | None:
    """The values the fact can still have, as far as they can be listed; None when there is none at all."""
    excluded = state.excluded.get(fact, frozenset())
    known = domain.values.get(fact)
    if fact in state.allowed:
        left = [value for value in sorted(state.allowed[fact]) if value not in excluded]
        left = [value for value in left if known is None or value in known]
        return left or None
    if known is None:
        return []
    left = [value for value in known if value not in excluded]
    return left if left or fact in domain.may_lack else None


def _sayable(state: State, fact: Fact, values: frozenset[str]) -> list[str]:
    """Those of the values that can be there. A phrase that contains an unsaid one is unsaid too."""
    absent = state.excluded.get(fact, frozenset())
    return [value for value in sorted(values) if not any(contains(value, other) for other in absent)]


@lru_cache(maxsize=100_000)
def contains(phrase: str, part: str) -> bool:
    """Whether saying the phrase also says the part: "very urgent" and "urgent", "refunds" and "refund"."""
    if phrase == part:
        return True
    words, wanted = tuple(tokens(phrase)), tuple(tokens(part))
    spans = range(len(words) - len(wanted) + 1)
    forms = frozenset(forms_of(wanted))
    return any(words[start : start + len(wanted)] in forms for start in spans)


def _numbers_left(state: State, domain: Domain, fact: Fact) -> list[float | None]:
    """The numbers the fact can be; None among them means unknown."""
    candidates: list[float | None] = [float(value) for value in domain.values[fact]]
    if fact in domain.may_lack:
        candidates.append(None)
    return [number for number in candidates if _fits(state, fact, number)]


def _fits(state: State, fact: Fact, number: float | None) -> bool:
    facts = {} if number is None else {fact: number}
    return all(holds(compare, facts) is wanted for compare, wanted in state.compared if compare.fact is fact)
