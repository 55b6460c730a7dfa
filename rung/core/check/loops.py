"""Finds rules that send a ticket round between paths, or its priority round, each undoing what another has done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rung.core.check.findings_sheet import Notes
from rung.core.conditions.satisfiable import given, in_words
from rung.core.policy.model import All, Fact, Not, When
from rung.core.reckoning.arrival_rules import asked_priority
from rung.core.sentences import say
from rung.core.vocabulary import Priority

_MOST_WAYS = 2_000
"""Ways looked into from one place on: a policy of hundreds of paths is judged within seconds."""


@dataclass(frozen=True, slots=True)
class _Move:
    """What an action does to a ticket that stands at `start`: it is at `end` then, if `when` holds."""

    place: str
    when: When
    start: str
    end: str
    #: Where on the path `start` it leaves, and where on the path `end` it arrives; a ticket only climbs in between.
    leaves: int = 0
    arrives: int = 0

    def leads_to(self, following: "_Move") -> bool:
        return following.start == self.end and following.leaves >= self.arrives


def check(notes: Notes) -> None:
    """Escalations between paths, and rules without a clock that set priorities."""
    for circle in _circles(notes, list(_moves(notes))):
        ticket = in_words(notes.world.example(*(move.when for move in circle)) or {})
        between = "".join(say(", to %(end)s by %(place)s", end=move.end, place=move.place) for move in circle[1:-1])
        notes.warning(
            f"{circle[0].place}.escalate",
            say(
                "a ticket with %(ticket)s goes round: from %(start)s to %(end)s here%(between)s, and back by %(place)s",
                ticket=ticket,
                start=circle[0].start,
                end=circle[0].end,
                between=between,
                place=circle[-1].place,
            ),
            say("let one of the two ask for something the other does not")
            if len(circle) == len(("here", "back"))
            else say("let one of them ask for something the others do not"),
        )
    for circle in _circles(notes, list(_settings(notes))):
        _priority_circle(notes, sorted(circle, key=lambda move: move.place))


def _priority_circle(notes: Notes, circle: Sequence[_Move]) -> None:
    *others, last = circle
    if len(circle) == len(("to", "fro")):
        said = say(
            "this and %(place)s set the priority to and fro between %(end)s and %(last)s",
            place=others[0].place,
            end=others[0].end,
            last=last.end,
        )
        remedy = say("let one of the two ask for something the other does not")
    else:
        named = " and ".join(move.place for move in others)
        said = say(
            "this, %(named)s set the priority round and round: %(priorities)s",
            named=named,
            priorities=", ".join(move.end for move in circle),
        )
        remedy = say("let one of them ask for something the others do not")
    notes.warning(f"{last.place}.priority", said, remedy)


def _circles(notes: Notes, moves: Sequence[_Move]) -> Iterator[tuple[_Move, ...]]:
    """Ways back to where they began that one ticket can go; each set of places once, the shortest first."""
    told: list[frozenset[str]] = []
    found = [circle for first in moves for circle in _from(notes, first, moves)]
    for circle in sorted(found, key=len):
        places = frozenset(move.place for move in circle)
        if not any(shorter <= places for shorter in told):
            told.append(places)
            yield circle


def _from(notes: Notes, first: _Move, moves: Sequence[_Move]) -> Iterator[tuple[_Move, ...]]:
    ways: list[tuple[_Move, ...]] = [(first,)]
    for _ in range(_MOST_WAYS):
        if not ways:
            return
        way = ways.pop()
        if len(way) > 1 and way[-1].leads_to(first):
            if notes.world.example(*(move.when for move in way)) is not None:
                yield way
            continue
        been = {move.start for move in way}
        ways += [
            (*way, move)
            for move in moves
            if way[-1].leads_to(move)
            and (move.end == first.start or move.end not in been)
            and notes.world.possible(*(each.when for each in way), move.when)
        ]


# --- between paths


def _moves(notes: Notes) -> Iterator[_Move]:
    paths = notes.policy.paths
    for place, _, _, actions, when in notes.acts():
        wanted = actions.escalate or ""
        for path, levels in paths.items():
            target = _sideways(notes, wanted, path)
            if target is None:
                continue
            to_path, arrives = target
            for leaves, level in enumerate(levels):
                left = given(when, {Fact.PATH: path, Fact.LEVEL: level})
                if notes.world.possible(left):
                    yield _Move(place, left, path, to_path, leaves, arrives)


def _sideways(notes: Notes, wanted: str, path: str) -> tuple[str, int] | None:
    """(path, how far up it) of an escalation that leaves the path; None for one that stays."""
    paths = notes.policy.paths
    if wanted.startswith("path:"):
        to_path = wanted.removeprefix("path:")
        return (to_path, 0) if to_path != path else None
    if wanted not in notes.policy.levels or wanted in paths[path]:
        return None
    begins = next((name for name, levels in paths.items() if levels[0] == wanted), None)
    has = begins or next((name for name, levels in paths.items() if wanted in levels), None)
    return (has, paths[has].index(wanted)) if has is not None else None


# --- priorities


def _settings(notes: Notes) -> Iterator[_Move]:
    """What each rule without a clock does to each priority it acts on; it acts anew only if it ceases to hold."""
    for place, rule, _, actions, when in notes.acts():
        if rule.clock is not None or actions.priority is None:
            continue
        for before in Priority:
            after = asked_priority(before, actions.priority, with_escalation=actions.escalate is not None)
            acts = given(when, {Fact.PRIORITY: before})
            if after is not before and notes.world.possible(acts):
                ceases = Not(given(when, {Fact.PRIORITY: after}))
                yield _Move(place, All((acts, ceases)), before, after)
