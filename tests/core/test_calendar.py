"""Working time by example: each decided sentence about calendars, on real dates."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rung.core.calendar import ALWAYS, Calendar, CalendarError
from rung.core.calendar.instants import zone

BERLIN = zone("Europe/Berlin")
HOUR = timedelta(hours=1)
BEFORE_FOUR = datetime(2025, 1, 1, 3, 30, tzinfo=UTC)
OFFICE = Calendar.parse(
    {
        "timezone": "Europe/Berlin",
        "hours": {"mon-thu": ["09:00-12:30", "13:30-18:00"], "fri": ["09:00-15:00"]},
        "holidays": {"country": "DE", "subdivision": "BE", "add": [date(2026, 12, 24)], "remove": []},
    }
)
OFFICE_WITHOUT_HOLIDAYS = Calendar.parse(OFFICE.frozen([]))
NIGHT_WATCH = Calendar.parse({"timezone": "America/New_York", "hours": {"mon-sun": ["22:00-06:00"]}})


def berlin(day: str, clock: str = "00:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN)


def in_zone(name: str, day: str, clock: str = "00:00", fold: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone(name), fold=fold)


def calendar(timezone: str, holidays: object = None, **hours: list[str]) -> Calendar:
    return Calendar.parse({"timezone": timezone, "hours": hours, "holidays": holidays})


class TestAdding:
    def test_one_day_on_office_from_thursday_at_five_ends_monday_at_ten(self):
        assert OFFICE.add(berlin("2026-11-26", "17:00"), OFFICE.ordinary_day) == berlin("2026-11-30", "10:00")

    def test_lunch_does_not_count(self):
        assert OFFICE.add(berlin("2026-11-24", "12:00"), HOUR) == berlin("2026-11-24", "14:00")

    def test_used_up_exactly_at_closing_time_ends_at_the_closing_instant(self):
        assert OFFICE.add(berlin("2026-11-27", "14:00"), HOUR) == berlin("2026-11-27", "15:00")
        assert OFFICE.add(berlin("2026-11-24", "12:00"), HOUR / 2) == berlin("2026-11-24", "12:30")

    def test_a_microsecond_more_than_until_closing_is_on_the_next_working_day(self):
        late = OFFICE.add(berlin("2026-11-27", "14:00"), HOUR + timedelta(microseconds=1))
        assert late == berlin("2026-11-30", "09:00") + timedelta(microseconds=1)

    def test_nothing_added_outside_hours_is_the_next_opening(self):
        assert OFFICE.add(berlin("2026-11-28", "11:00"), timedelta()) == berlin("2026-11-30", "09:00")
        assert OFFICE.add(berlin("2026-11-27", "15:00"), timedelta()) == berlin("2026-11-30", "09:00")

    def test_nothing_added_inside_hours_is_the_same_moment(self):
        assert OFFICE.add(berlin("2026-11-27", "14:59"), timedelta()) == berlin("2026-11-27", "14:59")

    def test_backwards_ends_at_the_opening_when_used_up_there(self):
        assert OFFICE.add(berlin("2026-11-30", "10:00"), -HOUR) == berlin("2026-11-30", "09:00")
        assert OFFICE.add(berlin("2026-11-30", "10:00"), -2 * HOUR) == berlin("2026-11-27", "14:00")

    def test_results_are_aware_and_in_utc(self):
        assert OFFICE.add(berlin("2026-11-26", "17:00"), HOUR / 2).tzinfo is UTC

    def test_microseconds_stay(self):
        start = berlin("2026-11-24", "10:00") + timedelta(microseconds=123457)
        assert OFFICE.add(start, timedelta(microseconds=1)) - start == timedelta(microseconds=1)

    def test_a_moment_without_a_zone_is_refused(self):
        with pytest.raises(ValueError, match="2026-11-24T10:00:00 has no time zone"):
            OFFICE.add(datetime(2026, 11, 24, 10), HOUR)


class TestBetween:
    def test_a_weekend_counts_nothing(self):
        assert OFFICE.between(berlin("2026-11-27", "14:00"), berlin("2026-11-30", "10:00")) == 2 * HOUR

    def test_is_negative_when_the_second_moment_is_earlier(self):
        assert OFFICE.between(berlin("2026-11-30", "10:00"), berlin("2026-11-27", "14:00")) == -2 * HOUR

    def test_a_whole_week(self):
        assert OFFICE.between(berlin("2026-11-02"), berlin("2026-11-09")) == timedelta(hours=38)

    def test_a_leap_year_has_one_more_day(self):
        every_day = calendar("UTC", **{"mon-sun": ["09:00-10:00"]})
        for year, days in ((2024, 366), (2026, 365), (2100, 365), (2000, 366)):
            start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
            assert every_day.between(start, end) == days * HOUR

    def test_a_hundred_years_and_back(self):
        start = datetime(1970, 6, 1, 12, tzinfo=UTC)
        end = OFFICE.add(start, 38 * 52 * 230 * HOUR)
        assert end.year > 2195
        assert OFFICE.between(start, end) == 38 * 52 * 230 * HOUR

    def test_the_night_before_the_first_day_of_the_table_counts(self):
        hours = ["00:30-01:00", "05:00-10:00", "20:00-04:00"]
        for question, answer in (
            (lambda fresh: fresh.add(datetime(2025, 1, 2, tzinfo=UTC), -9.5 * HOUR), BEFORE_FOUR),
            (lambda fresh: fresh.is_open(datetime(2025, 1, 1, 3, tzinfo=UTC)), True),
        ):
            fresh = calendar("UTC", **{"mon-sun": hours})
            fresh.is_open(datetime(2026, 6, 1, tzinfo=UTC))  # builds a table that begins with 2025
            assert question(fresh) == answer

    def test_far_years_keep_summer_time(self):
        assert OFFICE.next_opening(berlin("2150-07-01", "03:00")) == datetime(2150, 7, 1, 7, tzinfo=UTC)
        assert OFFICE.next_opening(berlin("1985-01-16", "03:00")) == datetime(1985, 1, 16, 8, tzinfo=UTC)

    def test_threads_that_ask_about_different_years_get_the_same_answers(self):
        shared = Calendar.parse(OFFICE.frozen([]))
        moments = [datetime(1990 + 7 * number % 120, 3, 1, 12, tzinfo=UTC) for number in range(200)]
        alone = [OFFICE_WITHOUT_HOLIDAYS.add(at, 100 * HOUR) for at in moments]
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda at: shared.add(at, 100 * HOUR), moments)) == alone


class TestOpenAndClosed:
    def test_the_opening_instant_is_inside_and_the_closing_instant_is_not(self):
        assert OFFICE.is_open(berlin("2026-11-24", "09:00"))
        assert not OFFICE.is_open(berlin("2026-11-24", "12:30"))
        assert not OFFICE.is_open(berlin("2026-11-24", "08:59"))
        assert OFFICE.is_open(berlin("2026-11-24", "13:30"))

    def test_next_opening_and_closing(self):
        noon, evening = berlin("2026-11-27", "12:00"), berlin("2026-11-27", "19:00")
        assert OFFICE.next_opening(noon) == noon
        assert OFFICE.next_closing(noon) == berlin("2026-11-27", "15:00")
        assert OFFICE.next_opening(evening) == berlin("2026-11-30", "09:00")
        assert OFFICE.next_closing(evening) == berlin("2026-11-30", "12:30")
        assert OFFICE.next_closing(berlin("2026-11-27", "15:00")) == berlin("2026-11-30", "12:30")

    def test_touching_and_overlapping_intervals_are_one_opening(self):
        mixed = calendar("UTC", mon=["13:00-14:00", "09:00-12:00", "12:00-13:00", "10:00-11:00"])
        monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
        assert mixed.next_closing(monday) == datetime(2026, 11, 23, 14, tzinfo=UTC)
        assert mixed.ordinary_day == 5 * HOUR

    def test_whole_days_in_a_row_are_one_opening(self):
        sun = calendar("UTC", **{"mon-fri": ["00:00-24:00"], "sat": ["08:00-20:00"]})
        assert sun.next_closing(datetime(2026, 11, 24, 5, tzinfo=UTC)) == datetime(2026, 11, 28, tzinfo=UTC)

    def test_the_intervals_of_a_day_are_those_that_start_on_it(self):
        assert OFFICE.intervals(date(2026, 11, 24)) == [
            (berlin("2026-11-24", "09:00"), berlin("2026-11-24", "12:30")),
            (berlin("2026-11-24", "13:30"), berlin("2026-11-24", "18:00")),
        ]
        assert OFFICE.intervals(date(2026, 11, 28)) == []
        [(opens, closes)] = NIGHT_WATCH.intervals(date(2026, 6, 1))
        assert opens == in_zone("America/New_York", "2026-06-01", "22:00")
        assert closes == in_zone("America/New_York", "2026-06-02", "06:00")


class TestHolidays:
    def test_country_and_subdivision(self):
        womens_day = berlin("2027-03-08", "10:00")  # a holiday in Berlin, not in Hamburg
        hamburg = calendar("Europe/Berlin", {"country": "DE", "subdivision": "HH"}, **{"mon-fri": ["09:00-17:00"]})
        assert not OFFICE.is_open(womens_day)
        assert hamburg.is_open(womens_day)

    def test_added_days_are_closed(self):
        # Thursday 24 December is added, 25 and 26 are public, then the weekend.
        assert OFFICE.next_opening(berlin("2026-12-23", "18:00")) == berlin("2026-12-28", "09:00")

    def test_removed_days_are_open(self):
        holidays = {"country": "DE", "remove": ["2026-10-03", "2026-12-25"]}
        office = calendar("Europe/Berlin", holidays, **{"mon-fri": ["09:00-17:00"]})
        assert office.is_open(berlin("2026-12-25", "10:00"))
        assert not office.is_open(berlin("2026-01-01", "10:00"))

    def test_a_plain_list_of_dates(self):
        office = calendar("Europe/Berlin", ["2026-11-24", date(2026, 11, 25)], **{"mon-fri": ["09:00-17:00"]})
        assert office.next_opening(berlin("2026-11-23", "17:00")) == berlin("2026-11-26", "09:00")

    def test_a_holiday_takes_the_night_that_starts_on_it_and_leaves_the_night_before(self):
        watch = calendar("America/New_York", ["2026-06-02"], **{"mon-sun": ["22:00-06:00"]})
        assert watch.is_open(in_zone("America/New_York", "2026-06-02", "05:00"))
        assert not watch.is_open(in_zone("America/New_York", "2026-06-02", "23:00"))
        assert not watch.is_open(in_zone("America/New_York", "2026-06-03", "05:00"))
        assert watch.is_open(in_zone("America/New_York", "2026-06-03", "23:00"))

    def test_frozen_dates_read_back_to_the_same_hours_in_those_years(self):
        frozen = Calendar.parse(OFFICE.frozen(range(2026, 2029)))
        assert frozen.holidays.country is None
        assert "2027-03-08" in OFFICE.frozen(range(2026, 2029))["holidays"]
        day = date(2026, 1, 1)
        while day.year < 2029:
            assert frozen.intervals(day) == OFFICE.intervals(day)
            day += timedelta(days=1)
        start = datetime(2026, 1, 2, tzinfo=UTC)
        assert frozen.add(start, 5000 * HOUR) == OFFICE.add(start, 5000 * HOUR)
        assert Calendar.parse(frozen.frozen(range(2026, 2029))) == frozen


class TestOrdinaryLengths:
    def test_the_most_frequent_day_among_those_with_hours(self):
        assert OFFICE.ordinary_day == 8 * HOUR
        assert OFFICE.ordinary_week == 38 * HOUR

    def test_the_longer_of_equally_frequent_days(self):
        shop = calendar("UTC", mon=["09:00-12:00"], tue=["09:00-12:00"], wed=["09:00-17:00"], thu=["09:00-17:00"])
        assert shop.ordinary_day == 8 * HOUR

    def test_a_night_is_one_day_long(self):
        assert NIGHT_WATCH.ordinary_day == 8 * HOUR
        assert NIGHT_WATCH.ordinary_week == 56 * HOUR

    def test_minutes_that_two_days_share_count_once(self):
        shared = calendar("UTC", sun=["20:00-04:00"], mon=["00:00-10:00"])
        assert shared.ordinary_week == timedelta(hours=14)

    def test_always(self):
        assert ALWAYS.ordinary_day == 24 * HOUR
        assert ALWAYS.ordinary_week == 7 * 24 * HOUR
        at = datetime(2026, 1, 1, tzinfo=UTC)
        assert ALWAYS.add(at, -HOUR) == at - HOUR
        assert ALWAYS.between(at, at + HOUR) == HOUR
        assert ALWAYS.is_open(at)
        assert ALWAYS.next_opening(at) == at
        assert ALWAYS.next_closing(at) is None

    def test_open_around_the_clock_but_for_holidays_closes_on_the_holiday(self):
        nearly = calendar("UTC", ["2026-12-25"], **{"mon-sun": ["00:00-24:00"]})
        assert nearly.next_closing(datetime(2026, 12, 1, tzinfo=UTC)) == datetime(2026, 12, 25, tzinfo=UTC)
        assert nearly.next_closing(datetime(2026, 12, 26, tzinfo=UTC)) is None


class TestClockChanges:
    """Sundays open round the clock have 23 or 25 real hours; nights across a change have 7 or 9."""

    @pytest.mark.parametrize(
        ("zone", "day", "hours"),
        [
            ("Europe/Berlin", "2026-10-25", 25),
            ("Europe/Berlin", "2026-03-29", 23),
            ("America/New_York", "2026-11-01", 25),
            ("America/New_York", "2026-03-08", 23),
            ("Australia/Lord_Howe", "2026-04-05", 24.5),
            ("Australia/Lord_Howe", "2026-10-04", 23.5),
            ("Asia/Kathmandu", "2026-10-25", 24),
            ("America/Phoenix", "2026-11-01", 24),
            ("America/Havana", "2024-11-03", 25),  # the clock goes back to a second midnight
            ("America/Havana", "2024-03-10", 23),  # there is no midnight
            ("America/Sao_Paulo", "2018-11-04", 23),
        ],
    )
    def test_a_sunday_round_the_clock(self, zone, day, hours):
        sunday = calendar(zone, sun=["00:00-24:00"])
        saturday_noon = in_zone(zone, day, "12:00") - timedelta(days=1)
        assert sunday.between(saturday_noon, saturday_noon + timedelta(days=3)) == hours * HOUR

    @pytest.mark.parametrize(("day", "hours"), [("2026-10-31", 9), ("2026-03-07", 7), ("2026-07-04", 8)])
    def test_a_night_across_the_change(self, day, hours):
        [(opens, closes)] = NIGHT_WATCH.intervals(date.fromisoformat(day))
        assert closes - opens == hours * HOUR
        assert NIGHT_WATCH.add(opens, hours * HOUR) == closes

    def test_office_hours_keep_to_the_local_clock(self):
        before, after = berlin("2026-03-27", "14:00"), berlin("2026-03-30", "10:00")
        assert OFFICE.add(before, 2 * HOUR) == after
        assert after.astimezone(UTC).hour == 8

    def test_an_opening_that_the_clock_skips_is_at_the_jump(self):
        early = calendar("Europe/Berlin", sun=["02:30-10:00"])
        [(opens, closes)] = early.intervals(date(2026, 3, 29))
        assert opens == datetime(2026, 3, 29, 1, tzinfo=UTC)
        assert closes - opens == 7 * HOUR

    def test_hours_that_the_clock_skips_whole_do_not_happen(self):
        short = calendar("Europe/Berlin", sun=["02:15-02:45"])
        assert short.intervals(date(2026, 3, 29)) == []
        assert short.next_opening(berlin("2026-03-29")) == berlin("2026-04-05", "02:15")

    def test_times_that_the_clock_shows_twice_count_the_first_time(self):
        late = calendar("Europe/Berlin", sat=["22:00-02:30"], sun=["02:30-04:00"])
        [(_, closes)] = late.intervals(date(2026, 10, 24))
        assert closes == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert late.next_closing(closes) == datetime(2026, 10, 25, 3, tzinfo=UTC)

    def test_a_day_that_a_zone_skipped_has_no_hours(self):
        samoa = calendar("Pacific/Apia", fri=["09:00-17:00"])
        assert samoa.intervals(date(2011, 12, 30)) == []
        assert samoa.intervals(date(2012, 1, 6)) != []


class TestWriting:
    @pytest.mark.parametrize(
        ("days", "open_days"),
        [
            ("mon", "mon"),
            ("mon-wed", "mon tue wed"),
            ("sat-mon", "sat sun mon"),
            ("mon,wed", "mon wed"),
            ("mon, fri-sat", "mon fri sat"),
            ("Monday-Tuesday", "mon tue"),
            ("mon-sun", "mon tue wed thu fri sat sun"),
        ],
    )
    def test_days(self, days, open_days):
        written = calendar("UTC", **{days: ["09:00-10:00"]}).hours.written()
        assert set(written) == set(open_days.split())

    def test_a_day_with_an_empty_list_is_closed(self):
        office = calendar("UTC", **{"mon-fri": ["09:00-17:00"], "sat": [], "sun": []})
        assert office.ordinary_day == 8 * HOUR
        assert office.next_opening(datetime(2026, 11, 28, tzinfo=UTC)) == datetime(2026, 11, 30, 9, tzinfo=UTC)

    @pytest.mark.parametrize("hours", [{}, {"mon-sun": []}, {"mon": None}])
    def test_a_calendar_that_is_never_open_is_refused(self, hours):
        with pytest.raises(CalendarError, match=r"^hours: this calendar has no working time at all") as refused:
            Calendar.parse({"timezone": "UTC", "hours": hours})
        assert refused.value.place == "hours"

    @pytest.mark.parametrize(
        ("change", "place", "sentence"),
        [
            ({"timezone": "Europe/Berln"}, "timezone", 'did you mean "Europe/Berlin"?'),
            ({"timezone": "Berlin"}, "timezone", 'did you mean "Europe/Berlin"?'),
            ({"timezone": "../../etc/passwd"}, "timezone", "no time zone is called"),
            ({"timezone": None}, "timezone", "a calendar needs a time zone such as Europe/Berlin"),
            ({"hours": {"mod": ["09:00-17:00"]}}, "hours.mod", 'no day is called "mod"; did you mean "mon"?'),
            ({"hours": {"mon-wed-fri": ["09:00-17:00"]}}, "hours.mon-wed-fri", "is not a day or a range of two days"),
            ({"hours": {"mon": ["9-17"]}}, "hours.mon[0]", "'9-17' is not an interval"),
            ({"hours": {"mon": ["09:00-10:00", "09:00-25:00"]}}, "hours.mon[1]", "is not between 00:00 and 24:00"),
            ({"hours": {"mon": ["24:00-06:00"]}}, "hours.mon[0]", "is not between 00:00 and 24:00"),
            ({"hours": {"mon": ["00:00-00:00"]}}, "hours.mon[0]", 'a whole day is "00:00-24:00"'),
            ({"hours": {"mon": "09:00-17:00"}}, "hours.mon", "expected a list of intervals"),
            ({"hours": {"mon-fri": ["09:00-17:00"], "fri": ["09:00-15:00"]}}, "hours.fri", 'written under "mon-fri"'),
            ({"hours": None}, "hours", "hours are written by day"),
            ({"holidays": {"country": "Germany"}}, "holidays.country", 'did you mean "DE"?'),
            ({"holidays": {"country": "DEE"}}, "holidays.country", 'did you mean "DE'),
            ({"holidays": {"country": False}}, "holidays.country", "a country code in quotes"),
            ({"holidays": {"country": "DE", "subdivision": "Berlín"}}, "holidays.subdivision", 'mean "Berlin"?'),
            ({"holidays": {"subdivision": "BE"}}, "holidays.subdivision", "needs a country beside it"),
            ({"holidays": ["2026-02-30"]}, "holidays[0]", '"2026-02-30" is not a date'),
            ({"holidays": {"add": ["2026-02-01"], "remove": ["2026-02-01"]}}, "holidays.remove", "added and removed"),
        ],
    )  # fmt: skip
    def test_a_mistake_is_named_with_its_place_and_the_nearest_right_one(self, change, place, sentence):
        document = {"timezone": "Europe/Berlin", "hours": {"mon": ["09:00-17:00"]}, **change}
        with pytest.raises(CalendarError) as refused:
            Calendar.parse(document)
        assert [mistake.place for mistake in refused.value.mistakes] == [place]
        assert sentence in str(refused.value)

    @pytest.mark.parametrize("document", [None, [], "office"])
    def test_what_is_not_a_mapping_is_refused(self, document):
        with pytest.raises(CalendarError, match="a calendar is written as"):
            Calendar.parse(document)

    def test_all_mistakes_are_named_at_once(self):
        with pytest.raises(CalendarError) as refused:
            Calendar.parse({"timezone": "Nowhere", "hours": {"mon": ["x"]}, "holidays": {"country": "DEX"}})
        assert [mistake.place for mistake in refused.value.mistakes] == ["timezone", "hours.mon[0]", "holidays.country"]

    def test_calendars_written_alike_are_equal_also_in_another_process(self):
        again = pickle.loads(pickle.dumps(OFFICE))
        assert again == OFFICE
        assert hash(again) == hash(OFFICE)
        assert again != NIGHT_WATCH
        assert again.add(berlin("2026-11-26", "17:00"), 8 * HOUR) == berlin("2026-11-30", "10:00")

    def test_a_zone_may_come_from_around_the_calendar(self):
        document = {"hours": {"mon": ["09:00-17:00"]}}
        assert Calendar.parse(document, timezone="Asia/Kathmandu").timezone == "Asia/Kathmandu"

    @pytest.mark.parametrize("year", [1, 1899, 2401, 2402, 9999])
    def test_beyond_the_years_a_sentence_says_so(self, year):
        for office in (OFFICE, Calendar.parse(OFFICE.frozen([]))):
            with pytest.raises(OverflowError, match="in the years 1900 to 2400"):
                office.is_open(datetime(year, 6, 1, tzinfo=UTC))
        with pytest.raises(OverflowError, match="in the years 1900 to 2400"):
            OFFICE.add(datetime(2400, 12, 29, 12, tzinfo=UTC), 2400 * HOUR)
        with pytest.raises(OverflowError, match="in the years 1900 to 2400"):
            OFFICE.add(datetime(1900, 1, 5, 12, tzinfo=UTC), -2400 * HOUR)


class TestSingleDates:
    """A date with hours of its own has these and no others."""

    CALENDAR = Calendar.parse(
        {
            "timezone": "Europe/Berlin",
            "hours": {
                "mon-fri": ["09:00-17:00"],
                "2026-12-24": ["09:00-14:00"],
                "2026-12-05": ["10:00-16:00"],
                "2026-12-25": ["12:00-13:00"],
                "2026-12-28": [],
            },
            "holidays": {"country": "DE"},
        }
    )

    @pytest.mark.parametrize(
        ("at", "is_open"),
        [
            ("2026-12-24T13:59", True),
            ("2026-12-24T14:00", False),
            ("2026-12-05T10:00", True),
            ("2026-12-05T09:59", False),
            ("2026-12-25T12:30", True),
            ("2026-12-25T11:00", False),
            ("2026-12-28T10:00", False),
            ("2026-12-29T10:00", True),
        ],
    )
    def test_it_is_open_then(self, at: str, is_open: bool) -> None:
        moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Europe/Berlin"))
        assert self.CALENDAR.is_open(moment) is is_open
        day = self.CALENDAR.intervals(moment.date())
        assert any(opens <= moment < closes for opens, closes in day) is is_open

    def test_time_is_counted_over_it_and_a_day_stays_a_day(self) -> None:
        friday = datetime(2026, 12, 4, 16, tzinfo=ZoneInfo("Europe/Berlin"))
        assert self.CALENDAR.add(friday, timedelta(hours=3)) == datetime(2026, 12, 5, 11, tzinfo=UTC)
        assert self.CALENDAR.ordinary_day == timedelta(hours=8)

    def test_it_is_kept_when_a_version_is_published(self) -> None:
        again = Calendar.parse(self.CALENDAR.frozen(range(2026, 2028)))
        assert again.hours == self.CALENDAR.hours

    def test_a_date_that_is_none_is_named(self) -> None:
        with pytest.raises(CalendarError, match="is not a date"):
            Calendar.parse({"timezone": "UTC", "hours": {"mon": ["09:00-17:00"], "2026-02-30": []}})
