"""Finds levels nobody can come to, escalations that never go up, offers that end, and conditions no path allows."""

from rung.core.check.findings_sheet import Notes
from rung.core.conditions.satisfiable import given, in_words, otherwise
from rung.core.policy.model import All, Fact, Is, When
from rung.core.sentences import say
from rung.core.vocabulary import ClockName


def check(notes: Notes) -> None:
    """Levels, paths and everything that escalates."""
    _unreached(notes)
    _never_up(notes)
    _last_levels(notes)
    _beside_its_path(notes)


def _unreached(notes: Notes) -> None:
    policy = notes.policy
    named = {actions.escalate for _, _, _, actions, _ in notes.acts() if actions.escalate}
    named |= {problem.then.escalate for problem in policy.problems if problem.then.escalate}
    on_paths = {level for levels in policy.paths.values() for level in levels}
    for level in policy.levels:
        if level not in on_paths and level not in named:
            notes.warning(
                f"levels.{level}", say("no path leads here and no rule escalates here"), say("put it on a path")
            )
        elif level not in on_paths:
            notes.warning(
                f"levels.{level}", say("no path leads here, so nothing comes after it"), say("put it on a path")
            )
    chosen = {route.path for route in policy.routing} | {next(iter(policy.paths))}
    for path in policy.paths:
        if path not in chosen and f"path:{path}" not in named and not _begins_elsewhere(notes, path):
            notes.warning(
                f"paths.{path}",
                say("no route chooses this path and no rule hands over to it"),
                say("add it to routing"),
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
                    say("the ticket is on path %(path)s already whenever this fires", path=path),
                    say("choose another path"),
                )
        elif wanted in policy.levels and not any(_is_below(notes, when, path, wanted) for path in policy.paths):
            notes.error(
                f"{place}.escalate",
                say(
                    "whenever this fires the ticket is at %(wanted)s or above it, and rules never go down",
                    wanted=wanted,
                ),
                say("name a higher level, or next"),
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
            which = "" if not ticket else say(" of a ticket with %(in_words)s", in_words=in_words(ticket))
            notes.warning(
                f"paths.{path}",
                say(
                    "nobody is above %(last)s, and an offer there%(which)s that nobody accepts is never repeated",
                    last=last,
                    which=which,
                ),
                say("let a rule with clock: unaccepted escalate: next"),
            )


def _beside_its_path(notes: Notes) -> None:
    """A ticket is held at a level of its path: a condition that asks for another one waits for nothing."""
    policy = notes.policy
    on_paths = {level for levels in policy.paths.values() for level in levels}
    anywhere = [level for level in policy.levels if level not in on_paths]
    for place, _, step, _, when in notes.acts():
        held = [(path, level) for path, levels in policy.paths.items() for level in (*levels, *anywhere)]
        if not notes.world.possible(when) or any(
            notes.world.possible(given(when, {Fact.PATH: path, Fact.LEVEL: level})) for path, level in held
        ):
            continue
        where = place if step is not None and step.when != All(()) else place.partition(".")[0]
        if not any(found.place == f"{where}.when" for found in notes.findings):
            notes.warning(
                f"{where}.when",
                say("no path has the level that this asks for on it, so no ticket is held there"),
                say("choose a level of that path, or leave one of the two out"),
            )
