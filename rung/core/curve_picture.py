"""Draws the trade-off of a warning: messages against breaches caught, as SVG."""

from html import escape

from rung.core.proposal import Point, Proposal

_LEFT, _TOP, _WIDE, _TALL = 84, 50, 520, 240
_OLD, _NEW, _INK, _LINE = "#c8453b", "#3b7dd8", "#1c2530", "#9aa8b7"
_FONT = 'font-family="system-ui, sans-serif"'


def curve_svg(proposal: Proposal) -> str:
    """Each dot is a share of the target; up is better, right costs more."""
    most_messages = max([1, *(point.messages for point in proposal.curve)])
    most_caught = max([1, *(point.caught for point in proposal.curve)])

    def place(point: Point) -> tuple[int, int]:
        x = _LEFT + round(_WIDE * point.messages / most_messages)
        return x, _TOP + _TALL - round(_TALL * point.caught / most_caught)

    line = " ".join(f"{x},{y}" for x, y in map(place, proposal.curve))
    drawn = [f'<polyline points="{line}" fill="none" stroke="{_LINE}" stroke-width="2"/>']
    drawn += [_dot(*place(point), 3, _LINE) for point in proposal.curve]
    drawn += [_dot(*place(proposal.now), 7, _OLD), _label(*place(proposal.now), f"now {proposal.now.percent} %", _OLD)]
    if proposal.best is not None:
        best = place(proposal.best)
        drawn += [_dot(*best, 7, _NEW), _label(best[0], best[1] + 20, f"proposed {proposal.best.percent} %", _NEW)]
    title = f"{proposal.rule}: breaches caught for messages sent"
    axes = (
        f'<path d="M{_LEFT} {_TOP} V{_TOP + _TALL} H{_LEFT + _WIDE}" fill="none" stroke="{_INK}"/>'
        + _text(_LEFT - 8, _TOP + 6, f"{most_caught:,}", "end")
        + _text(_LEFT - 8, _TOP + _TALL, "0", "end")
        + _text(_LEFT + _WIDE, _TOP + _TALL + 20, f"{most_messages:,} messages", "end")
        + _text(_LEFT, _TOP - 24, title, "start", bold=True)
        + _text(_LEFT + 8, _TOP - 6, "breaches caught in time", "start")
    )
    width, height = _LEFT + _WIDE + 60, _TOP + _TALL + 40
    size = f'width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} role="img" '
        f'aria-label="{escape(title)}"><rect {size} fill="#ffffff"/>{axes}{"".join(drawn)}</svg>'
    )


def _dot(x: int, y: int, radius: int, color: str) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{color}"/>'


def _label(x: int, y: int, text: str, color: str) -> str:
    """Left of the dot where the picture ends to the right."""
    anchor, left = ("end", x - 12) if x > _LEFT + _WIDE * 2 // 3 else ("start", x + 12)
    return _text(left, y + 18, text, anchor, color, bold=True)


def _text(x: int, y: int, text: str, anchor: str, color: str = _INK, *, bold: bool = False) -> str:
    look = 'font-size="14" font-weight="600"' if bold else 'font-size="12"'
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" {look} {_FONT} fill="{color}">{escape(text)}</text>'
