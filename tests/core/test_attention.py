"""What may interrupt, and what waits for a digest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rung.core.calendar import Calendar
from rung.core.policy.model import Attention, Budget, Level, Policy, Quiet
from rung.core.reckoning.attention import Hold, Interruption, Why, held_back, is_burst
from rung.core.reckoning.effects import NoticeKind
from rung.core.vocabulary import Priority

OFFICE = Calendar.parse({"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}})
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MOMENT = Interruption(kind=NoticeKind.MOMENT, to_person=True, priority=Priority.NORMAL)


def policy(**attention: object) -> Policy:
    return Policy(
        name="p",
        timezone="UTC",
        calendars={"office": OFFICE},
        levels={"L1": Level("L1", "t")},
        paths={"p": ("L1",)},
        attention=Attention(**attention),  # type: ignore[arg-type]
    )


QUIET = policy(quiet=Quiet("office", (Priority.URGENT,)))
SIX_AN_HOUR = policy(person=Budget(6, timedelta(hours=1)), channel=Budget(2, timedelta(hours=1)))


def test_a_moment_at_night_waits_for_the_morning() -> None:
    assert held_back(MOMENT, QUIET, (), NIGHT) == Hold(Why.QUIET_HOURS, NEXT_MORNING)
    assert held_back(MOMENT, QUIET, (), NOON) is None


@pytest.mark.parametrize(
    "said",
    [
        Interruption(kind=NoticeKind.MOMENT, to_person=True, priority=Priority.URGENT),
        Interruption(kind=NoticeKind.MOMENT, to_person=True, priority=Priority.LOW, exempt=True),
        Interruption(kind=NoticeKind.OFFER_CARD, to_person=False, priority=Priority.LOW),
        Interruption(kind=NoticeKind.TRIAGE_CARD, to_person=False, priority=Priority.LOW),
        Interruption(kind=NoticeKind.PAGE, to_person=True, priority=Priority.LOW),
        Interruption(kind=NoticeKind.REPLY, to_person=False, priority=Priority.LOW),
    ],
)
def test_urgent_ones_exempt_ones_cards_pages_and_answers_are_never_held(said: Interruption) -> None:
    assert held_back(said, QUIET, (), NIGHT) is None


def test_nothing_is_held_beyond_its_own_deadline() -> None:
    at_midnight = Interruption(kind=NoticeKind.MOMENT, to_person=True, deadline=NIGHT + timedelta(hours=2))
    assert held_back(at_midnight, QUIET, (), NIGHT) == Hold(Why.QUIET_HOURS, NIGHT + timedelta(hours=2))
    assert held_back(at_midnight, QUIET, (), NIGHT + timedelta(hours=2)) is None


def test_the_seventh_within_an_hour_waits_until_the_first_has_left_the_hour() -> None:
    lately = [NOON - timedelta(minutes=minutes) for minutes in (5, 10, 15, 20, 25, 50)]
    assert held_back(MOMENT, SIX_AN_HOUR, lately[1:], NOON) is None
    assert held_back(MOMENT, SIX_AN_HOUR, lately, NOON) == Hold(Why.BUDGET, NOON + timedelta(minutes=10))


def test_what_is_over_the_budget_already_waits_until_one_more_fits() -> None:
    lately = [NOON - timedelta(minutes=minutes) for minutes in (1, 2, 3, 4, 5, 6, 50)]
    assert held_back(MOMENT, SIX_AN_HOUR, lately, NOON) == Hold(Why.BUDGET, NOON + timedelta(minutes=54))


def test_a_channel_has_its_own_budget() -> None:
    to_channel = Interruption(kind=NoticeKind.MOMENT, to_person=False, priority=Priority.NORMAL)
    lately = [NOON - timedelta(minutes=1), NOON - timedelta(minutes=2)]
    assert held_back(to_channel, SIX_AN_HOUR, lately, NOON) == Hold(Why.BUDGET, NOON + timedelta(minutes=58))
    assert held_back(MOMENT, SIX_AN_HOUR, lately, NOON) is None


def test_without_a_word_about_attention_nothing_is_held() -> None:
    assert held_back(MOMENT, policy(), [NOON] * 100, NIGHT) is None


def test_what_is_overdue_from_its_beginning_has_no_privilege() -> None:
    overdue = Interruption(kind=NoticeKind.MOMENT, to_person=True, deadline=NIGHT, since=NIGHT)
    assert held_back(overdue, QUIET, (), NIGHT) == Hold(Why.QUIET_HOURS, NEXT_MORNING)


def test_a_deadline_that_passes_while_it_waits_releases_it_within_the_budget() -> None:
    said = Interruption(kind=NoticeKind.MOMENT, to_person=False, deadline=NOON, since=NOON - timedelta(hours=1))
    assert held_back(said, QUIET, (), NOON) is None
    lately = [NOON - timedelta(minutes=1), NOON - timedelta(minutes=2)]
    assert held_back(said, SIX_AN_HOUR, lately, NOON) == Hold(Why.BUDGET, NOON + timedelta(minutes=58))


moments = st.lists(st.integers(0, 300), max_size=40).map(lambda apart: [NOON - timedelta(seconds=s) for s in apart])


@given(moments)
def test_a_burst_is_more_than_five_cards_within_a_minute(cards: list[datetime]) -> None:
    lately = [at for at in cards if NOON - at < timedelta(minutes=1)]
    assert is_burst(cards, NOON) is (len(lately) > 5)


@given(moments, st.booleans(), st.integers(-100, 100), st.integers(0, 100))
def test_whatever_waits_the_budget_of_its_place_holds(
    lately: list[datetime], has_deadline: bool, ahead: int, waited: int
) -> None:
    deadline = NOON + timedelta(minutes=ahead) if has_deadline else None
    said = Interruption(
        kind=NoticeKind.MOMENT, to_person=False, deadline=deadline, since=NOON - timedelta(minutes=waited)
    )
    hold = held_back(said, SIX_AN_HOUR, lately, NOON)
    assert (hold is not None) is (len(lately) >= 2)
    if hold is not None and deadline is not None and deadline <= NOON:
        assert hold.until is not None
        assert hold.until > NOON
