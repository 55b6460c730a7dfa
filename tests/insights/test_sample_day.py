"""The sample day, played minute by minute: everything it promises happens, is told, and comes to an end."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from rung.escalation import ticker
from rung.escalation.audit import audit
from rung.insights.sample_day import cast, player, story
from rung.insights.sample_day.script import ACTS
from rung.people import clock, sample_clock
from rung.people.models import Agent
from rung.policies.reading import read_policy
from rung.policies.versions import compiled
from rung.tickets.models import Event, Ticket
from tests.web.pages import source
from tests.world import HandCrank

MINUTES = 185


@pytest.fixture
def time(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[HandCrank]:
    settings.SAMPLE_DAY, settings.DATA = True, tmp_path
    crank = HandCrank(sample_clock.BEGINS)
    compiled.cache_clear()
    with clock.cranked(crank):
        cast.enter()
        yield crank
    compiled.cache_clear()


def play(time: HandCrank, minutes: int = MINUTES) -> None:
    told: set[str] = set()
    for minute in range(minutes):
        time.at = sample_clock.BEGINS + timedelta(minutes=minute)
        if minute % 40 == 0:
            told = {line.key for line in story.told()}  # as if the player had died and been started again
        player._play(told)
        ticker.look_at_all_due()
        player._watch(told)


def test_all_that_is_promised_happens_and_is_told_once(time: HandCrank) -> None:
    play(time)
    lines = story.told()
    assert len({line.key for line in lines}) == len(lines)
    assert [line.text for line in lines if line.who != "rung"] == [act.text for act in ACTS]
    assert [line.text.partition(":")[0] for line in lines if line.who == "rung"] == [
        "Half of the time has gone and nobody has answered",
        "The customer has been silent for 40 minutes",
        "An hour without an answer",
        "Critical",
        "Still no answer after 80 minutes",
    ]
    assert all(earlier.at <= later.at for earlier, later in pairwise(lines))


def test_every_ticket_has_come_by_another_way_and_reached_its_end(time: HandCrank) -> None:
    play(time)
    assert sorted(Ticket.objects.values_list("channel", flat=True)) == ["api", "email", "form", "slack", "webchat"]
    assert set(Ticket.objects.values_list("status", flat=True)) == {"resolved", "closed"}
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert kinds >= {"offered", "offer_returned", "claimed", "rated", "resolved", "closed"}
    assert Event.objects.filter(kind="step_fired", data__rule="Critical incident").count() == 1
    assert [difference for _, found in audit() for difference in found] == []


def test_its_policy_is_in_order() -> None:
    _, findings = read_policy(cast.POLICY.read_text(), "sample.yaml")
    assert findings == ()


def test_its_clock_is_never_the_real_one(time: HandCrank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_clock.time, "time", lambda: 1000.0)
    assert sample_clock.sample_now() == sample_clock.BEGINS
    sample_clock.begin()
    monkeypatch.setattr(sample_clock.time, "time", lambda: 1060.0)
    sample_clock.begin()
    assert sample_clock.sample_now() == sample_clock.BEGINS + timedelta(hours=1)
    assert sample_clock.real_seconds(timedelta(minutes=30), sample_clock.sample_now()) == 30
    monkeypatch.setattr(sample_clock.time, "time", lambda: 1_000_000.0)
    assert sample_clock.sample_now() == sample_clock.ENDS
    assert sample_clock.real_seconds(timedelta(minutes=30), sample_clock.ENDS) == float("inf")


def test_every_page_is_marked_and_one_click_asks_for_the_end(time: HandCrank, tmp_path: Path, client: Client) -> None:
    play(time, 30)
    client.force_login(Agent.objects.get(handle="sam"))
    for address in ("/", "/tickets", "/for-you", "/policy", "/people"):
        page = source(client.get(address))
        assert 'class="sample-banner"' in page
        assert "<title>Sample · " in page
        assert "A new desk" not in page
    assert "Rita of Acme Logistics writes a mail" in client.get("/sample-day/told").content.decode()
    assert client.get(f"/sample-day/told?seen={len(story.told())}").status_code == 204
    assert "The sample day is gone" in client.post("/sample-day/remove").content.decode()
    assert (tmp_path / "over").exists()


@pytest.mark.django_db
def test_a_real_desk_knows_nothing_of_it(client: Client) -> None:
    client.force_login(Agent.objects.create_user("sam@example.com", handle="sam", name="Sam"))
    assert "sample" not in client.get("/").content.decode().lower().replace("sample-banner", "")
    assert client.get("/sample-day").status_code == client.get("/sample-day/told").status_code == 404
