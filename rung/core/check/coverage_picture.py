"""Draws the coverage map: for each path and level, half hour by half hour, whether somebody can be reached, as SVG."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from zoneinfo import ZoneInfo

from rung.core.calendar.instants import zone
from rung.core.check.coverage import Presence
from rung.core.handbook.picture_colors import Color, paint
from rung.core.policy.model import Policy
from rung.core.policy.plain_words import day as day_of_week
from rung.core.reckoning.compiled import Compiled
from rung.core.sentences import key, say

_LEFT, _TOP, _ROW, _GAP = 120, 64, 22, 30
_CELL = 1.25
#: Half hours of today that must be left for its name to stand before tomorrow's.
_SHORT_DAY = 32
_COLORS = {"there": Color.TEAL, "above": Color.SAND, "hole": Color.RED, "off": Color.EMPTY}
_SAID = {
    "there": key("somebody of the level"),
    "above": key("nobody, but somebody above"),
    "hole": key("nobody, and time counts"),
    "off": key("nobody, no time counts"),
}
_FONT = 'font-family="system-ui, sans-serif"'


def coverage_svg(policy: Policy, known: Presence) -> str:
    """One block a path, one row a level. Time counts where any target's calendar is open."""
    compiled = Compiled(policy)
    targets: Sequence[int | None] = range(len(policy.targets)) or (None,)
    calendars = [compiled.calendar(None, target, None) for target in targets]
    counts = [any(calendar.is_open(at) for calendar in calendars) for at in known.half_hours]
    drawn, y = list(_legend()), _TOP
    for path, levels in policy.paths.items():
        drawn.append(_text(8, y, path, bold=True))
        for place, level in enumerate(levels):
            row = y + 8 + place * _ROW
            drawn.append(_text(_LEFT - 10, row + 14, level[:14], "end"))
            drawn += _row(row, _states(known, levels[place:], counts))
        drawn += _days(known.half_hours, y + 8, len(levels) * _ROW, zone(policy.timezone))
        y += 8 + len(levels) * _ROW + _GAP + 8
    title = escape(say("Who can be reached in the next 14 days"))
    size = f'width="{round(_LEFT + _CELL * len(known.half_hours) + 20)}" height="{y}"'
    box = f"0 0 {round(_LEFT + _CELL * len(known.half_hours) + 20)} {y}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" {size} role="img" '
        f'aria-label="{title}"><rect {size} {paint(Color.PAPER)}/>{"".join(drawn)}</svg>'
    )


def _states(known: Presence, levels: Sequence[str], counts: Sequence[bool]) -> Iterator[str]:
    for number, count in enumerate(counts):
        if known.there[levels[0]][number]:
            yield "there"
        elif any(known.there[level][number] for level in levels[1:]):
            yield "above"
        else:
            yield "hole" if count else "off"


def _row(y: int, states: Iterator[str]) -> Iterator[str]:
    """Equal half hours in a row as one rectangle."""
    place = 0
    for state, run in groupby(states):
        length = len(list(run))
        x, width = _LEFT + _CELL * place, _CELL * length
        yield (
            f'<rect data-is="{state}" x="{x:g}" y="{y}" width="{width:g}" height="{_ROW - 3}" {paint(_COLORS[state])}/>'
        )
        place += length


def _days(half_hours: Sequence[datetime], y: int, height: int, where: ZoneInfo) -> Iterator[str]:
    """A line and a name at every local midnight."""
    before = half_hours[0].astimezone(where).date()
    if sum(at.astimezone(where).date() == before for at in half_hours[:_SHORT_DAY]) == _SHORT_DAY:
        yield _text(_LEFT, y + height + 12, f"{day_of_week(before.weekday())} {before.day}", size=10)
    for number, at in enumerate(half_hours):
        day = at.astimezone(where).date()
        if day != before:
            before, x = day, _LEFT + _CELL * number
            yield f'<path d="M{x:g} {y - 3} v{height + 2}" stroke-width="1.5" {paint(stroke=Color.PAPER)}/>'
            yield _text(x + 2, y + height + 12, f"{day_of_week(day.weekday())} {day.day}", size=10)


def _legend() -> Iterator[str]:
    for number, (state, color) in enumerate(_COLORS.items()):
        x = 8 + number * 215
        yield f'<rect x="{x}" y="14" width="12" height="12" rx="2" {paint(color)}/>'
        yield _text(x + 18, 25, say(_SAID[state]), size=12)


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 13, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}"{weight} {_FONT} '
        f"{paint(Color.INK)}>{escape(text)}</text>"
    )
