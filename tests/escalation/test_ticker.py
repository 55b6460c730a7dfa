"""The ticker under trouble: tickets that raise, several tickers, a clock that steps back, another policy."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from rung.core.reckoning.reckon import reckon_in_place
from rung.core.vocabulary import Priority
from rung.escalation import policy_rollout, ticker
from rung.escalation.audit import NotRepairable, repair
from rung.escalation.roster_cache import RosterCache
from rung.people.models import Agent, Membership, Team
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Event, Ticket
from tests.world import POLICY, World, desk

LEAST_BUSY = "rules:\n  - {name: Taken, clock: unassigned, steps: [{at: 5m, assign: least_busy}]}\n"


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        yield world


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Customers whose tickets make a look raise."""
    names: set[str] = set()

    def reckon(case, policy, people, now, past):  # type: ignore[no-untyped-def]
        if case.customer in names:
            raise ZeroDivisionError("a poison ticket")
        return reckon_in_place(case, policy, people, now, past=past)

    monkeypatch.setattr(ticker, "reckon_in_place", reckon)
    return names


def test_a_poison_ticket_is_parked_in_the_open_and_stops_no_other(world: World, poison: set[str]) -> None:
    poison.add("Acme")
    bad, good = world.acme.writes("Bad"), world.globex.writes("Good")
    assert good.row.level == "L1"
    assert (bad.row.level, bad.row.attempts, bad.row.error) == ("", 1, "ZeroDivisionError: a poison ticket")
    assert bad.row.parked_at == world.time.at
    assert len([title for title in world.chat.heard_by("@carla") if "Bad" in title]) == 1


def test_it_is_tried_again_after_1_5_and_30_minutes_then_hourly_and_comes_back(world: World, poison: set[str]) -> None:
    poison.add("Acme")
    bad = world.acme.writes("Bad")
    waits = []
    for _ in range(5):
        waits.append(bad.row.wake_at - world.time.at)
        world.passes(seconds=waits[-1].total_seconds())
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 5, 30, 60, 60)]
    assert len([title for title in world.chat.heard_by("@carla") if "Bad" in title]) == 1
    poison.clear()
    world.passes(hours=1)
    assert (bad.row.level, bad.row.parked_at, bad.row.attempts, bad.row.error) == ("L1", None, 0, "")
    assert world.differences() == []


def test_several_tickers_look_at_each_ticket_once(world: World) -> None:
    for number in range(60):
        actions.open_ticket(f"Ticket {number}", MessageText(text="Help"), by="customer:1")
    raised: list[BaseException] = []

    def look() -> None:
        try:
            while ticker.look_at_batch(RosterCache(), most=7):
                pass
        except BaseException as error:  # noqa: BLE001  shown by the assertion below
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert raised == []
    assert Event.objects.filter(kind="placed").count() == 60
    assert Ticket.objects.filter(level="L1").count() == 60


def test_the_database_itself_refuses_a_step_twice_in_a_cycle(world: World) -> None:
    case = world.acme.writes("Help")
    world.passes(minutes=30)
    step = Event.objects.get(ticket=case.number, kind="step_fired")
    with pytest.raises(IntegrityError, match="event_step_once"):
        Event.objects.create(
            ticket_id=case.number, number=99, at=step.at, kind="step_fired", by=step.by, data=step.data
        )


def test_a_clock_that_steps_back_puts_no_event_before_the_last(world: World) -> None:
    case = world.acme.writes("Help")
    world.time.at -= timedelta(hours=3)
    case.does("tag", by="agent:sam", added=("vip",))
    moments = list(Event.objects.filter(ticket=case.number).order_by("number").values_list("at", flat=True))
    assert moments == sorted(moments)
    assert world.differences() == []


def test_how_late_a_step_was_is_on_the_timeline(world: World) -> None:
    case = world.acme.writes("Help")
    world.jumps(minutes=34)
    (step,) = case.events("step_fired")
    event = Event.objects.get(ticket=case.number, kind="step_fired")
    assert (event.at, step["due_at"]) == (world.time.at, "2026-11-23T08:30:00Z")


