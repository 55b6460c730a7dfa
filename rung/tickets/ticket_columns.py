"""What a ticket's row shows of its case, for lists and searches."""

from datetime import datetime
from typing import NamedTuple, TypedDict

from rung.core.calendar.moments import from_us
from rung.core.case.case import Case
from rung.core.reckoning import clocks
from rung.core.reckoning.look import Look
from rung.core.vocabulary import METRICS, ClockName, Priority

#: A deadline is at risk from this share of its goal on.
AT_RISK = 0.75


class Columns(TypedDict):
    """The columns of a ticket that are drawn from its case."""

    status: str
    turn: str
    priority: str
    priority_rank: int
    critical: bool
    category: str
    tags: list[str]
    path: str
    level: str
    assignee_id: str | None
    offered_levels: list[str]
    offered_to: str
    offered_at: datetime | None
    policy: int
    over_at: datetime | None
    merged_into_id: int | None
    snoozed_until: datetime | None
    missed: bool
    events_count: int


def columns(case: Case) -> Columns:
    """The case as columns of its row."""
    offer = case.open_offer
    return Columns(
        status=case.status.value,
        turn=case.turn.value,
        priority=case.priority.value if case.priority else "",
        priority_rank=(case.priority or Priority.NORMAL).rank,
        critical=case.critical,
        category=case.category or "",
        tags=case.tags,
        path=case.path or "",
        level=case.level or "",
        assignee_id=case.assignee,
        offered_levels=list(dict.fromkeys(each.level for each in case.offers)),
        offered_to=offer.level if offer else "",
        offered_at=offer.at if offer else None,
        policy=case.policy,
        over_at=case.over_at,
        merged_into_id=case.merged_into,
        snoozed_until=case.snoozed_until,
        missed=has_missed(case),
        events_count=case.number,
    )


def has_missed(case: Case) -> bool:
    """A clock that runs now has passed its target in this cycle."""
    return any(case.missed.get(clock) == cycle.number for clock, cycle in case.running.items())


class NextDeadline(NamedTuple):
    """The earliest deadline ahead, its clock, and the moment from which it is at risk; all empty without one."""

    at: datetime | None = None
    clock: str = ""
    at_risk_at: datetime | None = None


def next_deadline(look: Look) -> NextDeadline:
    """The nearest deadline of a running target that is not missed yet. A paused clock has none."""
    case, compiled, calendar = look.case, look.compiled, look.calendar
    nearest: tuple[int, ClockName, int | None] | None = None
    for clock in METRICS:
        cycle = case.running.get(clock)
        goal = None if cycle is None else compiled.goal_us(clock, look.target, calendar)
        if cycle is None or goal is None or case.missed.get(clock) == cycle.number:
            continue
        read = look.read(cycle, calendar)
        at = clocks.crossing(read, goal, calendar)
        if at is not None and (nearest is None or at < nearest[0]):
            nearest = (at, clock, clocks.crossing(read, int(goal * AT_RISK), calendar))
    if nearest is None:
        return NextDeadline()
    at, clock, risk = nearest
    return NextDeadline(from_us(at), clock.value, None if risk is None else from_us(risk))
