"""`rung import` as it is typed."""

import importlib
import json
from pathlib import Path
from zipfile import ZipFile

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
    assert "needs --log FILE and --map MAP or --preset NAME" in result.stderr


@pytest.mark.django_db(transaction=True)
def test_an_export_is_imported_by_a_preset_and_what_is_missing_is_said(tmp_path: Path) -> None:
    log = tmp_path / "tickets.csv"
    log.write_text(
        "Id,Subject,Status,Requester email,Created at,Updated at\n"
        "501,Import stopped,Solved,ann@acme.test,2026-03-02 09:00,2026-03-02 12:00\n"
        "502,How do I?,Ours,bob@beta.test,2026-03-02 09:00,2026-03-02 12:00\n"
    )
    words = ["--log", str(log), "--preset", "zendesk"]
    result = CliRunner().invoke(commands, words)
    assert result.exit_code == 0, result.stderr
    assert "1 tickets" in result.stdout
    assert "1 × unknown status" in result.stdout
    assert 'goes without what this log does not have: "Priority"' in result.stderr
    assert list(Ticket.objects.values_list("subject", "status")) == [("Import stopped", "resolved")]
    again = CliRunner().invoke(commands, words)
    assert "1 tickets were there already" in again.stdout


@pytest.mark.django_db(transaction=True)
def test_a_preset_is_written_out_and_a_wrong_one_refused(tmp_path: Path) -> None:
    assert "ticket: Issue key" in CliRunner().invoke(commands, ["preset", "jira-service-management"]).stdout
    assert "freshdesk\n" in CliRunner().invoke(commands, ["preset"]).stdout
    (tmp_path / "log.csv").write_text("Id,State\n")
    words = ["--log", str(tmp_path / "log.csv"), "--preset"]
    unknown = CliRunner().invoke(commands, [*words, "freshdsk"])
    assert (unknown.exit_code, unknown.stderr) == (1, 'no preset is called "freshdsk"; did you mean "freshdesk"?\n')
    unfit = CliRunner().invoke(commands, [*words, "zendesk"])
    assert unfit.exit_code == 1
    assert 'has no column "Created at" and' in unfit.stderr
    both = CliRunner().invoke(commands, [*words, "zendesk", "--map", "a.map.yaml"])
    assert "by --map or by --preset, not by both" in both.stderr


@pytest.mark.django_db(transaction=True)
def test_an_export_of_slack_becomes_tickets_with_their_words_and_people(tmp_path: Path) -> None:
    said = [("U1", "It stopped", 60), ("U2", "Since when?", 120), ("U1", "Monday", 180)]
    day = [
        {"type": "message", "user": user, "text": text, "ts": f"{1772442000 + after}.000001"}
        | {"thread_ts": "1772442060.000001"}
        for user, text, after in said
    ]
    with ZipFile(tmp_path / "slack.zip", "w") as archive:
        archive.writestr("users.json", json.dumps([{"id": "U1", "name": "ann", "profile": {"email": "ann@acme.test"}}]))
        archive.writestr("channels.json", json.dumps([{"id": "C1", "name": "help"}]))
        archive.writestr("help/2026-03-02.json", json.dumps(day))
    result = CliRunner().invoke(commands, ["--log", str(tmp_path / "slack.zip"), "--preset", "slack"])
    assert result.exit_code == 0, (result.stderr, result.exception)
    assert "3 messages imported" in result.stdout
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.status, ticket.requester.email) == ("It stopped", "open", "ann@acme.test")