def test_a_late_step_is_judged_by_what_held_when_it_was_due(world: World) -> None:
    world.publishes(POLICY.replace("clock: idle", "clock: idle\n    when: {priority: normal}"))
    lowered, raised = world.acme.writes("First"), world.acme.writes("Second")
    for case in (lowered, raised):
        case.does("assign", "sam", by="agent:sam")
    raised.does("set_priority", Priority.LOW, by="agent:sam")
    world.time.at += timedelta(minutes=50)
    actions.set_priority(lowered.number, Priority.LOW, by="agent:sam")
    actions.set_priority(raised.number, Priority.NORMAL, by="agent:sam")
    world.settle()
    for case, outcome in ((lowered, "fired"), (raised, "passed_over")):
        step = next(each for each in case.events("step_fired") if each["rule"] == "Assigned, then silent")
        assert (step["outcome"], step["due_at"]) == (outcome, "2026-11-23T08:45:00Z")


def test_least_busy_spreads_a_batch(world: World) -> None:
    world.publishes(POLICY.replace("\nrules:\n", f"\n{LEAST_BUSY}"))
    kit = Agent.objects.create_user("kit@desk.example", handle="kit", name="Kit", level="L1")
    Membership.objects.create(agent=kit, team=Team.objects.get(name="frontline"))
    for number in range(10):
        world.acme.writes(f"Ticket {number}")
    world.jumps(minutes=6)
    spread = list(Ticket.objects.values_list("assignee_id", flat=True))
    assert (spread.count("kit"), spread.count("sam")) == (5, 5)


def test_a_new_version_judges_new_tickets_and_running_ones_only_when_told(world: World) -> None:
    case = world.acme.writes("Please hurry, our nightly import has stopped")
    number = world.publishes(POLICY.replace('["everyone is down"]', '["everyone is down", "please hurry"]'))
    world.settle()
    assert (case.row.policy, case.row.priority) == (1, "normal")
    assert sum(policy_rollout.roll_out(number, by="agent:carla")) == 1
    world.settle()
    assert (case.row.policy, case.row.priority, case.row.critical) == (2, "urgent", True)
    assert sum(policy_rollout.roll_out(number, by="agent:carla")) == 0
    assert world.differences() == []


@pytest.mark.parametrize(("fire", "outcome"), [(False, "settled"), (True, "fired")])
def test_steps_a_new_version_has_crossed_already_are_recorded_or_fired_as_chosen(
    world: World,
    fire: bool,
    outcome: str,
) -> None:
    case = world.acme.writes("Help")
    world.passes(minutes=20)
    number = world.publishes(POLICY.replace("at: 50%", "at: 25%"))
    list(policy_rollout.roll_out(number, by="agent:carla", fire=fire))
    world.settle()
    assert [step["outcome"] for step in case.events("step_fired")] == [outcome]
    assert len(world.chat.heard_by("#triage")) == int(fire)


def test_the_audit_names_a_row_that_was_changed_by_hand(world: World) -> None:
    case = world.acme.writes("Help")
    Ticket.objects.filter(number=case.number).update(priority="low")
    (difference,) = world.differences()
    assert (difference.ticket, difference.what) == (case.number, "priority")
    assert (difference.kept, difference.rebuilt) == ("'low'", "'normal'")
    repair(case.number)
    world.settle()
    assert world.differences() == []
    assert case.row.priority == "normal"


@pytest.mark.parametrize("gone", ["all", "last", "first"])
def test_a_row_whose_events_have_gone_is_not_emptied_by_a_repair(world: World, gone: str) -> None:
    case = world.acme.writes("Help")
    events = Event.objects.filter(ticket=case.number).order_by("number")
    lost = {"all": events, "last": events.reverse()[:1], "first": events[:1]}[gone]
    Event.objects.filter(pk__in=[event.pk for event in lost]).delete()
    before = case.row
    with pytest.raises(NotRepairable, match=f"ticket {case.number} is not repaired"):
        repair(case.number)
    after = case.row
    assert (after.status, after.priority, bytes(after.snapshot)) == ("open", "normal", bytes(before.snapshot))


def test_the_audit_names_a_history_that_cannot_be_read_and_goes_on(world: World) -> None:
    broken, changed = world.acme.writes("Help"), world.acme.writes("Help again, it is another thing")
    Event.objects.filter(ticket=broken.number, number=1).update(data={"at": "never"})
    Ticket.objects.filter(number=changed.number).update(priority="low")
    assert {(one.ticket, one.what) for one in world.differences()} == {
        (broken.number, "the history"),
        (changed.number, "priority"),
    }


def test_names_as_long_as_a_policy_writes_them_park_no_ticket(world: World) -> None:
    long = "Nobody has answered, and that for so long that somebody must be told of it " * 3
    world.publishes(POLICY.replace("name: Nobody has answered\n", f"name: {long.strip()}\n"))
    case = world.acme.writes("Help")
    world.jumps(minutes=61)
    assert (case.row.offered_to, case.row.error) == ("L2", "")
