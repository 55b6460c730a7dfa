"""Two weeks of on-call duty as a calendar: where each day, turn and absence stands in the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from rung.core.oncall.schedule import Turn
from rung.people.models import Absence, Agent
from rung.web.templatetags.formatting import hue, initials

DAYS = 14
#: Of the picture, in its own units: the names at the left, a day, a row, the head.
LABEL, DAY, ROW, HEAD = 150, 70, 34, 40
WIDTH = LABEL + DAYS * DAY
#: About the width of a letter, and of what a name has around it.
LETTER, AROUND = 6.4, 14


@dataclass(frozen=True)
class Day:
    """One column, from midnight to midnight where the reader is."""

    x: int
    at: datetime
    is_weekend: bool
    is_today: bool


@dataclass(frozen=True)
class Bar:
    """A stretch in a row. `kind`: turn, override, hole or away. `name` is empty where it would not fit."""

    kind: str
    x: str
    width: str
    hue: int
    name: str
    title: str


@dataclass(frozen=True)
class Row:
    """A schedule, or somebody who is away."""

    name: str
    y: int
    bars: list[Bar]
    is_person: bool = False


@dataclass(frozen=True)
class DutyCalendar:
    """Everything the picture shows."""

    days: list[Day]
    rows: list[Row]
    now_x: str
    height: int
    width: int = WIDTH


def draw(
    turns: Sequence[tuple[str, Sequence[Turn]]], absences: Sequence[Absence], names: dict[str, Agent], now: datetime
) -> DutyCalendar:
    """The calendar from the midnight before `now` on, in the reader's time. `turns`: each schedule's."""
    edges = edges_of(now)
    rows: list[Row] = []

    def add(name: str, bars: list[Bar], *, is_person: bool = False) -> None:
        rows.append(Row(name, HEAD + ROW * len(rows), bars, is_person))

    for schedule, stretches in turns:
        add(schedule, [_turn(turn, edges, names) for turn in stretches])
    for person in sorted({each.agent for each in absences}, key=lambda agent: agent.name):
        away = [each for each in absences if each.agent == person and each.starts_at < edges[-1]]
        if away:
            add(person.name, [_away(each, edges) for each in away], is_person=True)
    days = [
        Day(LABEL + DAY * place, edge, timezone.localtime(edge).weekday() >= 5, place == 0)
        for place, edge in enumerate(edges[:-1])
    ]
    return DutyCalendar(days, rows, f"{_x(now, edges):.1f}", HEAD + ROW * len(rows) + 6)


def edges_of(now: datetime) -> list[datetime]:
    """The midnights between the days, the first and the last too."""
    today = timezone.localtime(now).date()
    zone = timezone.get_current_timezone()
    return [datetime.combine(today + timedelta(days=place), time(), zone) for place in range(DAYS + 1)]


def _turn(turn: Turn, edges: list[datetime], names: dict[str, Agent]) -> Bar:
    if turn.person is None:
        return _bar("hole", turn.start, turn.end, edges, name=_("nobody"))
    name = names[turn.person].name if turn.person in names else turn.person
    return _bar("override" if turn.instead_of else "turn", turn.start, turn.end, edges, name=name, colour=hue(name))


def _away(absence: Absence, edges: list[datetime]) -> Bar:
    return _bar("away", absence.starts_at, absence.ends_at, edges, name=absence.reason or _("away"))


def _bar(kind: str, start: datetime, end: datetime, edges: list[datetime], *, name: str, colour: int = 0) -> Bar:
    left, right = _x(start, edges), _x(end, edges)
    width = max(2.0, right - left - 2)
    when = " – ".join(f"{timezone.localtime(each):%d.%m. %H:%M}" for each in (start, end))
    return Bar(kind, f"{left:.1f}", f"{width:.1f}", colour, _fitting(name, width), f"{name}, {when}")


def _fitting(name: str, width: float) -> str:
    """The name, its first word or its initials, whichever still fits the bar."""
    fits = (
        each for each in (name, name.split(" ", maxsplit=1)[0], initials(name)) if len(each) * LETTER + AROUND <= width
    )
    return next(fits, "")


def _x(at: datetime, edges: list[datetime]) -> float:
    """Where a moment stands; days with a change of the clock are as wide as the others."""
    for place, (start, end) in enumerate(pairwise(edges)):
        if at < end:
            return LABEL + DAY * (place + max(0.0, (at - start) / (end - start)))
    return float(WIDTH)
