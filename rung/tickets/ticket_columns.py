"""The columns of tickets and events: their types, and what a case, a look or an event shows in them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from rung.core.calendar.moments import from_us
from rung.core.case.case import Case
from rung.core.case.events import AnyEvent, encode
from rung.core.reckoning import clocks
from rung.core.reckoning.look import Look
from rung.core.vocabulary import METRICS, ClockName, Priority

#: A deadline is at risk from this share of its goal on.
AT_RISK = 0.75


def has_missed(case: Case) -> bool:
    """A clock that runs now has passed its target in this cycle."""
    return any(case.missed.get(clock) == cycle.number for clock, cycle in case.running.items())


class Column(NamedTuple):
    """A column of a ticket's row, its type in the statements that write it, and what a case shows there."""

    name: str
    type: str
    of: Callable[[Case], object]


#: What is drawn from the case alone. An action, the ticker and an import write these, each by its own statement.
CASE_COLUMNS = (
    Column("status", "text", lambda case: case.status.value),
    Column("turn", "text", lambda case: case.turn.value),
    Column("priority", "text", lambda case: case.priority.value if case.priority else ""),
    Column("priority_rank", "int", lambda case: (case.priority or Priority.NORMAL).rank),
    Column("critical", "bool", lambda case: case.critical),
    Column("category", "text", lambda case: case.category or ""),
    Column("tags", "text[]", lambda case: case.tags),
    Column("path", "text", lambda case: case.path or ""),
    Column("level", "text", lambda case: case.level or ""),
    Column("assignee_id", "text", lambda case: case.assignee),
    Column("offered_levels", "text[]", lambda case: list(dict.fromkeys(each.level for each in case.offers))),
    Column("offered_to", "text", lambda case: case.open_offer.level if case.open_offer else ""),
    Column("offered_at", "timestamptz", lambda case: case.open_offer.at if case.open_offer else None),
    Column("policy", "int", lambda case: case.policy),
    Column("over_at", "timestamptz", lambda case: case.over_at),
    Column("merged_into_id", "bigint", lambda case: case.merged_into),
    Column("snoozed_until", "timestamptz", lambda case: case.snoozed_until),
    Column("missed", "bool", has_missed),
    Column("events_count", "int", lambda case: case.number),
)


#: What a look adds: the nearest deadline, by the ticket's policy and the people of the moment.
DEADLINE_COLUMNS = (("next_deadline_at", "timestamptz"), ("next_deadline_clock", "text"), ("at_risk_at", "timestamptz"))
#: What a row keeps from its beginning.
FIRST_COLUMNS = (
    *(("subject", "text"), ("customer_id", "bigint"), ("requester_id", "bigint"), ("channel", "text")),
    *(("inbox", "text"), ("opened_at", "timestamptz")),
)
#: An event's row, in the order of `event_values`.
EVENT_COLUMNS = (
    *(("ticket_id", "bigint"), ("number", "int"), ("at", "timestamptz"), ("kind", "text"), ("by", "text")),
    *(("data", "jsonb"), ("client_key", "text")),
)


def columns(case: Case) -> dict[str, Any]:
    """The case as columns of its row."""
    return {name: of(case) for name, _, of in CASE_COLUMNS}


def event_values(
    ticket: int, event: AnyEvent, client_key: str | None, data: Callable[[bytes], object]
) -> tuple[object, ...]:
    """An event as its row. `data`: what its JSON is handed over as."""
    return ticket, event.number, event.at, kind_of(event), event.by, data(encode(event)), client_key


def kind_of(event: AnyEvent) -> str:
    """The word under `kind` in the event's JSON."""
    return str(type(event).__struct_config__.tag)


class NextDeadline(NamedTuple):
    """The earliest deadline ahead, its clock, and the moment from which it is at risk; all empty without one."""

    at: datetime | None = None
    clock: str = ""
    at_risk_at: datetime | None = None


def next_deadline(look: Look) -> NextDeadline:
    """The nearest deadline of a running target that is not missed yet. A paused clock has none, nor a ticket that is
    over."""
    case = look.case
    if case.status.is_over:
        return NextDeadline()
    compiled, calendar = look.compiled, look.calendar
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
