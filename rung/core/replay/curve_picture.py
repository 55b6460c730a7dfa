"""Draws the trade-off of a warning: messages against breaches caught, as SVG."""

from collections.abc import Iterator, Sequence
from html import escape

from rung.core.handbook.picture_colors import Color, paint
from rung.core.policy.plain_words import number
from rung.core.replay.proposal import Point, Proposal
from rung.core.sentences import say

_LEFT, _TOP, _WIDE, _TALL = 84, 108, 640, 260
_OLD, _NEW = Color.RED, Color.BLUE
_FONT = 'font-family="system-ui, sans-serif"'
#: The height of a share written at a dot, the width of its digits, and how near to one another things may stand.
_LETTERS, _DIGIT, _AIR = 11, 7, 2
_TICKS = 5

Box = tuple[float, float, float, float]
#: Where the name of the axis that goes up stands; it may be set in wider letters than ours.
_TITLE: Box = (_LEFT, _TOP - 27, _LEFT + 190, _TOP - 8)


class _Axis:
    """A range of amounts, from a round one to a round one, laid along a length."""

    def __init__(self, amounts: Sequence[int], start: int, length: int) -> None:
        self.step = _round_step(max(amounts) - min(amounts))
        low = min(amounts) // self.step * self.step
        # Dots that all stand at one place stand in the middle of things, not in a corner.
        low -= self.step if min(amounts) == max(amounts) else 0
        #: Much nearer to nothing than it is long, it might as well begin there.
        self.low = 0 if low * 2 <= max(amounts) - low else low
        self.step = _round_step(max(amounts) - self.low)
        self.low = self.low // self.step * self.step
        self.high = max(-(-max(amounts) // self.step) * self.step, self.low + self.step)
        self.start, self.length = start, length

    @property
    def ticks(self) -> range:
        return range(self.low, self.high + 1, self.step)

    def at(self, amount: int) -> int:
        return self.start + round(self.length * (amount - self.low) / (self.high - self.low))


def curve_svg(proposal: Proposal) -> str:
    """Each dot is a share of the target; up is better, right costs more. Axes begin where the dots do."""
    every = (*proposal.curve, proposal.now)
    across = _Axis([point.messages for point in every], _LEFT, _WIDE)
    up = _Axis([point.caught for point in every], _TOP + _TALL, -_TALL)

    def place(point: Point) -> tuple[int, int]:
        return across.at(point.messages), up.at(point.caught)

    line = " ".join(f"{x},{y}" for x, y in map(place, proposal.curve))
    marked = [(proposal.now, _OLD)] + ([(proposal.best, _NEW)] if proposal.best is not None else [])
    taken = [_TITLE, *(_around(*place(point), 7) for point, _ in marked)]
    drawn = [*_grid(across, up), f'<polyline points="{line}" stroke-width="2" {paint(stroke=Color.LINE)}/>']
    drawn += [_dot(*place(point), 3.5, Color.LINE) for point in proposal.curve]
    drawn += [_dot(*place(point), 7, color) for point, color in marked]
    drawn += [_share(point, place(point), taken, color) or "" for point, color in marked]
    named = {point.percent for point, _ in marked}
    drawn += [_share(point, place(point), taken) or "" for point in proposal.curve if point.percent not in named]
    title = say("%(rule)s: breaches caught for messages sent", rule=proposal.rule)
    width, height = _LEFT + _WIDE + 40, _TOP + _TALL + 60
    size = f'width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} role="img" '
        f'aria-label="{escape(title)}"><rect {size} {paint(Color.PAPER)}/>'
        f"{_text(10, 24, title, size=15, bold=True)}{''.join(_said(proposal))}{''.join(drawn)}</svg>"
    )


def _said(proposal: Proposal) -> Iterator[str]:
    """What the two marked dots mean, in words."""
    marked = [(say("now"), proposal.now, _OLD)]
    marked += [(say("proposed"), proposal.best, _NEW)] if proposal.best is not None else []
    for place, (name, point, color) in enumerate(marked):
        y = 46 + 20 * place
        yield _dot(17, y - 4, 6, color)
        text = say(
            "%(name)s at %(percent)d %%: %(messages)s messages, %(caught)s breaches caught in time",
            name=name,
            percent=point.percent,
            messages=number(point.messages),
            caught=number(point.caught),
        )
        yield _text(30, y, text, color=color, bold=True)
    if proposal.best is None:
        yield _text(30, 66, say("no other share is clearly better"), color=Color.FAINT)


def _grid(across: _Axis, up: _Axis) -> Iterator[str]:
    right, floor = _LEFT + _WIDE, _TOP + _TALL
    for amount in up.ticks:
        y = up.at(amount)
        yield f'<path d="M{_LEFT} {y} H{right}" {paint(stroke=Color.EMPTY)}/>'
        yield _text(_LEFT - 8, y + 4, number(amount), "end", size=12, color=Color.FAINT)
    for amount in across.ticks:
        x = across.at(amount)
        yield f'<path d="M{x} {_TOP} V{floor}" {paint(stroke=Color.EMPTY)}/>'
        yield _text(x, floor + 18, number(amount), "middle", size=12, color=Color.FAINT)
    yield f'<path d="M{_LEFT} {_TOP} V{floor} H{right}" {paint(stroke=Color.INK)}/>'
    yield _text(_LEFT, _TOP - 14, say("breaches caught in time"), size=12, color=Color.FAINT)
    yield _text(right, floor + 40, say("messages; each dot a share of the target"), "end", size=12, color=Color.FAINT)


def _share(point: Point, at: tuple[int, int], taken: list[Box], color: Color | None = None) -> str | None:
    """The share beside its dot, where nothing stands yet; nothing if there is no room."""
    x, y = at
    said = f"{point.percent} %"
    half, far = _DIGIT * len(said) / 2, 12 if color else 9
    for dx, dy in ((0, -far), (0, far + _LETTERS), (-half - far, 4), (half + far, 4), (0, -far - 14), (0, far + 25)):
        box = (x + dx - half, y + dy - _LETTERS, x + dx + half, y + dy)
        if _is_inside(box) and not any(_meet(box, other) for other in taken):
            taken.append(box)
            left, top = round(x + dx), round(y + dy)
            return _text(left, top, said, "middle", size=12, color=color or Color.FAINT, bold=bool(color), halo=True)
    return None


def _around(x: int, y: int, radius: int) -> Box:
    return x - radius, y - radius, x + radius, y + radius


def _is_inside(box: Box) -> bool:
    """Right of one axis and above the other; a little may stand over the other edges."""
    return box[0] > _LEFT and box[2] < _LEFT + _WIDE + 34 and box[1] > _TOP - 30 and box[3] < _TOP + _TALL - 3


def _meet(one: Box, other: Box) -> bool:
    return (
        one[0] < other[2] + _AIR and other[0] < one[2] + _AIR and one[1] < other[3] + _AIR and other[1] < one[3] + _AIR
    )


def _round_step(length: int) -> int:
    """1, 2 or 5 times a power of ten, so that some five of them make the length."""
    step = 1
    while step * _TICKS < length:
        step = step * 2 if str(step)[0] != "2" else step * 5 // 2
    return step


def _dot(x: int, y: int, radius: float, color: Color) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius:g}" stroke-width="1" {paint(color, Color.PAPER)}/>'


def _text(
    x: int,
    y: int,
    text: str,
    anchor: str = "start",
    *,
    size: int = 13,
    color: Color = Color.INK,
    bold: bool = False,
    halo: bool = False,
) -> str:
    """`halo`: readable also where a line goes through it."""
    weight = ' font-weight="600"' if bold else ""
    weight += ' stroke-width="4" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}"{weight} {_FONT} '
        f"{paint(color, Color.PAPER if halo else None)}>{escape(text)}</text>"
    )
