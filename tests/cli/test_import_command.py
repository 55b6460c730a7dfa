"""`rung import` as it is typed."""

import importlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rung.tickets.models import Ticket

commands = importlib.import_module("rung.cli.import_").commands

LOG = """\
number,state,updated_at,assigned_to
1,New,2026-03-02T09:00:00Z,
1,Solved,2026-03-02T12:00:00Z,sam
2,New,2026-03-02T10:00:00Z,
2,New,yesterday,
"""


def test_guess_writes_a_map_and_says_what_it_would_mean(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG.replace("yesterday", "2026-03-02T11:00:00Z"))
    result = CliRunner().invoke(commands, ["guess", str(tmp_path / "log.csv")])
    assert result.exit_code == 0
    assert "time: {column: updated_at, timezone: UTC}" in result.stdout
    assert "    Solved: resolved" in result.stdout
    assert "it would mean: 2 tickets, 4 rows" in result.stderr
    assert "1 × resolved" in result.stderr


@pytest.mark.django_db(transaction=True)
def test_the_guessed_map_imports_and_what_it_cannot_read_is_written_down(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG.replace("yesterday", "2026-03-02T11:00:00Z"))
    guessed = CliRunner().invoke(commands, ["guess", str(tmp_path / "log.csv")]).stdout
    (tmp_path / "log.map.yaml").write_text(guessed)
    (tmp_path / "log.csv").write_text(LOG)
    words = ["--log", "log.csv", "--map", "log.map.yaml", "--rejected", "rejected.csv"]
    words = [str(tmp_path / word) if "." in word else word for word in words]
    first = CliRunner().invoke(commands, words)
    assert first.exit_code == 0, first.stderr
    assert "2 tickets" in first.stdout
    assert "1 rows rejected" in first.stdout
    assert "yesterday" in (tmp_path / "rejected.csv").read_text()
    assert sorted(Ticket.objects.values_list("subject", "status")) == [("1", "resolved"), ("2", "open")]
    second = CliRunner().invoke(commands, words)
    assert "2 tickets were there already" in second.stdout
    assert Ticket.objects.count() == 2


def test_without_a_log_it_says_what_it_needs() -> None:
    result = CliRunner().invoke(commands, [])
    assert result.exit_code == 1
    assert "needs --log FILE and --map MAP" in result.stderr
