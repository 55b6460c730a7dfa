"""Clocks at the edges of time."""

from rung.core.calendar import Calendar
from rung.core.calendar.moments import to_us
from rung.core.reckoning.clocks import Reading, Stretch, crossing
from tests.core.stories import OPENED_AT


def test_a_threshold_beyond_the_calendars_reach_is_never_crossed():
    rare = Calendar.parse({"timezone": "UTC", "hours": {"mon": ["09:00-09:10"]}})
    start = to_us(OPENED_AT)
    read = Reading((Stretch(start, None),), 0, start)
    assert crossing(read, 100_000 * 3_600 * 1_000_000, rare) is None
    assert crossing(read, 60 * 1_000_000, rare) is not None
