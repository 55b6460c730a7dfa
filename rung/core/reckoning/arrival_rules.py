"""What arrives is judged in this order: category, priority, path. Later words may only raise the priority."""

from rung.core.case.case import Case
from rung.core.case.then import Then
from rung.core.conditions.evaluation import Facts, phrases_of
from rung.core.policy.model import PriorityRule
from rung.core.reckoning.compiled import Compiled
from rung.core.vocabulary import Priority

#: A listed category of this name is what nothing else matched.
FALLBACK_CATEGORY = "other"


def category_of(case: Case | Then, compiled: Compiled) -> tuple[str | None, tuple[str, ...]]:
    """The category the words name, else the learned model's, else `other` if the policy lists it; with reasons."""
    for category in compiled.policy.categories:
        said = [phrase for phrase in category.text if phrase in case.matched]
        if said:
            return category.name, tuple(f"phrase:{phrase}" for phrase in said)
    minimum = compiled.policy.priority.minimum_confidence
    if case.learned_category is not None and minimum is not None:
        confidence = case.learned_category_confidence or 0.0
        if confidence >= minimum:
            return case.learned_category, (f"learned:{confidence:.2f}",)
    if any(category.name == FALLBACK_CATEGORY for category in compiled.policy.categories):
        return FALLBACK_CATEGORY, ("fallback",)
    return None, ()


def priority_of(case: Case | Then, compiled: Compiled, facts: Facts) -> tuple[Priority, bool, tuple[str, ...]]:
    """(priority, critical, reasons): the first rule that holds, else the learned model, else the default."""
    for place, (when, rule) in enumerate(compiled.priority_rules):
        if when(facts):
            return rule.set, rule.critical, (f"priority.rules[{place}]", *_said(case, rule))
    minimum = compiled.policy.priority.minimum_confidence
    if case.learned_priority is not None and minimum is not None:
        confidence = case.learned_priority_confidence or 0.0
        if confidence >= minimum:
            return case.learned_priority, False, (f"learned:{confidence:.2f}",)
    return compiled.policy.priority.default, False, ("default",)


def path_of(compiled: Compiled, facts: Facts) -> str:
    """The path of the first route that holds, else the first path of the policy."""
    for when, route in compiled.routes:
        if when(facts):
            return route.path
    return next(iter(compiled.policy.paths))


def asked_priority(present: Priority | None, wish: str, *, with_escalation: bool) -> Priority:
    """The priority a step asks for: "+1" raises by one and stops at urgent, a name sets it.
    Together with an escalation a name never lowers it."""
    now = present or Priority.NORMAL
    if wish.startswith("+"):
        return now.raised(int(wish[1:] or "1"))
    named = Priority(wish)
    return now if with_escalation and named.rank > now.rank else named


def _said(case: Case | Then, rule: PriorityRule) -> tuple[str, ...]:
    heard = set(case.matched)
    return tuple(f"phrase:{phrase}" for phrase in dict.fromkeys(phrases_of(rule.when)) if phrase in heard)
