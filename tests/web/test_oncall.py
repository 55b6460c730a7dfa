"""The on-call page: the calendar of two weeks, its holes, and who fills them."""

from datetime import timedelta
from typing import Any

from rung.people.clock import database_now
from rung.people.models import Absence, Agent
from rung.policies.publishing import publish
from rung.web.people import duty_calendar
from tests.api.conftest import POLICY
from tests.web.pages import source

SCHEDULE = "schedules: {nights: {timezone: UTC, rotation: [ben], every: 1w, from: 2026-01-05T09:00}}\n"


def test_turns_absences_and_holes_stand_in_the_calendar(signed_in: Any, desk: dict[str, Agent]) -> None:
    now = database_now()
    publish(POLICY + SCHEDULE, author="agent:sam", reason="Nights", now=now)
    start = now + timedelta(days=3)
    Absence.objects.create(agent=desk["ben"], starts_at=start, ends_at=start + timedelta(days=2), reason="Wedding")
    page = source(signed_in("ben").get("/on-call"))
    assert '<text class="duty-name turn" x="8" y="16">Ben</text>' in page
    assert '<text class="duty-name hole" x="8" y="16">nobody</text>' in page
    assert '<text class="duty-name away" x="8" y="16">Wedding</text>' in page
    assert page.count('class="weekday"') == duty_calendar.DAYS
    link = page.partition('<a class="button small" href="')[2].partition('"')[0].replace("&amp;", "&")
    form = signed_in("ben").get(f"/on-call{link.partition('#')[0]}").content.decode()
    assert '<option value="nights" selected>' in form
    assert 'id="swap" open' in form
    assert "Find a stand-in" not in signed_in("otto").get("/on-call").content.decode()


def test_holes_of_levels_are_listed_when_asked_for(signed_in: Any, desk: dict[str, Agent]) -> None:
    otto = signed_in("otto")
    assert "No hole" in otto.get("/on-call/holes").content.decode()
    Agent.objects.update(is_active=False)
    desk["otto"].is_active = True
    desk["otto"].save()
    page = otto.get("/on-call/holes").content.decode()
    assert "L1" in page
    assert "nobody at the level or above can be reached" in page


def test_a_bar_says_as_much_of_a_name_as_it_has_room_for() -> None:
    fitting = [duty_calendar._fitting("Ben Adeyemi", width) for width in (200, 50, 28, 10)]
    assert fitting == ["Ben Adeyemi", "Ben", "BA", ""]
