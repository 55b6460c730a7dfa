"""What a policy says to the facts at the event that ended a clock, as if somebody had looked in that moment."""

import msgspec

from rung.core.case.then import Then
from rung.core.reckoning.arrival_rules import FALLBACK_CATEGORY, category_of, path_of, priority_of
from rung.core.reckoning.compiled import ApplicableRules, Compiled
from rung.core.reckoning.ladder import first_level
from rung.core.vocabulary import Status


def standing_then(compiled: Compiled, then: Then) -> ApplicableRules:
    """By what a finished cycle is judged, whenever somebody looks: by what was heard until then and by what of it a
    look would have concluded."""
    return compiled.applicable(as_concluded(compiled, then))


def as_concluded(compiled: Compiled, then: Then) -> Then:
    """The facts with what a look in that moment would have made of the words heard until then."""
    if then.arrived and then.heard <= then.judged:
        return then
    return _heard(compiled, then) if then.arrived else _arrived(compiled, then)


def _arrived(compiled: Compiled, then: Then) -> Then:
    """With category, priority, path and level, as `arrive` gives them."""
    then = _with(then, category=then.category or category_of(then, compiled)[0])
    priority, critical, _ = priority_of(then, compiled, compiled.applicable(then).facts)
    then = _with(then, priority=then.priority or priority, critical=then.critical or critical)
    path = path_of(compiled, compiled.applicable(then).facts)
    level = first_level(compiled.policy, path)
    return then if level is None else _with(then, path=path, level=level.name)


def _heard(compiled: Compiled, then: Then) -> Then:
    """With the category and the priority that words heard since may have given it, as `raise_priority` does."""
    if then.status in (Status.RESOLVED, Status.CLOSED):
        return then
    if not then.category_by_person and then.category in (None, FALLBACK_CATEGORY):
        then = _with(then, category=category_of(then, compiled)[0] or then.category)
    priority, critical, _ = priority_of(then, compiled, compiled.applicable(then).facts)
    raised = not then.priority_by_person and (then.priority is None or priority.rank < then.priority.rank)
    return _with(then, priority=priority if raised else then.priority, critical=then.critical or critical)


def _with(then: Then, **changes: object) -> Then:
    if all(getattr(then, name) == value for name, value in changes.items()):
        return then
    return msgspec.structs.replace(then, **changes)
