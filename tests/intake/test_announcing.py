"""Running tickets that an import brings are seen where triage is watched: some cards and one line, never a storm."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from rung.core.log.direct import direct_map
from rung.core.log.events import hearing_of, levels_of
from rung.core.vocabulary import Priority
from rung.intake.importers import announcement
from rung.intake.importers.grouping import Grouping
from rung.intake.importers.histories import Reading
from rung.intake.importers.logs import open_log
from rung.intake.importers.recording import record
from rung.outbox import registry
from rung.outbox.models import Delivery
from rung.policies.versions import compiled, current_number
from rung.tickets.models import Event, Ticket
from tests.world import World, desk


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        yield world


def take_in(world: World, folder: Path, rows: list[str]) -> None:
    (folder / "log.csv").write_text("ticket,time,status,priority,requester\n" + "".join(f"{row}\n" for row in rows))
    policy = compiled(current_number()).policy
    with open_log(folder / "log.csv") as log, Grouping() as grouping:
        log_map = direct_map(log.columns)
        assert not isinstance(log_map, str)
        reading = Reading(grouping)
        reading.read(log, log_map)
        histories = reading.histories(log_map, hearing_of(policy), levels_of(policy), words=True)
        for _ in record(histories, "old", world.time.at):
            pass
    world.settle()


def running(world: World, count: int, first: int = 0) -> list[str]:
    at = world.time.at - timedelta(hours=1)
    return [f"T{first + n},{at.isoformat()},open,{'urgent' if n == count - 1 else 'normal'},ann" for n in range(count)]


def test_the_most_pressing_get_cards_and_one_line_tells_of_the_rest(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcement, "CARDS", 3)
    over = f"D1,{(world.time.at - timedelta(days=1)).isoformat()},resolved,normal,ann"
    take_in(world, tmp_path, [*running(world, 10), over])
    cards = world.chat.cards_in("#triage")
    assert len(cards) == 3
    assert [card.priority for card in cards].count(Priority.URGENT) == 1
    assert world.chat.heard_by("#triage") == ["10 running tickets came in with the import old"]
    assert not Event.objects.filter(kind="step_fired", data__outcome="fired").exists()

    take_in(world, tmp_path, running(world, 10))
    assert len(world.chat.cards_in("#triage")) == 3
    take_in(world, tmp_path, running(world, 12))
    assert len(world.chat.cards_in("#triage")) == 5
    assert world.chat.heard_by("#triage")[1:] == ["2 running tickets came in with the import old"]


def test_their_clocks_run_from_now_on_and_their_cards_live(world: World, tmp_path: Path) -> None:
    imported = world.time.at
    take_in(world, tmp_path, [f"T1,{(world.time.at - timedelta(minutes=1)).isoformat()},open,normal,ann"])
    ticket = Ticket.objects.get()
    assert ticket.next_deadline_at is not None
    assert ticket.next_deadline_at > world.time.at
    world.passes(days=1)
    fired = Event.objects.filter(ticket=ticket, kind="step_fired", data__outcome="fired")
    assert fired.exists()
    assert all(event.at > imported for event in fired)
    assert world.chat.edits > 0
    assert world.differences() == []


def test_where_triage_is_the_page_on_the_web_nobody_is_told(world: World, tmp_path: Path) -> None:
    registry.channels().pop("slack")
    take_in(world, tmp_path, running(world, 3))
    assert Ticket.objects.filter(status="open").count() == 3
    assert not Delivery.objects.exists()
