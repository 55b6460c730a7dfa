"""Who is on call through handovers, changes of the clock, swaps, absences and holes."""

import pickle
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rung.core.calendar import CalendarError
from rung.core.calendar.instants import zone
from rung.core.oncall.schedule import Absence, OnCall, Override, Schedule, Turn, Why, holes, on_call, turns

BERLIN = zone("Europe/Berlin")
WEEKLY = Schedule.parse(
    "engineering-on-call",
    {"timezone": "Europe/Berlin", "rotation": ["ada", "ben", "carla"], "every": "1w", "from": "2026-11-02T09:00"},
)


def berlin(day: str, clock: str = "09:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN)


def schedule(timezone: str, every: str, start: str, *rotation: str) -> Schedule:
    return Schedule.parse("s", {"timezone": timezone, "rotation": list(rotation), "every": every, "from": start})


class TestRotation:
    @pytest.mark.parametrize(
        ("day", "clock", "person"),
        [
            ("2026-11-02", "09:00", "ada"),
            ("2026-11-09", "08:59", "ada"),
            ("2026-11-09", "09:00", "ben"),
            ("2026-11-17", "03:00", "carla"),
            ("2026-11-23", "09:00", "ada"),
            ("2027-03-29", "08:59", "carla"),  # the clock went forward on the 28th; 09:00 local all the same
            ("2027-03-29", "09:00", "ada"),
            ("2027-11-01", "08:59", "ada"),  # it went back on the last day of October
            ("2027-11-01", "09:00", "ben"),
        ],
    )
    def test_hands_over_at_nine_on_the_wall_all_year(self, day, clock, person):
        assert on_call(WEEKLY, berlin(day, clock)).person == person

    def test_says_until_when_and_why(self):
        assert on_call(WEEKLY, berlin("2026-11-24")) == OnCall("ada", berlin("2026-11-30"), Why.ROTATION)

    def test_a_week_with_a_change_of_the_clock_has_an_hour_less(self):
        assert WEEKLY.handover(21) - WEEKLY.handover(20) == timedelta(days=7, hours=-1)

    def test_before_it_starts_nobody_is_on_call(self):
        assert on_call(WEEKLY, berlin("2026-10-01")) == OnCall(None, berlin("2026-11-02"), Why.NOT_STARTED)

    def test_a_handover_at_a_time_that_the_clock_skips_is_at_the_jump(self):
        daily = schedule("Europe/Berlin", "1d", "2026-03-27T02:30", "ada", "ben")
        jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
        assert on_call(daily, jump - timedelta(seconds=1)).person == "ben"
        assert on_call(daily, jump).person == "ada"
        assert on_call(daily, jump + timedelta(days=1)).until == datetime(2026, 3, 31, 0, 30, tzinfo=UTC)

    def test_a_handover_at_a_time_shown_twice_is_at_the_first(self):
        daily = schedule("Europe/Berlin", "1d", "2026-10-24T02:30", "ada", "ben")
        first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        for minutes, person in ((-1, "ada"), (0, "ben"), (45, "ben"), (60, "ben"), (90, "ben")):
            assert on_call(daily, first + timedelta(minutes=minutes)).person == person

    def test_shifts_of_twelve_hours(self):
        halves = schedule("America/New_York", "12h", "2026-11-01T09:00", "ada", "ben")
        new_york = ZoneInfo("America/New_York")
        assert on_call(halves, datetime(2026, 11, 2, 8, 59, tzinfo=new_york)).person == "ben"
        assert on_call(halves, datetime(2026, 11, 2, 9, tzinfo=new_york)).person == "ada"

    def test_one_alone_is_on_call_for_ever(self):
        alone = schedule("UTC", "1w", "2026-11-02T09:00", "ada")
        assert on_call(alone, datetime(2030, 1, 1, tzinfo=UTC)).person == "ada"


class TestSwapsAndAbsences:
    def test_an_override_counts_while_it_lasts(self):
        swap = Override(berlin("2026-11-24", "18:00"), berlin("2026-11-25", "08:00"), "ben")
        assert on_call(WEEKLY, berlin("2026-11-24"), [swap]) == OnCall(
            "ada", berlin("2026-11-24", "18:00"), Why.ROTATION
        )
        assert on_call(WEEKLY, berlin("2026-11-24", "18:00"), [swap]) == OnCall(
            "ben", berlin("2026-11-25", "08:00"), Why.OVERRIDE, "ada"
        )
        assert on_call(WEEKLY, berlin("2026-11-25", "08:00"), [swap]).person == "ada"

    def test_an_override_over_a_handover_lasts_on(self):
        swap = Override(berlin("2026-11-28"), berlin("2026-12-02"), "dora")
        assert on_call(WEEKLY, berlin("2026-11-28"), [swap]).person == "dora"
        assert on_call(WEEKLY, berlin("2026-12-01"), [swap]) == OnCall(
            "dora", berlin("2026-12-02"), Why.OVERRIDE, "ben"
        )

    def test_an_override_of_one_person_leaves_the_others_turns(self):
        swap = Override(berlin("2026-11-28"), berlin("2026-12-02"), "dora", instead_of="ben")
        assert on_call(WEEKLY, berlin("2026-11-29"), [swap]).person == "ada"
        assert on_call(WEEKLY, berlin("2026-12-01"), [swap]).person == "dora"

    def test_an_override_of_a_stand_in_counts(self):
        away = [Absence("ada", berlin("2026-11-24"), berlin("2026-11-26"))]
        swap = Override(berlin("2026-11-24"), berlin("2026-11-26"), "dora", instead_of="ben")
        assert on_call(WEEKLY, berlin("2026-11-25"), [swap], away).person == "dora"

    def test_an_override_counts_before_the_rotation_starts(self):
        swap = Override(berlin("2026-10-01"), berlin("2026-10-02"), "dora")
        assert on_call(WEEKLY, berlin("2026-10-01", "12:00"), [swap]).person == "dora"

    def test_the_last_of_two_overrides_counts(self):
        swaps = [Override(berlin("2026-11-24"), berlin("2026-11-26"), who) for who in ("ben", "carla")]
        assert on_call(WEEKLY, berlin("2026-11-25"), swaps).person == "carla"

    def test_an_override_by_somebody_away_counts_for_nothing(self):
        swap = Override(berlin("2026-11-24"), berlin("2026-11-26"), "ben")
        away = Absence("ben", berlin("2026-11-25"), berlin("2026-11-27"))
        assert on_call(WEEKLY, berlin("2026-11-24", "12:00"), [swap], [away]).person == "ben"
        assert on_call(WEEKLY, berlin("2026-11-25", "12:00"), [swap], [away]).person == "ada"

    def test_the_next_one_present_stands_in_for_one_away(self):
        away = [Absence("ada", berlin("2026-11-24"), berlin("2026-11-26"))]
        assert on_call(WEEKLY, berlin("2026-11-25"), (), away) == OnCall(
            "ben", berlin("2026-11-26"), Why.STAND_IN, "ada"
        )
        away.append(Absence("ben", berlin("2026-11-25"), berlin("2026-11-27")))
        assert on_call(WEEKLY, berlin("2026-11-25"), (), away).person == "carla"
        assert on_call(WEEKLY, berlin("2026-11-26"), (), away).person == "ada"

    def test_the_inactive_are_passed_over(self):
        assert on_call(WEEKLY, berlin("2026-11-24"), inactive={"ada"}).person == "ben"
        assert on_call(WEEKLY, berlin("2026-11-24"), inactive={"ada", "ben", "carla"}).why == Why.ALL_AWAY

    def test_when_all_are_away_nobody_is_and_it_says_until_when(self):
        away = [Absence(who, berlin("2026-11-24"), berlin("2026-11-25")) for who in ("ada", "ben", "carla")]
        assert on_call(WEEKLY, berlin("2026-11-24", "12:00"), (), away) == OnCall(
            None, berlin("2026-11-25"), Why.ALL_AWAY, "ada"
        )


class TestHoles:
    def test_before_the_start_and_while_all_are_away(self):
        away = [Absence(who, berlin("2026-11-08"), berlin("2026-11-10")) for who in ("ada", "ben", "carla")]
        assert holes(WEEKLY, berlin("2026-11-01"), berlin("2026-12-01"), absences=away) == [
            Turn(berlin("2026-11-01"), berlin("2026-11-02"), None, Why.NOT_STARTED),
            Turn(berlin("2026-11-08"), berlin("2026-11-10"), None, Why.ALL_AWAY),  # over a handover, and one hole
        ]

    def test_none_in_a_full_rotation(self):
        assert holes(WEEKLY, berlin("2026-11-02"), berlin("2028-01-01")) == []

    def test_turns_follow_one_another_without_gaps(self):
        people = [turn.person for turn in turns(WEEKLY, berlin("2026-11-04"), berlin("2026-11-24"))]
        assert people == ["ada", "ben", "carla", "ada"]


hours = st.integers(0, 24 * 60).map(lambda number: datetime(2026, 10, 20, tzinfo=UTC) + timedelta(hours=number))
people = st.sampled_from(["ada", "ben", "carla", "dora"])
stretches = st.tuples(hours, hours).map(sorted)
overrides = st.lists(
    st.builds(lambda ends, who, whom: Override(*ends, who, whom), stretches, people, st.none() | people), max_size=4
)
absences = st.lists(st.builds(lambda ends, who: Absence(who, *ends), stretches, people), max_size=6)
schedules = st.builds(
    lambda zone, every, start: schedule(zone, every, start, "ada", "ben", "carla"),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    st.sampled_from(["1w", "1d", "12h", "5h 30m"]),
    st.sampled_from(["2026-10-19T09:00", "2026-10-24T02:30", "2026-11-01T01:30"]),
)


@given(schedules, hours, overrides, absences, st.sets(people, max_size=2))
def test_the_answer_holds_until_it_says(schedule, at, overrides, absences, inactive):
    answer = on_call(schedule, at, overrides, absences, inactive)
    assert answer.until > at
    for share in (0, 1 / 3, 2 / 3, 0.999999):
        later = on_call(schedule, at + (answer.until - at) * share, overrides, absences, inactive)
        assert (later.person, later.why, later.instead_of) == (answer.person, answer.why, answer.instead_of)


@given(schedules, hours, overrides, absences, st.sets(people, max_size=2))
def test_nobody_away_or_inactive_is_ever_on_call(schedule, at, overrides, absences, inactive):
    person = on_call(schedule, at, overrides, absences, inactive).person
    assert person not in inactive
    assert not any(absence.who == person and absence.start <= at < absence.end for absence in absences)


@given(schedules, stretches, overrides, absences)
def test_holes_are_where_nobody_is_on_call(schedule, ends, overrides, absences):
    start, end = ends
    found = holes(schedule, start, end, overrides=overrides, absences=absences)
    at = start
    while at < end:
        nobody = on_call(schedule, at, overrides, absences).person is None
        assert nobody == any(hole.start <= at < hole.end for hole in found)
        at += timedelta(hours=7)


class TestWriting:
    @pytest.mark.parametrize(
        ("change", "place", "sentence"),
        [
            ({"timezone": "Berlin"}, "timezone", 'did you mean "Europe/Berlin"?'),
            ({"timezone": None}, "timezone", "a schedule needs a time zone"),
            ({"rotation": []}, "rotation", "expected a list of handles"),
            ({"rotation": ["ada", 3]}, "rotation[1]", "expected a handle"),
            ({"every": "weekly"}, "every", '"weekly" is not a duration'),
            ({"every": "0m"}, "every", "cannot hand over every"),
            ({"from": "Monday"}, "from", "is not a local moment"),
            ({"from": "2026-11-02T09:00+01:00"}, "from", "in the time zone of the schedule"),
        ],
    )
    def test_a_mistake_is_named_with_its_place(self, change, place, sentence):
        document = {"timezone": "UTC", "rotation": ["ada"], "every": "1w", "from": "2026-11-02T09:00", **change}
        with pytest.raises(CalendarError) as refused:
            Schedule.parse("s", document)
        assert [mistake.place for mistake in refused.value.mistakes] == [place]
        assert sentence in str(refused.value)

    def test_what_is_not_a_mapping_is_refused(self):
        with pytest.raises(CalendarError, match="a schedule is written as"):
            Schedule.parse("s", ["ada"])

    def test_a_moment_without_a_zone_is_refused(self):
        with pytest.raises(ValueError, match="has no time zone"):
            on_call(WEEKLY, datetime(2026, 11, 24, 9))

    def test_a_schedule_travels_to_another_process(self):
        assert pickle.loads(pickle.dumps(WEEKLY)) == WEEKLY
