"""History from elsewhere becomes tickets: with its times, once, without a step firing for the past."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from rung.core.log.events import hearing_of, levels_of
from rung.core.log.mapping import read_map
from rung.escalation.audit import audit
from rung.intake.importers.grouping import Grouping
from rung.intake.importers.histories import Reading
from rung.intake.importers.logs import open_log
from rung.intake.importers.recording import Written, record
from rung.outbox.models import Delivery
from rung.people.models import Agent
from rung.policies.publishing import Published, publish
from rung.policies.versions import compiled, current_number
from rung.tickets.models import Event, Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

POLICY = """\
name: Import
timezone: UTC
teams: {front: {lead: lea}, back: {}}
levels: {L1: {team: front}, L2: {team: back}}
paths: {support: [L1, L2]}
targets: [{first_response: 1h, resolution: 4h}]
rules:
  - name: Nobody has taken it
    clock: unassigned
    steps: [{at: 30m, remind: triage}, {at: 2h, escalate: next}]
  - name: Too long
    clock: resolution
    steps: [{at: 2h, notify: [lead]}, {at: 20w, escalate: next}]
"""
MAP = """\
ticket: id
order: [n]
time: at
author: who
author_role: {column: role, values: {asks: customer, works: agent}}
requester: asks
customer: company
message: text
private: inside
status: {column: state, values: {new: open, waiting: pending, done: resolved}}
"""
LOG = """\
id,n,at,who,role,asks,company,inside,state,text
A,1,2026-03-02T09:00:00Z,ann@acme.test,asks,ann@acme.test,Acme,no,new,Import has stopped
A,2,2026-03-02T09:20:00Z,Sam Long,works,ann@acme.test,Acme,yes,new,known
A,3,2026-03-02T09:40:00Z,Sam Long,works,ann@acme.test,Acme,no,waiting,Try again please
A,4,2026-03-02T12:00:00Z,Sam Long,works,ann@acme.test,Acme,no,done,Solved
B,1,2026-03-02T10:00:00Z,bob,asks,bob,Beta,no,new,How do I?
"""
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    compiled.cache_clear()
    Agent.objects.create(handle="sam", name="Sam Long", email="sam@desk.test")
    assert isinstance(publish(POLICY, author="lea", now=NOW), Published)
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path


def _import(folder: Path, stop_after: int | None = None) -> Written:
    policy = compiled(current_number()).policy
    written: list[Written] = []
    with open_log(folder / "log.csv") as log, Grouping() as grouping:
        log_map, findings = read_map(MAP, "map", log.columns)
        assert log_map is not None, findings
        reading = Reading(grouping)
        reading.read(log, log_map)
        histories = reading.histories(log_map, hearing_of(policy), levels_of(policy), words=True)
        written += islice(record(histories, "old", NOW), stop_after)
    return written[-1]


def test_times_words_and_people_are_kept(desk: Path) -> None:
    written = _import(desk)
    assert (written.tickets, written.messages, written.rows) == (2, 5, 5)
    first, second = Ticket.objects.order_by("number")
    assert (first.subject, first.status, first.customer.name, first.requester.email) == (
        "Import has stopped",
        "resolved",
        "Acme",
        "ann@acme.test",
    )
    assert first.opened_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert first.over_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    said = [(message.direction, message.author) for message in Message.objects.filter(ticket=first)]
    assert said == [
        ("inbound", f"customer:{first.requester_id}"),
        ("note", "agent:sam"),
        ("public", "agent:sam"),
        ("public", "agent:sam"),
    ]
    assert (second.status, second.level, second.path) == ("open", "L1", "support")


def test_goals_are_judged_but_no_step_fires_for_the_past_and_nobody_is_told(desk: Path) -> None:
    _import(desk)
    running = Ticket.objects.get(subject="How do I?")
    steps = Event.objects.filter(kind="step_fired", ticket=running).values_list("data__step", "data__outcome")
    assert sorted(steps) == [("escalate.1", "settled"), ("notify.1", "settled"), ("remind.1", "settled")]
    assert running.missed
    resolved = Ticket.objects.get(status="resolved")
    judged = [
        (one["clock"], one["met"])
        for event in Event.objects.filter(kind="cycles_judged", ticket=resolved)
        for one in event.data["results"]
        if "met" in one
    ]
    assert sorted(judged) == [("first_response", True), ("resolution", True)]
    assert not Event.objects.filter(kind="offered").exists()
    assert not Delivery.objects.exists()


def test_what_is_still_to_come_is_looked_at_when_it_comes(desk: Path) -> None:
    _import(desk)
    ticket = Ticket.objects.get(subject="How do I?")
    assert ticket.wake_at == datetime(2026, 3, 2, 10, tzinfo=UTC) + timedelta(weeks=20)


def test_an_import_that_was_cut_off_is_started_again_and_brings_nothing_twice(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rung.intake.importers.recording.BATCH", 1)
    assert _import(desk, stop_after=1).tickets == 1
    again = _import(desk)
    assert (again.tickets, again.known) == (1, 1)
    assert Ticket.objects.count() == 2
    assert Message.objects.count() == 5
    assert _import(desk).tickets == 0


def test_the_events_rebuild_what_is_kept(desk: Path) -> None:
    _import(desk)
    assert [difference for _, differences in audit() for difference in differences] == []


def test_steps_a_finished_clock_had_crossed_are_settled_and_not_called_late(desk: Path) -> None:
    _import(desk)
    outcomes = Event.objects.filter(kind="step_fired", ticket__status="resolved").values_list("data__outcome")
    assert {outcome for (outcome,) in outcomes} == {"settled"}


def test_long_texts_make_short_transactions(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rung.intake.importers.recording.MOST_LETTERS", 10)
    assert _import(desk, stop_after=1).tickets == 1
    assert _import(desk).tickets == 1
