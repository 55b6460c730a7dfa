"""What comes in is kept once, sorted once, and tried again when that fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rung.intake import batch, receive, sort
from rung.intake.models import Received
from rung.people.clock import cranked

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Place:
    def __init__(self) -> None:
        self.now = NOON
        self.failing: list[Exception] = []
        self.sorted: list[Mapping[str, Any]] = []

    def sort(self, body: Mapping[str, Any], _now: datetime) -> str:
        if self.failing:
            Received.objects.create(channel="pigeon", external_id="half done", body={}, received_at=self.now)
            raise self.failing.pop()
        self.sorted.append(body)
        return "opens ticket 1"


@pytest.fixture
def place(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    made = Place()
    monkeypatch.setattr(sort, "sorters", lambda: {"pigeon": made.sort})
    with cranked(lambda: made.now):
        yield made


def test_the_same_thing_is_kept_once(place: Place) -> None:
    assert receive.store("pigeon", "e1", {"text": "a"}, now=place.now) is True
    assert receive.store("pigeon", "e1", {"text": "a"}, now=place.now) is False
    assert receive.store("dove", "e1", {"text": "a"}, now=place.now) is True


def test_it_is_sorted_once_and_says_what_came_of_it(place: Place) -> None:
    receive.store("pigeon", "e1", {"text": "zero \x00 byte, \\u0000"}, now=place.now)
    assert sort.sort_all_due() == 1
    assert sort.sort_all_due() == 0
    assert place.sorted == [{"text": "zero  byte, \\u0000"}]
    assert Received.objects.get().outcome == "opens ticket 1"


def test_what_fails_is_undone_whole_and_tried_again_later(place: Place) -> None:
    place.failing = [ValueError("broken")]
    receive.store("pigeon", "bad", {"text": "a"}, now=place.now)
    receive.store("pigeon", "good", {"text": "b"}, now=place.now)
    assert sort.sort_all_due() == 2
    assert [body["text"] for body in place.sorted] == ["b"]
    bad = Received.objects.get(external_id="bad")
    assert "broken" in bad.outcome
    assert not Received.objects.filter(external_id="half done").exists()
    place.now += timedelta(seconds=5)
    assert batch.next_due_at() == bad.next_attempt_at
    assert sort.sort_all_due() == 1
    assert batch.next_due_at() is None


def test_what_keeps_failing_is_asked_for_ever_more_seldom(place: Place) -> None:
    receive.store("pigeon", "bad", {}, now=place.now)
    waits = []
    for _ in range(7):
        place.failing = [batch.NotYet("the other side is away")]
        assert sort.sort_all_due() == 1
        due = batch.next_due_at()
        assert due is not None
        waits.append(due - place.now)
        place.now = due
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=1)
