"""What comes in is kept once, sorted once, and tried again when that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from rung.channels.slack.models import Workspace
from rung.intake import batch, batch_cache, receive, sort
from rung.intake.models import Received
from rung.people.clock import cranked

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Place:
    def __init__(self) -> None:
        self.now = NOON
        self.failing: list[Exception] = []
        self.sorted: list[Mapping[str, Any]] = []
        self.refused = ""
        self.each: Callable[[], object] = lambda: None

    def sort(self, body: Mapping[str, Any], _now: datetime) -> str:
        self.each()
        if self.refused and body["text"] == self.refused:
            raise ValueError("refused")
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


def test_what_comes_from_one_place_is_sorted_in_its_order_and_a_bad_one_stops_no_other(place: Place) -> None:
    for number in range(20):
        receive.store("pigeon", f"e{number}", {"text": str(number)}, place=f"loft {number % 3}", now=place.now)
    place.refused = "7"
    assert sort.sort_all_due() == 20
    heard = [int(body["text"]) for body in place.sorted]
    for loft in range(3):
        here = [number for number in heard if number % 3 == loft]
        assert here == [number for number in range(loft, 20, 3) if number != 7]
    bad = Received.objects.get(next_attempt_at__isnull=False)
    assert (bad.external_id, bad.attempts) == ("e7", 1)


def test_what_was_asked_for_a_message_that_failed_is_asked_again(place: Place) -> None:
    asked: list[str] = []

    def ask() -> str:
        asked.append("who")
        return "zoe"

    place.each = lambda: batch_cache.once(("who",), ask)
    for name in ("a", "b", "bad", "c", "d"):
        receive.store("pigeon", name, {"text": name}, now=place.now)
    place.refused = "bad"
    assert sort.sort_all_due() == 5
    assert asked == ["who", "who"]
    place.each()
    assert asked == ["who", "who", "who"]  # nothing is kept beyond the batch


class Killed(BaseException):
    """As by `kill -9`: nobody catches it."""


def dying_at(statement: int) -> Callable[..., Any]:
    left = iter(range(statement - 1))

    def run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SAVEPOINT" not in sql and next(left, None) is None:  # a test undoes by savepoints what a death undoes
            raise Killed
        return execute(sql, params, many, context)

    return run


def test_killed_at_any_statement_everything_is_sorted_once(place: Place) -> None:
    for number in range(6):
        receive.store("pigeon", f"e{number}", {"text": str(number)}, now=place.now)

    place.each = lambda: Workspace.objects.create(team=uuid4().hex[:20], name="made", bot_user="U0")
    for statement in range(1, 40, 3):
        with connection.execute_wrapper(dying_at(statement)), suppress(Killed):
            sort.sort_all_due()
        made = Workspace.objects.count()
        assert made == Received.objects.filter(sorted_at__isnull=False).count()
    assert sort.sort_all_due() == 0
    assert made == 6
