"""Draws whom two policies interrupt at which hour, in working time and outside, as SVG."""

from collections.abc import Iterator
from html import escape

from rung.core.handbook.picture_colors import Color, paint
from rung.core.policy.plain_words import number
from rung.core.replay.interruption_hours import ByWhom, Hours, most_interrupted
from rung.core.sentences import say

_LABEL, _SIDE, _CELL, _ROW, _TOTAL = 190, 56, 30, 20, 60
_TOP = 78
_GAP = 8
_INSIDE, _OUTSIDE = Color.BLUE, Color.AMBER
_FONT = 'font-family="system-ui, sans-serif"'
#: The faintest cell that still shows: one interruption among thousands is one. The strongest lets its number be read.
_FAINTEST, _STRONGEST = 0.15, 0.7


def interruption_svg(old: ByWhom, new: ByWhom, timezone: str) -> str:
    """Two rows for each person, before and after, a column an hour; in a cell, working time left of the rest."""
    rows = most_interrupted(old, new)
    most = max([1, *(max(_totals(hours)) for _, *sides in rows for hours in sides)])
    width = _LABEL + _SIDE + 24 * _CELL + _TOTAL
    height = _TOP + len(rows) * (2 * _ROW + _GAP) + 10
    title = say("Interruptions by person and hour of the day (%(timezone)s)", timezone=timezone)
    drawn = [_text(10, 20, title, size=15, bold=True), *_legend(), *_hours()]
    for place, (who, before, after) in enumerate(rows):
        y = _TOP + place * (2 * _ROW + _GAP)
        drawn.append(_text(10, y + 14, who if len(who) < 26 else f"{who[:25]}…", bold=True))
        drawn += _row(y, say("before"), before, most)
        drawn += _row(y + _ROW, say("afterwards"), after, most)
    if not rows:
        drawn.append(_text(10, _TOP - 8, say("Nobody is interrupted.")))
    size = f'width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} role="img" '
        f'aria-label="{escape(title)}"><rect {size} {paint(Color.PAPER)}/>{"".join(drawn)}</svg>'
    )


def _row(y: int, side: str, hours: Hours, most: int) -> Iterator[str]:
    yield _text(_LABEL, y + 14, side, size=12, color=Color.FAINT)
    for hour, (inside, outside) in enumerate(zip(hours.inside, hours.outside, strict=True)):
        yield from _cell(_LABEL + _SIDE + hour * _CELL, y, inside, outside, most)
    yield _text(_LABEL + _SIDE + 24 * _CELL + _TOTAL - 10, y + 14, number(hours.total), "end", size=12, bold=True)


def _cell(x: int, y: int, inside: int, outside: int, most: int) -> Iterator[str]:
    wide, tall = _CELL - 1, _ROW - 1
    total = inside + outside
    if not total:
        yield f'<rect x="{x}" y="{y}" width="{wide}" height="{tall}" {paint(Color.EMPTY)}/>'
        return
    share = total / most
    opacity = f"{_FAINTEST + (_STRONGEST - _FAINTEST) * share:.2f}"
    split = round(wide * inside / total)
    for left, width, color in ((x, split, _INSIDE), (x + split, wide - split, _OUTSIDE)):
        if width:
            yield (
                f'<rect x="{left}" y="{y}" width="{width}" height="{tall}" fill-opacity="{opacity}" {paint(color)}/>'
            )
    yield _text(x + wide // 2, y + 14, _short(total), "middle", size=11)


def _short(count: int) -> str:
    return f"{count}" if count < 1000 else f"{count / 1000:.1f}k" if count < 10_000 else f"{count // 1000}k"


def _totals(hours: Hours) -> list[int]:
    return [a + b for a, b in zip(hours.inside, hours.outside, strict=True)]


def _legend() -> Iterator[str]:
    for x, color, name in ((10, _INSIDE, say("in working time")), (170, _OUTSIDE, say("outside"))):
        yield f'<rect x="{x}" y="31" width="12" height="12" rx="2" {paint(color)}/>'
        yield _text(x + 18, 42, name, size=12)


def _hours() -> Iterator[str]:
    for hour in range(24):
        yield _text(
            _LABEL + _SIDE + hour * _CELL + _CELL // 2, _TOP - 8, f"{hour:02}", "middle", size=11, color=Color.FAINT
        )
    yield _text(_LABEL + _SIDE + 24 * _CELL + _TOTAL - 10, _TOP - 8, say("all"), "end", size=11, color=Color.FAINT)


def _text(
    x: int, y: int, text: str, anchor: str = "start", *, size: int = 13, bold: bool = False, color: Color = Color.INK
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}"{weight} {_FONT} '
        f"{paint(color)}>{escape(text)}</text>"
    )
