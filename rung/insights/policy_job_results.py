"""What came of a job, as it is kept until a page shows it."""

from datetime import datetime
from typing import Any

from django.conf import settings

from rung.core.policy.model import Policy
from rung.core.replay.comparison import Changed, Comparison, Running
from rung.core.replay.comparison_text import Titled, pictures
from rung.core.replay.totals import Goals
from rung.insights.simulation import Estimate, Fitted, Simulation, WhatIf
from rung.people.languages import speaking_in


def compared(found: Comparison, new: Policy, now: datetime) -> dict[str, Any]:
    """Two policies over one history."""
    titled = Titled("", "", new.timezone, now, (), found)
    sums = [
        (
            "breaches",
            *(sum(_broken(goals) for goals in side.tally.targets.values()) for side in (found.old, found.new)),
        ),
        ("escalations", sum(found.old.escalations.values()), sum(found.new.escalations.values())),
        ("interruptions", found.old.interruptions, found.new.interruptions),
        ("outside", found.old.outside_hours, found.new.outside_hours),
    ]
    return {
        "tickets": found.old.tally.tickets,
        "sums": sums,
        "pictures": {language: _drawn(titled, language) for language, _ in settings.LANGUAGES},
        "changed": [_changed(each) for each in found.changed],
        "many_changed": found.tickets_changed,
    }


def _drawn(titled: Titled, language: str) -> list[str]:
    """The reader's language may differ from the asker's."""
    with speaking_in(language):
        return pictures(titled)


def _broken(goals: Goals) -> int:
    return goals.breached + goals.running_over


def _changed(each: Changed) -> dict[str, Any]:
    breaches = (each.breaches_before, each.breaches_after)
    return {"ticket": each.ticket, "breaches": breaches, "gone": each.steps_gone, "new": each.steps_new}


def running(found: Comparison) -> dict[str, Any]:
    """What publishing for running tickets would do."""
    return {
        "running": found.tickets_running,
        "affected": found.running_affected,
        "moved": found.deadlines_moved,
        "breached": found.breached_at_once,
        "due": found.due_at_once,
        "tickets": [_moved(each) for each in found.running],
    }


def _moved(each: Running) -> dict[str, Any]:
    def said(at: datetime | None) -> str | None:
        return at.isoformat() if at is not None else None

    moved = [(one.clock, said(one.before), said(one.after)) for one in each.moved]
    return {"ticket": each.ticket, "moved": moved, "breached": each.breached, "due": each.due}


def simulated(found: Simulation, days: int) -> dict[str, Any]:
    """What people might have done: each figure with half the width of its interval."""
    return {
        "tickets": found.tickets,
        "days": days,
        "runs": found.runs,
        "knows_levels": found.knows_levels,
        "figures": [
            (each.name, *_estimate(each.before), *_estimate(each.after), *_estimate(each.difference))
            for each in found.figures
        ],
        "levels": [_fitted(each, found.what_if) for each in found.fitted],
        "fidelity": [
            (each.name, each.quantile, round(each.recorded, 2), *_estimate(each.modelled)) for each in found.fidelity
        ],
    }


def _estimate(value: Estimate) -> tuple[float, float]:
    return round(value.mean, 2), round(value.margin, 2)


def _fitted(each: Fitted, what_if: WhatIf) -> tuple[str, int, int, float, int]:
    return each.level, each.staff.agents, each.staff.each, round(each.service, 2), what_if.people.get(each.level, 0)
