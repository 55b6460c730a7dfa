"""A policy against the people: who is missing, when nobody is there, how long it takes to reach somebody."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from xml.etree import ElementTree

import pytest
from msgspec import structs

from rung.core.check.coverage import Hole, State, Wait, as_one, holes, presence, waits
from rung.core.check.coverage_picture import coverage_svg
from rung.core.check.people import check_desk, waits_in_words
from rung.core.oncall.roster import Away, Person, Roster, Swap
from rung.core.policy.model import Policy
from rung.policies.reading import read_policy
from tests.reference import REFERENCE


def roster_of(people: Iterable[Person], *, owners: tuple[str, ...] = ()) -> Roster:
    return Roster(people={person.handle: person for person in people}, owners=owners)


TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)
PEOPLE = (
    Person("sam", ("frontline",), "L1"),
    Person("ina", ("frontline",), "L1"),
    Person("bea", ("specialists",), "L2", ("sso",)),
    Person("ada", ("engineering",), "L3"),
    Person("ben", ("engineering",), "L3"),
    Person("carla", ("engineering",), "L3"),
    Person("eve", ("billing",), "billing"),
    Person("leo", ("leads",), "management"),
)
DESK = roster_of(PEOPLE, owners=("leo",))
SMALL = dedent("""\
    calendars: {office: {hours: {mon-fri: [09:00-17:00]}}}
    teams: {front: {}, back: {}}
    levels: {L1: {team: front, calendar: office}, L2: {team: back, calendar: office}}
    paths: {support: [L1, L2]}
    targets: [{first_response: 1h, next_response: 1h, resolution: 4h, calendar: always}]
    rules:
      - {name: a, clock: first_response, steps: [{at: 50%, remind: level}, {at: 100%, escalate: next, reason: time}]}
      - {name: b, clock: next_response, steps: [{at: 50%, notify: [assignee]}]}
      - {name: c, clock: resolution, steps: [{at: 75%, remind: level}]}
      - {name: d, clock: third_party_silence, steps: [{at: 1d, notify: [assignee]}]}
      - {name: e, clock: unaccepted, steps: [{at: 30m, escalate: next, reason: time}]}
    follow_up: {steps: [{at: 2d, close: no_answer}]}
    """)
FRONT_AND_BACK = roster_of([Person("sam", ("front",)), Person("bea", ("back",))], owners=("sam",))


def policy(text: str) -> Policy:
    read, findings = read_policy(text, "policy.yaml")
    assert read is not None, findings
    return read


def said(text: str, roster: Roster, now: datetime = TUESDAY) -> list[str]:
    return [str(finding) for finding in check_desk(policy(text), text, "policy.yaml", roster, now)[0]]


def test_a_staffed_reference_desk_has_no_finding() -> None:
    assert said(REFERENCE, DESK) == []


def without(handle: str) -> Roster:
    return roster_of([person for person in PEOPLE if person.handle != handle], owners=("leo",))


def changed(handle: str, **facts: object) -> Roster:
    people = {person.handle: person for person in PEOPLE}
    old = people[handle]
    fields = {name: getattr(old, name) for name in old.__struct_fields__} | facts
    people[handle] = Person(**fields)  # type: ignore[arg-type]
    return roster_of(people.values(), owners=("leo",))


@pytest.mark.parametrize(
    ("roster", "finding"),
    [
        (without("sam"), '29: teams.frontline.lead: nobody has the handle "sam"; add them: rung person add sam'),
        (without("carla"), 'schedules.engineering-on-call.rotation[2]: nobody has the handle "carla"'),
        (changed("ben", active=False), "schedules.engineering-on-call.rotation[1]: ben is not active any more"),
        (
            without("eve"),
            "levels.billing: nobody active is in the team billing, so nobody can take a ticket",
        ),
        (without("leo"), "rules[9].do: nobody active is in the team leads; rung person add HANDLE --team leads"),
        (without("leo"), "warning: the desk has no active owner"),
        (without("bea"), "warning: rules[10].do.escalate: nobody lists a skill, so there is no expert to ask"),
        (changed("ina", level="L9"), 'warning: levels: ina belongs to the level "L9", which is not here'),
    ],
)
def test_each_missing_person_is_named(roster: Roster, finding: str) -> None:
    assert any(finding in each for each in said(REFERENCE, roster)), said(REFERENCE, roster)


def test_a_schedule_that_has_not_begun_has_nobody_on_call() -> None:
    early = datetime(2026, 10, 30, 8, tzinfo=UTC)
    assert (
        "policy.yaml:36: warning: schedules.engineering-on-call: nobody is on call from 2026-10-30 09:00 "
        "to 2026-11-02 09:00 (not started); enter a swap, or add somebody to the rotation"
    ) in said(REFERENCE, DESK, early)
    swapped = Roster(
        people=DESK.people,
        owners=DESK.owners,
        swaps=(Swap("engineering-on-call", "ada", early, early + timedelta(days=4)),),
    )
    assert not any("on call" in each for each in said(REFERENCE, swapped, early))


def holes_of(text: str, roster: Roster) -> tuple[Hole, ...]:
    read = policy(text)
    return holes(read, presence(read, roster, TUESDAY))


def test_holes_are_where_the_time_counts_and_nobody_is_there() -> None:
    found = holes_of(SMALL, FRONT_AND_BACK)
    nights = [hole for hole in found if hole.level == "L1"]
    assert nights[1].start == datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert nights[1].end == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert max(hole.end - hole.start for hole in nights) == timedelta(hours=64)  # Friday 17:00 to Monday 09:00
    office = SMALL.replace("calendar: always}]", "calendar: office}]")
    assert holes_of(office, FRONT_AND_BACK) == ()


def test_a_holiday_of_the_only_person_is_a_hole() -> None:
    office = SMALL.replace("calendar: always}]", "calendar: office}]")
    away = Away(datetime(2026, 11, 26, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC))
    roster = roster_of([Person("sam", ("front",)), Person("bea", ("back",), absences=(away,))], owners=("sam",))
    assert [(hole.level, hole.start.day, hole.end - hole.start) for hole in holes_of(office, roster)] == [
        ("L2", 26, timedelta(hours=8))
    ]
    assert any(
        "nobody can be reached for 8 hours on the path support from L2 up" in each for each in said(office, roster)
    )


def waited(text: str, roster: Roster, state: State) -> Wait:
    return next(wait for wait in waits(policy(text), roster, TUESDAY) if wait.state is state)


def test_the_longest_wait_begins_when_the_last_one_goes_home() -> None:
    office = SMALL.replace("calendar: always}]", "calendar: office}]")
    new = waited(office, FRONT_AND_BACK, State.NEW)
    assert new.began_at == datetime(2026, 11, 27, 17, tzinfo=UTC)
    assert new.longest == timedelta(hours=64, minutes=30)
    assert waited(office, FRONT_AND_BACK, State.PENDING).longest == timedelta(days=4)  # 2 d are 16 working hours


def test_quiet_hours_make_people_wait_until_the_deadline_and_no_longer() -> None:
    quiet = SMALL + "attention: {quiet: {outside: office}}\n"
    loud = waited(SMALL, FRONT_AND_BACK, State.WRITTEN_AGAIN).longest
    still = waited(quiet, FRONT_AND_BACK, State.WRITTEN_AGAIN).longest
    assert loud == timedelta(minutes=30)
    assert still == timedelta(hours=1)


def test_nobody_at_all_is_an_error() -> None:
    nobody = Roster()
    assert waited(SMALL, nobody, State.NEW).longest is None
    assert any(
        "targets[0]: a new ticket that nobody takes reaches nobody within 14 days" in each
        for each in said(SMALL, nobody)
    )


def test_the_map_shows_who_is_there_and_where_nobody_is() -> None:
    read = policy(SMALL)
    drawn = ElementTree.fromstring(coverage_svg(read, presence(read, FRONT_AND_BACK, TUESDAY)))
    texts = ["".join(each.itertext()) for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"L1", "L2", "Tue 24", "Mon 7"} <= set(texts)
    stretches = [each.get("data-is") for each in drawn.iter("{http://www.w3.org/2000/svg}rect")]
    assert stretches.count("there") == 2 * 10  # ten working days, two levels
    assert stretches.count("hole") == 2 * 11  # each night, and both weekends with a night
    office = policy(SMALL.replace("calendar: always}]", "calendar: office}]"))
    assert 'data-is="hole"' not in coverage_svg(office, presence(office, FRONT_AND_BACK, TUESDAY))
    back_only = roster_of([Person("bea", ("back",))], owners=("bea",))
    assert 'data-is="above"' in coverage_svg(read, presence(read, back_only, TUESDAY))


def test_the_proof_in_words() -> None:
    read = policy(SMALL)
    lines = [" ".join(line.split()) for line in waits_in_words(read, waits(read, FRONT_AND_BACK, TUESDAY)).splitlines()]
    assert lines[:2] == ["Somebody is reached, at the worst, within:", "everything else"]
    assert "30 min an answered ticket whose customer writes again (from Tue 08:00)" in lines


def test_the_proof_never_says_less_than_it_takes() -> None:
    office = policy(SMALL.replace("calendar: always}]", "calendar: office}]"))
    found = waits(office, FRONT_AND_BACK, TUESDAY)
    text = waits_in_words(office, (structs.replace(found[0], longest=timedelta(days=2, hours=16, minutes=30)),))
    assert "    2 d 17 h " in text
    text = waits_in_words(office, (structs.replace(found[0], longest=timedelta(minutes=7, seconds=30)),))
    assert "    7 min 30 s " in text


def test_holes_of_several_targets_that_overlap_are_told_as_one() -> None:
    def hole(target: int, level: str, begins: int, ends: int) -> Hole:
        return Hole(target, "support", level, TUESDAY + timedelta(hours=begins), TUESDAY + timedelta(hours=ends))

    told = as_one([hole(0, "L1", 0, 8), hole(1, "L1", 0, 48), hole(0, "L1", 24, 32), hole(0, "L2", 1, 2)])
    at = TUESDAY.__add__
    assert told == [
        (TUESDAY, at(timedelta(hours=48)), "support", "L1"),
        (at(timedelta(hours=1)), at(timedelta(hours=2)), "support", "L2"),
    ]
