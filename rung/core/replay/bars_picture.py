"""Draws two policies side by side: paired bars, as SVG."""

from collections.abc import Sequence
from html import escape

from rung.core.handbook.picture_colors import Color, paint
from rung.core.policy.plain_words import number
from rung.core.sentences import key, say

_LABEL = 250
_BARS = 460
_ROW = 40
_OLD, _NEW = Color.LINE, Color.BLUE
_FONT = 'font-family="system-ui, sans-serif"'
_HOUR = 26
_TALL = 150

_SIDES = (key("before"), key("afterwards"))

Pair = tuple[str, int, int]


def paired_bars(title: str, rows: Sequence[Pair], sides: tuple[str, str] = _SIDES) -> str:
    """Horizontal bars: (label, before, after). The longest fills the width. `sides`: what the two are called."""
    most = max([1, *(max(before, after) for _, before, after in rows)])
    drawn = [_legend(title, sides)]
    for place, (label, before, after) in enumerate(rows):
        y = 54 + place * _ROW
        drawn.append(_text(_LABEL - 12, y + 19, label[:36], "end"))
        change = number(after)
        if sides is _SIDES and after != before:
            change += f" ({'+' if after > before else ''}{number(after - before)})"
        for value, said, color, top in ((before, number(before), _OLD, y), (after, change, _NEW, y + 15)):
            width = round(_BARS * value / most)
            drawn.append(f'<rect x="{_LABEL}" y="{top}" width="{max(width, 1)}" height="13" rx="2" {paint(color)}/>')
            drawn.append(_text(_LABEL + width + 8, top + 11, said, "start", 11))
    return _svg(title, _LABEL + _BARS + 120, 64 + len(rows) * _ROW, drawn)


def hours_picture(title: str, before: Sequence[int], after: Sequence[int]) -> str:
    """24 pairs of columns, one for each hour of the day."""
    most = max([1, *before, *after])
    drawn = [_legend(title, _SIDES)]
    base = 60 + _TALL
    for hour, pair in enumerate(zip(before, after, strict=True)):
        x = 40 + hour * _HOUR
        for place, (value, color) in enumerate(zip(pair, (_OLD, _NEW), strict=True)):
            height = round(_TALL * value / most)
            left = x + place * 10
            drawn.append(f'<rect x="{left}" y="{base - height}" width="9" height="{height}" {paint(color)}/>')
        drawn.append(_text(x + 10, base + 16, f"{hour:02}", "middle", 11))
    drawn.append(_text(34, 66, number(most), "end", 11))
    drawn.append(
        f'<line x1="38" y1="{base}" x2="{40 + 24 * _HOUR}" y2="{base}" stroke-width="1" {paint(stroke=Color.INK)}/>'
    )
    return _svg(title, 60 + 24 * _HOUR, base + 30, drawn)


def _legend(title: str, sides: tuple[str, str]) -> str:
    marks = "".join(
        f'<rect x="{x}" y="30" width="12" height="12" rx="2" {paint(color)}/>{_text(x + 18, 41, name, "start", 12)}'
        for x, color, name in ((10, _OLD, say(sides[0])), (110, _NEW, say(sides[1])))
    )
    return (
        f'<text x="10" y="20" font-size="15" font-weight="600" {_FONT} {paint(Color.INK)}>{escape(title)}</text>{marks}'
    )


def _text(x: int, y: int, text: str, anchor: str, size: int = 13) -> str:
    place = f'x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}"'
    return f"<text {place} {_FONT} {paint(Color.INK)}>{escape(text)}</text>"


def _svg(title: str, width: int, height: int, drawn: Sequence[str]) -> str:
    size = f'width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} role="img" '
        f'aria-label="{escape(title)}"><rect {size} {paint(Color.PAPER)}/>{"".join(drawn)}</svg>'
    )
