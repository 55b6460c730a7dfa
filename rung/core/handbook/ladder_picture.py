"""Draws a ladder: how a ticket that nobody answers climbs, as SVG."""

from datetime import timedelta
from html import escape
from textwrap import wrap

from msgspec.structs import replace

from rung.core.handbook.parts import Ladder
from rung.core.handbook.picture_colors import Color, paint
from rung.core.handbook.unanswered import Rung
from rung.core.policy.plain_words import actions, listed, upper_first
from rung.core.sentences import say

_TIME_WIDTH = 118
_COLUMN = 110
_TEXT_WIDTH = 420
_ROW = 46
_TOP = 46
_WRAP = 56
_COLORS = (Color.BLUE, Color.TEAL, Color.AMBER, Color.RED, Color.PURPLE, Color.SLATE)
_FONT = 'font-family="system-ui, sans-serif"'


def ladder_svg(ladder: Ladder) -> str:
    """Time runs down, levels stand side by side; the line goes where the ticket is offered."""
    levels = ladder.levels
    width = _TIME_WIDTH + _COLUMN * len(levels) + _TEXT_WIDTH
    height = _TOP + _ROW * (len(ladder.rungs) + 1) + 8
    drawn = [_heading(levels, height), _dot(0, 0), _label(0, timedelta(), say("A customer writes"), len(levels))]
    place = 0
    for row, rung in enumerate(ladder.rungs, 1):
        before, place = place, levels.index(rung.level) if rung.level in levels else place
        drawn.append(_line(before, row - 1, place, row))
        drawn.append(_dot(place, row, hollow=rung.level is None))
        drawn.append(_label(row, rung.elapsed, upper_first(said(rung)), len(levels)))
    title = escape(say("%(title)s: what happens when nobody answers", title=ladder.title))
    size = f'width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} role="img" '
        f'aria-label="{title}"><rect {size} {paint(Color.PAPER)}/>{"".join(drawn)}</svg>'
    )


def spoken(elapsed: timedelta) -> str:
    """`7 min 30 s`, `1 h 30 min`, `1 d 2 h`: the two largest parts."""
    seconds = round(elapsed.total_seconds())
    parts = [
        (seconds // 86_400, "d"),
        (seconds // 3_600 % 24, "h"),
        (seconds // 60 % 60, "min"),
        (seconds % 60, "s"),
    ]
    return " ".join([f"{number} {unit}" for number, unit in parts if number][:2]) or "0 min"


def said(rung: Rung) -> str:
    """What happens on a rung, with the level by its name."""
    does = rung.actions if rung.level is None else replace(rung.actions, escalate=rung.level)
    again = say(", again and again, each time after a longer wait") if rung.again else ""
    return listed(actions(does)) + again


def _x(column: int) -> int:
    return _TIME_WIDTH + _COLUMN * column + _COLUMN // 2


def _y(row: int) -> int:
    return _TOP + _ROW * row + _ROW // 2


def _color(column: int) -> Color:
    return _COLORS[column % len(_COLORS)]


def _heading(levels: tuple[str, ...], height: int) -> str:
    return "".join(
        f'<rect x="{_x(column) - _COLUMN // 2 + 2}" y="8" width="{_COLUMN - 4}" height="{height - 16}" rx="6" '
        f'opacity="0.08" {paint(_color(column))}/>'
        f'<text x="{_x(column)}" y="30" text-anchor="middle" font-size="13" font-weight="600" {_FONT} '
        f"{paint(Color.INK)}>{escape(level[:14])}</text>"
        for column, level in enumerate(levels)
    )


def _dot(column: int, row: int, *, hollow: bool = False) -> str:
    painted = paint(Color.PAPER if hollow else _color(column), _color(column))
    return f'<circle cx="{_x(column)}" cy="{_y(row)}" r="7" stroke-width="2.5" {painted}/>'


def _line(before: int, row: int, column: int, next_row: int) -> str:
    """Down, then across: a stair."""
    down = f"M{_x(before)} {_y(row) + 8} V{_y(next_row) - (8 if before == column else 0)}"
    across = "" if before == column else f" H{_x(column) - (8 if column > before else -8)}"
    return f'<path d="{down}{across}" stroke-width="2.5" {paint(stroke=_color(column))}/>'


def _label(row: int, elapsed: timedelta, text: str, columns: int) -> str:
    lines = wrap(text, _WRAP)[:2]
    left = _TIME_WIDTH + _COLUMN * columns + 14
    first = _y(row) + 5 - 9 * (len(lines) - 1)
    spans = "".join(
        f'<text x="{left}" y="{first + 18 * number}" font-size="13" {_FONT} {paint(Color.INK)}>{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    time = f'<text x="{_TIME_WIDTH - 14}" y="{_y(row) + 5}" text-anchor="end" font-size="13" font-weight="600" {_FONT} '
    return f"{time}{paint(Color.INK)}>{spoken(elapsed)}</text>{spans}"
