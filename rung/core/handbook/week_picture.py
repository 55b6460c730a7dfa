"""Draws a calendar: a week of open hours, and the holidays ahead, as SVG."""

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape

from rung.core.calendar import Calendar
from rung.core.calendar.hours import DAY_MINUTES, DAYS, Span
from rung.core.handbook.picture_colors import Color, paint
from rung.core.policy.plain_words import day as day_of_week
from rung.core.sentences import say

_LEFT, _TOP, _ROW, _HOUR = 46, 28, 26, 20
_WIDTH = _LEFT + 24 * _HOUR + 16
_MOST_HOLIDAYS = 6
_FONT = 'font-family="system-ui, sans-serif"'


def week_svg(name: str, calendar: Calendar, holidays: Sequence[date] = ()) -> str:
    """A row a day, from midnight to midnight; `holidays`: days ahead on which it is shut."""
    ahead = sorted(holidays)[:_MOST_HOLIDAYS]
    title = escape(say("The week of %(calendar)s", calendar=name))
    height = _TOP + _ROW * len(DAYS) + (26 if ahead else 6)
    days: Sequence[tuple[Span, ...]] = [((0, DAY_MINUTES),)] * 7 if calendar.always else calendar.hours.days
    drawn = [*_hours(height - (26 if ahead else 6)), *(each for day in range(7) for each in _day(day, days))]
    if ahead:
        shut = ", ".join(f"{day_of_week(day.weekday())} {day.day}.{day.month}." for day in ahead)
        drawn.append(_text(_LEFT, height - 6, say("Closed: %(days)s", days=shut), "start"))
    size = f'width="{_WIDTH}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" {size} role="img" '
        f'aria-label="{title}"><rect {size} {paint(Color.PAPER)}/>{"".join(drawn)}</svg>'
    )


def _hours(bottom: int) -> Iterator[str]:
    for hour in range(0, 25, 3):
        x = _LEFT + hour * _HOUR
        yield _text(x, 16, f"{hour:02}", "middle")
        yield f'<path d="M{x} 22 V{bottom}" stroke-width="1" {paint(stroke=Color.EMPTY)}/>'


def _day(day: int, days: Sequence[tuple[Span, ...]]) -> Iterator[str]:
    y = _TOP + day * _ROW
    yield _text(_LEFT - 10, y + 15, day_of_week(day), "end")
    yield f'<rect x="{_LEFT}" y="{y + 3}" width="{24 * _HOUR}" height="{_ROW - 8}" rx="3" {paint(Color.EMPTY)}/>'
    over_midnight = [(0, end - DAY_MINUTES) for _start, end in days[day - 1] if end > DAY_MINUTES]
    for start, end in [*over_midnight, *((start, min(end, DAY_MINUTES)) for start, end in days[day])]:
        x, width = _LEFT + start * _HOUR / 60, (end - start) * _HOUR / 60
        size = f'width="{width:g}" height="{_ROW - 8}" rx="3"'
        yield f'<rect data-is="open" x="{x:g}" y="{y + 3}" {size} {paint(Color.BLUE)}/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="12"'
    return f"<text {place} {_FONT} {paint(Color.INK)}>{escape(text)}</text>"
