"""Open tickets as the triage page lays them out: by what they wait for, the most pressing first, in one pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, SmallIntegerField, Value, When
from django.db.models.functions import Cast, Coalesce

from rung.people.models import Agent
from rung.tickets.models import IS_OPEN, Ticket

#: What tickets wait for; `ALL` is the one lane of a page that is a plain list.
NOW, OURS, CUSTOMER, ELSEWHERE, SNOOZED, ALL = LANES = ("now", "ours", "customer", "elsewhere", "snoozed", "all")
#: Where a ticket without a deadline stands: after all that have one.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_DEADLINE = Coalesce("next_deadline_at", Value(NEVER))
_ORDER = (F("critical").desc(), F("priority_rank").asc(), _DEADLINE.asc(), F("number").asc())


@dataclass(frozen=True)
class LanePart:
    """Part of a lane, in its order: the tickets' numbers, and how many tickets the lane has."""

    lane: str
    numbers: list[int]
    total: int


@dataclass(frozen=True)
class Board:
    """The lanes, and how many are open at all, the reader's, nobody's, and of the reader's level."""

    lanes: list[LanePart]
    all: int
    mine: int
    nobody: int
    level: int


def lay_out(seen: Q, wanted: Q, agent: Agent, now: datetime, sizes: dict[str, int]) -> Board:
    """The first of the wanted tickets in each lane, as many as `sizes` says; `ALL` in it makes one lane of them all.

    `seen`: what the reader may see, which is what the counts are of. Each open ticket is looked at once.
    """
    lane = Value(LANES.index(ALL)) if ALL in sizes else _lane(now)
    looked = (
        Ticket.objects.filter(IS_OPEN, seen)
        .order_by()
        .annotate(
            # Of a filter that nothing can meet Django leaves a bare NULL, which is a text to PostgreSQL.
            lane=Cast(Case(When(wanted, then=lane), default=None), SmallIntegerField()) if wanted else lane,
            due=_DEADLINE,
            mine=Case(When(assignee=agent.handle, then=1), output_field=SmallIntegerField()),
            nobody=Case(When(assignee=None, then=1), output_field=SmallIntegerField()),
            at_level=Case(When(of_level(agent.level), then=1), output_field=SmallIntegerField()),
        )
        .values_list("number", "critical", "priority_rank", "due", "lane", "mine", "nobody", "at_level")
    )
    statement, parameters = looked.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_LAY_OUT.format(looked=statement), [*parameters, max(sizes.values())])
        found = cursor.fetchall()
    lanes = [LanePart(name, *_part(found, LANES.index(name), size)) for name, size in sizes.items()]
    return Board(lanes, *next(rest for kind, *rest in found if kind == _COUNTS))


def _part(found: list[tuple[int, ...]], lane: int, size: int) -> tuple[list[int], int]:
    mine = [(number, total) for kind, number, place, total, _ in found if kind == lane and place <= size]
    return [number for number, _ in mine], mine[0][1] if mine else 0


_COUNTS = -1
# Rows of (lane, number, place, total, 0), and one of (-1, all, mine, nobody, level).
_LAY_OUT = """
WITH looked (number, critical, rank, due, lane, mine, nobody, level) AS MATERIALIZED ({looked})
SELECT lane, number, place, total, 0 FROM (
    SELECT lane, number, row_number() OVER (PARTITION BY lane ORDER BY critical DESC, rank, due, number) AS place,
        count(*) OVER (PARTITION BY lane) AS total
    FROM looked WHERE lane IS NOT NULL
) placed WHERE place <= %s
UNION ALL SELECT -1, count(*), count(mine), count(nobody), count(level) FROM looked
ORDER BY 1, 3
"""


def following(wanted: Q, now: datetime, lane: str, after: int, most: int) -> list[int]:
    """The tickets of a lane that come after this one, wherever it stands now; empty if there is no such ticket."""
    last = Ticket.objects.filter(number=after).values("critical", "priority_rank", "next_deadline_at").first()
    if last is None:
        return []
    rank, due = last["priority_rank"], last["next_deadline_at"] or NEVER
    later = Q(due__gt=due) | Q(due=due, number__gt=after)
    beyond = Q(critical=last["critical"]) & (Q(priority_rank__gt=rank) | (Q(priority_rank=rank) & later))
    if last["critical"]:
        beyond |= Q(critical=False)
    found = Ticket.objects.filter(IS_OPEN, wanted).annotate(due=_DEADLINE).filter(beyond)
    if lane != ALL:
        found = found.annotate(lane=_lane(now)).filter(lane=LANES.index(lane))
    return list(found.order_by(*_ORDER).values_list("number", flat=True)[:most])


def rows(numbers: Iterable[int]) -> dict[int, Ticket]:
    """These tickets with what a row shows of them, and nothing else."""
    return for_rows(Ticket.objects.filter(number__in=list(numbers))).in_bulk()


def for_rows(found: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With what a row of a list shows, and without the rest, which is long."""
    shown = ("number", "subject", "status", "turn", "priority", "critical", "category", "level", "offered_to")
    moments = ("offered_at", "opened_at", "next_deadline_at", "next_deadline_clock", "at_risk_at", "snoozed_until")
    people = ("customer__name", "customer__tier", "assignee__name", "assignee__handle")
    return (
        found.select_related("customer", "assignee")
        .order_by()
        .only(*shown, *moments, *people, "missed", "parked_at", "path")
    )


def needs_somebody(now: datetime) -> Q:
    """Our turn, not snoozed, and missed, at risk, offered, critical, parked or nobody's."""
    pressing = Q(critical=True) | Q(missed=True) | Q(at_risk_at__lte=now) | ~Q(offered_to="") | Q(assignee=None)
    return Q(parked_at__isnull=False) | (_ours(now) & pressing) | (~Q(offered_to="") & IS_OPEN)


def of_level(level: str) -> Q:
    """Held at a level or offered to it; nothing where there is none."""
    return Q(level=level) | Q(offered_to=level) if level else Q(pk=None)


def _ours(now: datetime) -> Q:
    return Q(turn="ours") & (Q(snoozed_until=None) | Q(snoozed_until__lte=now))


def _lane(now: datetime) -> Case:
    return Case(
        When(needs_somebody(now), then=LANES.index(NOW)),
        When(snoozed_until__gt=now, then=LANES.index(SNOOZED)),
        When(turn="ours", then=LANES.index(OURS)),
        When(turn="customer", then=LANES.index(CUSTOMER)),
        default=LANES.index(ELSEWHERE),
        output_field=SmallIntegerField(),
    )
