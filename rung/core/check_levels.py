"""Finds levels nobody can come to, escalations that never go up, offers that end, and tickets sent round in circles."""

from collections.abc import Iterator
from dataclasses import dataclass

from rung.core.check_notes import Notes
from rung.core.policy import Fact, Is, Not, When
from rung.core.possible import given, in_words, otherwise
from rung.core.vocabulary import ClockName, Priority


def check(notes: Notes) -> None:
    """Levels, paths and everything that escalates."""
    _unreached(notes)
    _never_up(notes)
    _last_levels(notes)
    _circles(notes)
    _priority_circles(notes)


def _unreached(notes: Notes) -> None:
    policy = notes.policy
    named = {actions.escalate for _, _, _, actions, _ in notes.acts() if actions.escalate}
    named |= {problem.then.escalate for problem in policy.problems if problem.then.escalate}
    on_paths = {level for levels in policy.paths.values() for level in levels}
    for level in policy.levels:
        if level not in on_paths and level not in named:
            notes.warning(f"levels.{level}", "no path leads here and no rule escalates here", "put it on a path")
        elif level not in on_paths:
            notes.warning(f"levels.{level}", "no path leads here, so nothing comes after it", "put it on a path")
    chosen = {route.path for route in policy.routing} | {next(iter(policy.paths))}
    for path in policy.paths:
        if path not in chosen and f"path:{path}" not in named and not _begins_elsewhere(notes, path):
            notes.warning(
                f"paths.{path}", "no route chooses this path and no rule hands over to it", "add it to routing"
            )


def _begins_elsewhere(notes: Notes, path: str) -> bool:
    """Whether a rule escalates to a level of this path, which is a way onto it."""
    levels = notes.policy.paths[path]
    return any(actions.escalate in levels for _, _, _, actions, _ in notes.acts())


def _never_up(notes: Notes) -> None:
    """Rules never go down: one that names a level must be able to find the ticket below it."""
    policy = notes.policy
    for place, _, _, actions, when in notes.acts():
        wanted = actions.escalate or ""
        if wanted.startswith("path:"):
            path = wanted.removeprefix("path:")
            elsewhere = [other for other in policy.paths if other != path]
            if not any(notes.world.possible(when, Is(Fact.PATH, (other,))) for other in elsewhere):
                notes.error(
                    f"{place}.escalate",
                    f"the ticket is on path {path} already whenever this fires",
                    "choose another path",
                )
        elif wanted in policy.levels and not any(_is_below(notes, when, path, wanted) for path in policy.paths):
            notes.error(
                f"{place}.escalate",
                f"whenever this fires the ticket is at {wanted} or above it, and rules never go down",
                "name a higher level, or next",
            )


def _is_below(notes: Notes, when: When, path: str, wanted: str) -> bool:
    levels = notes.policy.paths[path]
    below = levels[: levels.index(wanted)] if wanted in levels else tuple(notes.policy.levels)
    here = [level for level in below if level != wanted]
    return any(notes.world.possible(given(when, {Fact.PATH: path, Fact.LEVEL: level})) for level in here)


def _last_levels(notes: Notes) -> None:
    """An offer at the end of a path is repeated by `next` on the `unaccepted` clock, or by nothing."""
    policy = notes.policy
    if not any(rule.clock is ClockName.UNACCEPTED for rule in policy.rules):
        return  # said once, for all paths, by check_clocks
    repeats = [
        when
        for _, rule, _, actions, when in notes.acts()
        if rule.clock is ClockName.UNACCEPTED and actions.escalate == "next"
    ]
    for path, levels in policy.paths.items():
        last = levels[-1]
        facts = {Fact.PATH: path, Fact.OFFERED_TO: last}
        ticket = notes.world.example(otherwise(given(when, facts) for when in repeats))
        if ticket is not None:
            which = "" if not ticket else f" of a ticket with {in_words(ticket)}"
            notes.warning(
                f"paths.{path}",
                f"nobody is above {last}, and an offer there{which} that nobody accepts is never repeated",
                "let a rule with clock: unaccepted escalate: next",
            )


@dataclass(frozen=True, slots=True)
class _Move:
    """An escalation sideways: from a level of one path to another path."""

    place: str
    when: When
    path: str
    level: str
    to_path: str
    to_level: str


def _circles(notes: Notes) -> None:
    moves = list(_moves(notes))
    told: set[frozenset[str]] = set()
    for one in moves:
        for back in moves:
            pair = frozenset({one.place, back.place})
            if back.path != one.to_path or back.to_path != one.path or pair in told:
                continue
            there, here = notes.policy.paths[one.to_path], notes.policy.paths[one.path]
            climbs_there = there.index(back.level) >= there.index(one.to_level)
            climbs_here = here.index(one.level) >= here.index(back.to_level)
            if not (climbs_there and climbs_here):
                continue
            ticket = notes.world.example(one.when, back.when)
            if ticket is not None:
                told.add(pair)
                notes.warning(
                    f"{one.place}.escalate",
                    f"a ticket with {in_words(ticket)} goes round: "
                    f"from {one.path} to {one.to_path} here, and back by {back.place}",
                    "let one of the two ask for something the other does not",
                )


def _moves(notes: Notes) -> Iterator[_Move]:
    paths = notes.policy.paths
    for place, _, _, actions, when in notes.acts():
        wanted = actions.escalate or ""
        for path, levels in paths.items():
            target = _sideways(notes, wanted, path)
            if target is None:
                continue
            for level in levels:
                left = given(when, {Fact.PATH: path, Fact.LEVEL: level})
                if notes.world.possible(left):
                    yield _Move(place, left, path, level, *target)


def _sideways(notes: Notes, wanted: str, path: str) -> tuple[str, str] | None:
    """(path, level) of an escalation that leaves the path; None for one that stays."""
    paths = notes.policy.paths
    if wanted.startswith("path:"):
        to_path = wanted.removeprefix("path:")
        return (to_path, paths[to_path][0]) if to_path != path else None
    if wanted not in notes.policy.levels or wanted in paths[path]:
        return None
    begins = next((name for name, levels in paths.items() if levels[0] == wanted), None)
    has = begins or next((name for name, levels in paths.items() if wanted in levels), None)
    return (has, wanted) if has is not None else None


def _priority_circles(notes: Notes) -> None:
    """Two rules without a clock that set the priority to and fro."""
    sets = [
        (place, Priority(actions.priority), when)
        for place, rule, _, actions, when in notes.acts()
        if rule.clock is None and actions.priority in set(Priority)
    ]
    for number, (place, priority, when) in enumerate(sets):
        for other_place, other, other_when in sets[number + 1 :]:
            if priority is other:
                continue
            there = given(when, {Fact.PRIORITY: other})
            back = given(other_when, {Fact.PRIORITY: priority})
            turns = given(when, {Fact.PRIORITY: priority}), given(other_when, {Fact.PRIORITY: other})
            stays = notes.world.example(there, back, *(Not(turn) for turn in turns))
            if stays is not None:
                notes.warning(
                    f"{other_place}.priority",
                    f"this and {place} set the priority to and fro between {priority} and {other}",
                    "let one of the two ask for something the other does not",
                )
