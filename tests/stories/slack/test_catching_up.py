"""Catching up is a property: what lies before a cursor is complete, and trouble only delays it."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from rung.channels.slack import doctor
from rung.channels.slack.events import catch_up, cursors, history
from rung.channels.slack.models import SlackChannel, ThreadCursor
from rung.tickets.models import Message as Said
from tests.stories.slack.world import SlackWorld


def look_at_all(world: SlackWorld) -> int:
    """One round of what runs beside the sorter, and what comes of it."""
    looks = 0
    world.now += cursors.DIRECT_EVERY
    while (row := cursors.next_due(world.now)) is not None:
        catch_up.look(row, world.now, lambda _seconds: None)
        looks += 1
    world.settle()
    return looks


def asked(world: SlackWorld, method: str) -> int:
    return sum(1 for call in world.slack.dispatcher.calls if call.method == method)


def test_agents_words_below_cards_and_in_customers_threads_are_fetched_too(world: SlackWorld) -> None:
    thread = world.says(world.zoe, "Our import stops")
    world.passes(minutes=1)
    [card] = world.cards("triage")
    world.slack.deliveries.lost = True
    world.slack.people.says(world.people["sam"], world.channels["triage"], ">> Please restart it", thread=card)
    world.slack.people.says(world.people["ben"], world.channels["triage"], "Known since Monday", thread=card)
    world.slack.people.says(world.people["sam"], world.shared, "And tell us the row", thread=thread)
    world.slack.deliveries.lost = False
    catch_up.catch_up(world.now)
    world.settle()
    said = [f"{one.direction}: {one.text}" for one in Said.objects.order_by("pk")]
    assert sorted(said[1:]) == ["note: Known since Monday", "public: And tell us the row", "public: Please restart it"]


def test_what_was_heard_already_is_not_sorted_again(world: SlackWorld) -> None:
    chat = world.says(world.people["sam"], "Lunch?", world.channels["triage"])
    world.says(world.people["ben"], ">> We are on it", world.channels["triage"], thread=chat)
    assert len(world.said_to("ben", world.channels["triage"])) == 1
    assert sum(one.new for one in catch_up.catch_up(world.now)) == 0
    world.settle()
    assert len(world.said_to("ben", world.channels["triage"])) == 1


@pytest.mark.parametrize("seed", range(3))
def test_lost_events_and_failed_rounds_only_delay(world: SlackWorld, seed: int) -> None:
    chance = random.Random(seed)
    first = world.says(world.zoe, "Our import stops")
    written = {"Our import stops"}
    for number in range(30):
        world.slack.deliveries.lost = chance.random() < 0.4
        if chance.random() < 0.3:
            world.slack.faults.server_error(chance.choice(["conversations.history", "conversations.replies"]))
        thread = first if chance.random() < 0.5 else None
        world.slack.people.says(chance.choice([world.zoe, world.max]), world.shared, f"words {number}", thread=thread)
        written.add(f"words {number}")
        world.slack.deliveries.lost = False
        world.now += timedelta(minutes=chance.randrange(1, 20))
        world.settle()
        if chance.random() < 0.3:
            look_at_all(world)
    world.slack.faults.clear()
    for _ in range(2):
        look_at_all(world)
    assert {one.text for one in Said.objects.filter(direction="inbound")} == written
    assert world.differences() == []


def test_a_look_reads_only_threads_that_have_gone_on(world: SlackWorld) -> None:
    threads = []
    for number in range(12):
        threads.append(world.says(world.zoe, f"Import {number} stops"))
        world.says(world.zoe, "since noon", thread=threads[-1])
        world.now += timedelta(minutes=11)
    look_at_all(world)
    before = asked(world, "conversations.replies")
    world.slack.deliveries.lost = True
    world.slack.people.says(world.zoe, world.shared, "row 10", thread=threads[3])
    world.slack.deliveries.lost = False
    look_at_all(world)
    most = 1 + catch_up.TURNS * 3  # and those whose turn it is to be read for edits, in each place
    assert asked(world, "conversations.replies") - before <= most
    assert "row 10" in {one.text for one in Said.objects.all()}


def test_a_long_backlog_is_read_on_where_it_was_broken_off(world: SlackWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 5)
    look_at_all(world)
    world.slack.deliveries.lost = True
    for number in range(23):
        world.slack.people.says(world.zoe, world.shared, f"words {number}")
        world.now += timedelta(minutes=11)
    world.slack.deliveries.lost = False
    row = SlackChannel.objects.get(channel=world.shared.id)
    read_to = row.read_to
    calls = iter([False, False, True])

    def breaks(*_args: object, **_more: object) -> None:
        if next(calls):
            raise OSError("the desk is killed")

    whole = history.Reader.history

    def history_of(self: history.Reader, **asked_for: str) -> history.Page:
        breaks()
        return whole(self, **asked_for)

    monkeypatch.setattr(history.Reader, "history", history_of)
    assert catch_up.look(row, world.now, lambda _seconds: None).problem
    row.refresh_from_db()
    assert (row.read_to, bool(row.reading_to)) == (read_to, True)
    monkeypatch.setattr(history.Reader, "history", whole)
    found = catch_up.look(row, world.now, lambda _seconds: None)
    world.settle()
    assert found.read == 13
    assert Said.objects.filter(direction="inbound").count() == 23


def test_where_slack_reads_slowly_so_do_we(world: SlackWorld) -> None:
    waited: list[float] = []
    world.slack.faults.rate_limited("conversations.history", retry_after=60)
    catch_up.catch_up(world.now, sleep=waited.append)
    assert waited[0] == 60
    assert [wait for wait in waited[1:] if wait > 50]
    limits = {call.arguments.get("limit") for call in world.slack.dispatcher.calls if call.method.endswith("history")}
    assert {"15", 15} & limits


def test_the_doctor_says_how_old_the_oldest_look_is(world: SlackWorld) -> None:
    look_at_all(world)
    assert not [one for one in doctor.findings(world.now) if "complete look" in one]
    world.slack.faults.error("conversations.history", "fatal_error", times=None, channel=world.shared.id)
    world.now += timedelta(hours=1)
    look_at_all(world)
    [found] = [one for one in doctor.findings(world.now) if "complete look" in one]
    assert "#acme-support" in found
    oldest = cursors.oldest()
    assert oldest is not None
    assert oldest.place == "#acme-support"


def test_a_thread_older_than_the_bound_takes_its_turn(world: SlackWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 5)
    monkeypatch.setattr(catch_up, "DEEP", 1)
    old = world.says(world.zoe, "Our import stops")
    for number in range(8):
        world.now += timedelta(minutes=11)
        world.says(world.max, f"Question {number}")
    look_at_all(world)
    world.slack.deliveries.lost = True
    world.slack.people.says(world.zoe, world.shared, "row 10", thread=old)
    world.slack.deliveries.lost = False
    look_at_all(world)
    assert "row 10" in {one.text for one in Said.objects.all()}
    assert ThreadCursor.objects.filter(root=old.ts).get().read_to > old.ts
