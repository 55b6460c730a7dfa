"""Working time as laws, on calendars and moments drawn at random, and against a slow reference that steps minutes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rung.core.calendar import Calendar
from rung.core.calendar.instants import reached, zone

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Phoenix",
    "America/Havana",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Pacific/Apia",
    "UTC",
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)
NOTHING = timedelta()

# Moments crowd round changes of the clock, a skipped day and a turn of the year.
TURNS = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2024, 3, 10, 5, tzinfo=UTC),
    datetime(2024, 11, 3, 5, tzinfo=UTC),
    datetime(2018, 11, 4, 3, tzinfo=UTC),
    datetime(2018, 2, 18, 2, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2026, 12, 31, 23, tzinfo=UTC),
    datetime(2024, 2, 29, 0, tzinfo=UTC),
]
near_turns = st.builds(
    lambda turn, away: turn + away, st.sampled_from(TURNS), st.timedeltas(*[timedelta(days=4) * s for s in (-1, 1)])
)
moments = near_turns | st.datetimes(datetime(2008, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
amounts = st.timedeltas(NOTHING, timedelta(days=14)) | st.timedeltas(NOTHING, timedelta(hours=3)) | st.just(NOTHING)


@st.composite
def spans(draw):
    quarter = st.integers(0, 95)
    start, end = draw(quarter) * 15, draw(quarter.map(lambda number: number + 1)) * 15
    assume(start != end)
    return start, end


@st.composite
def calendars(draw):
    week = draw(st.dictionaries(st.sampled_from(DAYS), st.lists(spans(), max_size=3), min_size=1))
    assume(any(week.values()))
    turn = draw(st.sampled_from(TURNS)).date()
    away = st.integers(-4, 4).map(lambda days: (turn + timedelta(days=days)).isoformat())
    return Calendar.parse(
        {
            "timezone": draw(st.sampled_from(ZONES)),
            "hours": {day: [f"{clock(a)}-{clock(b)}" for a, b in intervals] for day, intervals in week.items()},
            "holidays": draw(st.lists(away, max_size=4)),
        }
    )


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@given(calendars(), moments, amounts)
def test_between_undoes_add(calendar, start, amount):
    assert calendar.between(start, calendar.add(start, amount)) == amount


@given(calendars(), moments, amounts)
def test_between_undoes_add_backwards(calendar, start, amount):
    assert calendar.between(start, calendar.add(start, -amount)) == -amount


@given(calendars(), moments, amounts, amounts)
def test_adding_twice_is_adding_the_sum(calendar, start, first, second):
    # Adding nothing at a closing instant goes to the next opening, so the second amount must be something.
    assume(second > NOTHING)
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@given(calendars(), moments, moments)
def test_between_is_antisymmetric(calendar, a, b):
    assert calendar.between(a, b) == -calendar.between(b, a)


@given(calendars(), moments, moments, moments)
def test_between_adds_up(calendar, a, b, c):
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)


@given(calendars(), moments, moments)
def test_between_is_never_more_than_what_passed(calendar, a, b):
    a, b = sorted((a, b))
    assert NOTHING <= calendar.between(a, b) <= b - a


@given(calendars(), moments, moments, amounts, amounts)
def test_later_starts_and_larger_amounts_end_no_earlier(calendar, a, b, x, y):
    (a, b), (x, y) = sorted((a, b)), sorted((x, y))
    assert calendar.add(a, x) <= calendar.add(b, x)
    assert calendar.add(a, x) <= calendar.add(a, y)
    assert calendar.add(a, -y) <= calendar.add(a, -x)


@given(calendars(), moments, amounts)
def test_something_added_ends_at_the_first_moment_it_is_used_up(calendar, start, amount):
    assume(amount > NOTHING)
    end = calendar.add(start, amount)
    assert calendar.is_open(end - timedelta(microseconds=1))
    assert calendar.between(start, end - timedelta(microseconds=1)) == amount - timedelta(microseconds=1)


@given(calendars(), moments)
def test_openings_and_closings_frame_what_is_open(calendar, at):
    opening, closing = calendar.next_opening(at), calendar.next_closing(at)
    assert calendar.is_open(opening)
    assert calendar.add(at, NOTHING) == opening
    assert (opening == at) == calendar.is_open(at)
    assert calendar.between(at, opening) == NOTHING
    if closing is not None:
        assert not calendar.is_open(closing)
        assert calendar.between(opening, closing) == closing - opening


@settings(max_examples=40)
@given(calendars(), st.lists(st.tuples(moments, moments, amounts), min_size=2, max_size=4))
def test_the_order_of_questions_changes_no_answer(calendar, questions):
    """The table grows with the questions; a fresh calendar asked only one must say the same."""
    for a, b, amount in questions:
        fresh = Calendar(calendar.timezone, calendar.hours, calendar.holidays)
        assert calendar.between(a, b) == fresh.between(a, b)
        assert calendar.add(a, amount) == fresh.add(a, amount)
        assert calendar.add(a, -amount) == fresh.add(a, -amount)


@given(calendars())
def test_what_is_written_reads_back(calendar):
    assert Calendar.parse(calendar.frozen(range(2000, 2040))) == calendar


# The reference knows nothing of tables. It walks real minutes and looks at the clock on the wall: a minute is open when
# a span of today, or of yesterday over midnight, holds its reading. At an hour shown twice the wall alone cannot tell
# first from second, so spans that begin or end there are left to the examples.


def open_on_the_wall(calendar: Calendar, minute: datetime, where: ZoneInfo) -> bool:
    wall = minute.astimezone(where)
    return any(
        start <= wall.hour * 60 + wall.minute + days * 1440 < end
        for days in (0, 1)
        for start, end in hours_of(calendar, wall.date() - timedelta(days=days))
    )


def hours_of(calendar: Calendar, day: date) -> tuple[tuple[int, int], ...]:
    return () if day in calendar.holidays.add else calendar.hours.days[day.weekday()]


def ends_in_an_hour_shown_twice(calendar: Calendar, start: datetime, end: datetime, where: ZoneInfo) -> bool:
    day = start.astimezone(where).date() - timedelta(days=2)
    while day <= end.astimezone(where).date() + timedelta(days=1):
        midnight = datetime(day.year, day.month, day.day)
        for span in hours_of(calendar, day):
            for minutes in span:
                local = (midnight + timedelta(minutes=minutes)).replace(tzinfo=where)
                if local.utcoffset() > local.replace(fold=1).utcoffset():
                    return True
        day += timedelta(days=1)
    return False


minutes_near_turns = st.builds(
    lambda turn, minutes: turn + minutes * MINUTE, st.sampled_from(TURNS), st.integers(-5000, 5000)
)


@settings(max_examples=60)
@given(calendars(), minutes_near_turns, st.integers(1, 6000))
def test_agrees_with_stepping_minutes(calendar, start, length):
    where, end = zone(calendar.timezone), start + length * MINUTE
    assume(not ends_in_an_hour_shown_twice(calendar, start, end, where))
    walked = [start + step * MINUTE for step in range(length)]
    opened = [minute for minute in walked if open_on_the_wall(calendar, minute, where)]
    assert calendar.between(start, end) == len(opened) * MINUTE
    assert [minute for minute in walked if calendar.is_open(minute)] == opened
    for amount in {1, len(opened) // 2, len(opened)} - {0}:
        if amount <= len(opened):
            assert calendar.add(start, amount * MINUTE) == opened[amount - 1] + MINUTE
            assert calendar.add(end, -amount * MINUTE) == opened[-amount]
    if opened:
        assert calendar.next_opening(start) == opened[0]


# The rule behind every opening, closing and handover, on the clock itself: the first time it reads, or has passed, a
# local time. Walked from a day and a half before, so that every offset in the world has room.


@settings(max_examples=200)
@given(st.sampled_from(ZONES), st.sampled_from(TURNS), st.integers(-1800, 1800))
def test_a_local_time_is_reached_when_the_clock_first_reads_or_has_passed_it(name, turn, minutes):
    local = turn.astimezone(zone(name)).replace(tzinfo=None) + minutes * MINUTE
    minute = local.replace(tzinfo=UTC) - timedelta(hours=36)
    while minute.astimezone(zone(name)).replace(tzinfo=None) < local:
        minute += MINUTE
    assert reached(local, zone(name)) == minute.timestamp()


# A second reference for moments to the microsecond and long spans: a list of every opening, day after day, merged and
# summed in a plain loop.


def every_opening(calendar: Calendar, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    day, found = start.date() - timedelta(days=3), []
    while day <= end.date() + timedelta(days=3):
        found += calendar.intervals(day)
        day += timedelta(days=1)
    return sorted(found)


def sum_of_openings(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    total, at = NOTHING, start
    for opens, closes in every_opening(calendar, start, end):
        counted = min(closes, end) - max(opens, at)
        if counted > NOTHING:
            total += counted
            at = closes
    return total


@given(calendars(), moments, st.timedeltas(NOTHING, timedelta(days=800)))
@example(Calendar.parse({"timezone": "UTC", "hours": {"mon-sun": ["12:00-11:45"]}}), TURNS[0], timedelta(days=400))
def test_agrees_with_summing_every_opening(calendar, start, length):
    assert calendar.between(start, start + length) == sum_of_openings(calendar, start, start + length)
