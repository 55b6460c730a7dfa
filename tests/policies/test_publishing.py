"""Publishing: numbered, checked, and closed on the days it was published with."""

from datetime import UTC, date, datetime

import pytest

from rung.core.calendar.holidays import Holidays
from rung.policies import publishing, versions
from rung.policies.models import PolicyVersion
from rung.policies.publishing import NotPublished, Published, extend_holidays, publish
from rung.policies.reading import check_policy
from rung.policies.starter import LEVELS, starter
from rung.policies.versions import compiled, current_number

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
POLICY = """
name: Holidays
timezone: Europe/Berlin
calendars:
  office: {timezone: Europe/Berlin, hours: {mon-fri: [09:00-17:00]}, holidays: {country: DE}}
teams: {frontline: {}}
levels: {L1: {team: frontline, calendar: office}}
paths: {support: [L1]}
targets: [{resolution: 1d, calendar: office}]
"""
NEW_YEAR = datetime(2027, 1, 1, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh(db: None) -> None:
    compiled.cache_clear()


def test_a_policy_with_a_mistake_is_not_published_and_the_line_is_named() -> None:
    answer = publish("levels: {L1: {tea: frontline}}\n", author="system", file="p.yaml", now=NOW)
    assert isinstance(answer, NotPublished)
    assert any(str(finding).startswith("p.yaml:1: ") for finding in answer.findings)
    assert current_number() == 0


def test_versions_follow_each_other_and_the_same_text_makes_none() -> None:
    assert publish(POLICY, author="agent:carla", now=NOW) == Published(1)
    assert publish(POLICY, author="agent:carla", now=NOW) == NotPublished(())
    assert publish(POLICY + "# changed\n", author="agent:carla", reason="why not", now=NOW) == Published(2)
    assert current_number() == 2
    assert list(PolicyVersion.objects.values_list("number", "is_current")) == [(2, True), (1, False)]


def test_a_newer_holidays_package_moves_no_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(POLICY, author="system", now=NOW)
    monkeypatch.setattr(Holidays, "in_years", lambda self, years: self.add - self.remove)
    assert not compiled(1).policy.calendars["office"].is_open(NEW_YEAR)


def test_holidays_of_years_that_come_near_are_added_and_the_kept_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(POLICY, author="system", now=NOW)
    kept = PolicyVersion.objects.get().holidays["office"]
    monkeypatch.setattr(Holidays, "in_years", lambda self, years: frozenset(date(year, 2, 3) for year in years))
    assert extend_holidays(NOW) == 0
    assert extend_holidays(datetime(2027, 1, 2, tzinfo=UTC)) == 1
    assert PolicyVersion.objects.get().holidays["office"] == [*kept, "2030-02-03"]
    assert publishing.YEARS_AHEAD == 3


@pytest.mark.parametrize("levels", LEVELS)
def test_the_first_policy_has_as_many_levels_as_were_chosen_and_nothing_to_find(levels: str) -> None:
    policy, findings = check_policy(starter(levels), "policy.yaml")
    assert policy is not None
    assert findings == ()
    assert policy.paths["support"] == LEVELS[levels]
    assert "# `always` (24x7) is built in" in starter(levels)


def test_a_version_written_anew_is_read_again_by_whoever_has_it_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "FRESH_FOR", 0.0)
    text = POLICY.replace("frontline: {}", "frontline: {lead: sam}")
    publish(text, author="system", now=NOW)
    loaded = compiled(1)
    assert loaded.policy.teams["frontline"].lead == "sam"
    assert compiled(1) is loaded
    PolicyVersion.objects.update(text=text.replace("sam", "former-7"))
    assert compiled(1).policy.teams["frontline"].lead == "former-7"
