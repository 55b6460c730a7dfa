"""Durations and thresholds as they are written, and what they come to on a calendar."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rung.core.calendar import ALWAYS, Calendar
from rung.core.calendar.durations import Duration, Threshold

HOUR = timedelta(hours=1)
OFFICE = Calendar.parse(
    {
        "timezone": "Europe/Berlin",
        "hours": {"mon-thu": ["09:00-12:30", "13:30-18:00"], "fri": ["09:00-15:00"]},
    }
)


@pytest.mark.parametrize(
    ("text", "on_office", "elapsed"),
    [
        ("45m", HOUR * 0.75, HOUR * 0.75),
        ("1h 30m", HOUR * 1.5, HOUR * 1.5),
        ("1h30m", HOUR * 1.5, HOUR * 1.5),
        ("24h", 24 * HOUR, 24 * HOUR),
        ("1d", 8 * HOUR, 24 * HOUR),
        ("2d 4h", 20 * HOUR, 52 * HOUR),
        ("1w", 38 * HOUR, 168 * HOUR),
        ("1w 1d", 46 * HOUR, 192 * HOUR),
        ("10s", timedelta(seconds=10), timedelta(seconds=10)),
        ("0m", timedelta(), timedelta()),
    ],
)
def test_a_duration_on_the_office_calendar_and_without_one(text, on_office, elapsed):
    assert Duration.parse(text).on(OFFICE) == on_office
    assert Duration.parse(text).elapsed == elapsed
    assert Duration.parse(text).on(ALWAYS) == elapsed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1.5h", '"1.5h" is not a duration; fractions have no meaning on every calendar'),
        ("1,5h", "write whole numbers such as 1h 30m"),
        (45, 'it needs a unit, such as "45m" or "45h"'),
        ("45", 'it needs a unit, such as "45m" or "45h"'),
        ("3 days", 'did you mean "3d"?'),
        ("20min", 'did you mean "20m"?'),
        ("2y", 'no unit is called "y"'),
        ("-5m", "it cannot be negative"),
        ("", "write it like 30m, 1h 30m, 2d or 1w"),
        ("soon", "write it like 30m"),
        (None, "write it like 30m"),
        (True, "write it like 30m"),
        ("30m 1h", "write it like 30m, 1h 30m"),
        ("1h 1h", "write it like 30m, 1h 30m"),
        ("520w 1s", "longer than ten years"),
        ("9" * 30 + "w", "longer than ten years"),
    ],
)
def test_a_bad_duration_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=r"not a duration|longer than ten years") as refused:
        Duration.parse(text)
    assert sentence in str(refused.value)


@given(st.lists(st.integers(0, 99), min_size=5, max_size=5).filter(any))
def test_a_duration_reads_back_from_what_it_shows(numbers):
    text = " ".join(f"{number}{unit}" for number, unit in zip(numbers, "wdhms", strict=True) if number)
    duration = Duration.parse(text)
    assert str(duration) == text
    assert Duration.parse(str(duration)) == duration
    assert Duration.parse(text.replace(" ", "")) == duration


@pytest.mark.parametrize(
    ("text", "target", "fires_at"),
    [
        ("50%", HOUR, HOUR / 2),
        ("100%", HOUR, HOUR),
        ("150%", HOUR, 1.5 * HOUR),
        ("50%", None, None),
        ("30m before", 4 * HOUR, 3.5 * HOUR),
        ("30m before", HOUR / 2, timedelta()),
        ("30m before", HOUR / 4, None),
        ("30m before", None, None),
        ("1d before", 24 * HOUR, 16 * HOUR),
        ("45m", None, 0.75 * HOUR),
        ("45m", HOUR / 4, 0.75 * HOUR),
        ("2d", None, 16 * HOUR),
    ],
)
def test_the_running_time_at_which_a_step_fires(text, target, fires_at):
    assert Threshold.parse(text).of(target, OFFICE) == fires_at
    assert str(Threshold.parse(text)) == text


def test_only_shares_and_before_need_a_target():
    assert [Threshold.parse(text).needs_target for text in ("50%", "30m before", "45m")] == [True, True, False]


@pytest.mark.parametrize("text", ["half", "12.5%", "-5%", "before", "30m after", "%", 50, None])
def test_a_bad_threshold_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"75%|50%, 45m or 30m before"):
        Threshold.parse(text)
