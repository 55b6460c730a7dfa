"""What a policy makes of a ticket that arrives, and of words heard later: category, priority, path."""

from rung.core import actors
from rung.core.case import events as e
from rung.core.reckoning.arrival_rules import FALLBACK_CATEGORY, category_of, path_of, priority_of
from rung.core.reckoning.ladder import first_level
from rung.core.reckoning.look import Look


def arrive(look: Look) -> None:
    """Category, priority, path, in that order."""
    case = look.case
    if case.arrived:
        return
    if case.category is None and not case.category_by_person:
        category, reasons = category_of(case, look.compiled)
        if category is not None:
            look.record(
                e.CategorySet(
                    at=look.now, by=actors.rule("categories"), number=look.number, category=category, reasons=reasons
                )
            )
    priority, critical, reasons = priority_of(case, look.compiled, look.facts)
    if case.priority is None or (critical and not case.critical):
        look.record(
            e.PrioritySet(
                at=look.now,
                by=actors.rule("priority"),
                number=look.number,
                priority=case.priority or priority,
                critical=critical or None,
                reasons=reasons,
            )
        )
    path = path_of(look.compiled, look.facts)
    level = first_level(look.compiled.policy, path)
    if level is not None:
        look.record(e.Placed(at=look.now, by=actors.rule("routing"), number=look.number, path=path, level=level.name))


def _find_category(look: Look) -> None:
    """While nothing but the fallback is known, every message may name the category. A person's choice stays."""
    case = look.case
    if case.category_by_person or case.category not in (None, FALLBACK_CATEGORY):
        return
    category, reasons = category_of(case, look.compiled)
    if category is not None and category != case.category:
        look.record(
            e.CategorySet(
                at=look.now, by=actors.rule("categories"), number=look.number, category=category, reasons=reasons
            )
        )


def raise_priority(look: Look) -> None:
    """Words heard since the priority was set may raise it; they never lower it, nor change what a person set."""
    case = look.case
    if case.heard <= case.judged or case.status.is_over:
        return
    _find_category(look)
    priority, critical, reasons = priority_of(case, look.compiled, look.facts)
    raised = not case.priority_by_person and (case.priority is None or priority.rank < case.priority.rank)
    if raised or (critical and not case.critical):
        look.record(
            e.PrioritySet(
                at=look.now,
                by=actors.rule("priority"),
                number=look.number,
                priority=priority if raised or case.priority is None else case.priority,
                critical=True if critical else None,
                reasons=reasons,
            )
        )
