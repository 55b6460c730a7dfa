"""`rung replay` as it is typed."""

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from rung.cli.replay import command
from rung.people.clock import database_now
from rung.tickets.actions.conversation import open_ticket
from rung.tickets.message_rows import MessageText
from rung.tickets.results import Created

POLICY = """\
name: Small
timezone: UTC
levels: {L1: {team: front, channel: "slack:#front"}, L2: {team: back, channel: "slack:#back"}}
teams: {front: {lead: lea}, back: {}}
paths: {support: [L1, L2]}
targets: [{first_response: 1h, resolution: 4h}]
"""
RULES = """\
rules:
  - name: Nobody has taken it
    clock: unassigned
    steps: [{at: 30m, notify: [lead]}, {at: 2h, escalate: next}]
"""
MAP = """\
ticket: id
time: at
status: {column: state, values: {new: open, waiting: pending, done: resolved}}
assignee: owner
"""
LOG = """\
id,at,state,owner,closed
1,2026-03-02T09:00:00Z,new,,x
1,2026-03-02T12:00:00Z,done,sam,x
2,2026-03-02T09:00:00Z,new,,x
2,2026-03-02T10:00:00Z,waiting,sam,x
2,2026-03-02T15:00:00Z,done,sam,x
3,yesterday,new,,x
3,2026-03-02T09:00:00Z,odd,,x
4,2026-03-02T10:00:00Z,new
5,2026-03-02T14:30:00Z,new,,x
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY + RULES)
    (tmp_path / "log.map.yaml").write_text(MAP)
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path


def _run(folder: Path, *more: str, log: str = "log.csv") -> Result:
    app = typer.Typer()
    app.command()(command)
    words = ["--policy", folder / "policy.yaml", "--log", folder / log, "--map", folder / "log.map.yaml", *more]
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_document_counts_goals_steps_and_rejected_rows(folder: Path) -> None:
    said = json.loads(_run(folder, "--json").stdout)
    assert (said["tickets"], said["events"]) == (3, 6)
    assert said["rejected"] == {
        "count": 3,
        "reasons": {"unknown status": 1, "unreadable at": 1, "wrong number of columns": 1},
    }
    assert said["targets"]["resolution"] == {"met": 2, "breached": 0, "running": 1, "running_over": 0}
    assert said["steps"] == {"Nobody has taken it": {"notify.1": 3, "escalate.1": 1}}
    assert said["interruptions"]["per_person"] == {"lea": 3}
    assert said["worst"][0]["ticket"] == "1"


def test_two_runs_packed_or_shared_out_give_the_same_bytes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rung.cli.executors.WORTH_PROCESSES", 0)
    (folder / "log.csv.gz").write_bytes(gzip.compress(LOG.encode()))
    first = _run(folder, "--json", "--jobs", "1").stdout_bytes
    assert _run(folder, "--json").stdout_bytes == first
    assert _run(folder, "--json", log="log.csv.gz").stdout_bytes == first
    assert _run(folder, "--json", "--jobs", "2").stdout_bytes == first


def test_rejected_rows_are_written_with_number_and_reason(folder: Path) -> None:
    _run(folder, "--rejected", str(folder / "rejected.csv"))
    assert (folder / "rejected.csv").read_text().splitlines() == [
        "row,reason,id,at,state,owner,closed",
        '7,"at: ""yesterday"" is not a moment ISO 8601",3,yesterday,new,,x',
        '8,"state: no status is known as ""odd""; the map knows new, waiting, done",3,2026-03-02T09:00:00Z,odd,,x',
        '9,"the row has 3 columns, the log 5",4,2026-03-02T10:00:00Z,new',
    ]


def test_a_policy_without_rules_replays_too(folder: Path) -> None:
    (folder / "policy.yaml").write_text(POLICY)
    said = json.loads(_run(folder, "--json").stdout)
    assert said["steps"] == {}
    assert said["targets"]["first_response"] == {"met": 1, "breached": 1, "running": 1, "running_over": 0}


def test_a_row_that_is_there_twice_counts_once_and_is_said(folder: Path) -> None:
    before = json.loads(_run(folder, "--json").stdout)
    log = folder / "log.csv"
    log.write_text(log.read_text() + log.read_text().splitlines()[1] + "\n")
    after = json.loads(_run(folder, "--json").stdout)
    assert (before.pop("repeated"), after.pop("repeated")) == (0, 1)
    assert after == before
    assert "1 rows are there more than once, and count once" in _run(folder).stdout


def test_a_part_of_the_log_can_be_chosen(folder: Path) -> None:
    said = json.loads(_run(folder, "--json", "--tickets", "1", "--until", "2026-03-02T11:30").stdout)
    assert (said["tickets"], said["events"], said["left_out"]) == (1, 1, 5)
    assert said["end"] == "2026-03-02T10:00:00+00:00"
    assert said["targets"]["resolution"]["running"] == 1


def test_the_tables_name_goals_steps_and_the_worst_ticket(folder: Path) -> None:
    shown = _run(folder).stdout
    assert "Small: 3 tickets, 6 events, 3 rows rejected" in shown
    assert "1 × unknown status" in shown
    assert "Nobody has taken it" in shown
    assert "2 h 00 min" in shown


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("log.map.yaml", "column: state", "column: stat", 'the log has no column "stat"; did you mean "state"?'),
        ("policy.yaml", "levels:", "levls:", "levls"),
        ("log.csv", LOG, "", "is empty: a log begins with a heading"),
    ],
)
def test_mistakes_end_the_command_with_a_sentence(folder: Path, file: str, old: str, new: str, sentence: str) -> None:
    (folder / file).write_text((folder / file).read_text().replace(old, new))
    result = _run(folder)
    assert result.exit_code == 1
    assert sentence in result.stderr


def test_an_export_is_replayed_by_a_preset(folder: Path) -> None:
    (folder / "export.csv").write_text(
        "number,state,opened_at,sys_updated_on\n"
        "INC1,Resolved,2026-03-02 09:00:00,2026-03-02 12:00:00\n"
        "INC2,Resolved,2026-03-02 09:00:00,2026-03-02 15:00:00\n"
    )
    app = typer.Typer()
    app.command()(command)
    words = ["--policy", str(folder / "policy.yaml"), "--log", str(folder / "export.csv"), "--preset", "servicenow"]
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 0, result.stderr
    resolution = json.loads(result.stdout)["targets"]["resolution"]
    assert (resolution["met"], resolution["breached"]) == (1, 1)
    assert "goes without" in result.stderr


def test_a_history_must_be_named_once(folder: Path) -> None:
    app = typer.Typer()
    app.command()(command)
    policy = ["--policy", str(folder / "policy.yaml")]
    nothing = CliRunner().invoke(app, policy)
    assert nothing.exit_code == 1
    assert "needs --log FILE with --map MAP or --preset NAME, or --from-record 90d" in nothing.stderr
    both = _run(folder, "--from-record", "90d")
    assert both.exit_code == 1
    assert "goes without --log, --map, --preset, --from and --until" in both.stderr


@pytest.mark.django_db(transaction=True)
def test_the_desks_own_record_replays(folder: Path) -> None:
    now = database_now()
    opened = open_ticket(
        "Broken", MessageText(text="It is broken"), by="customer:unknown", now=now - timedelta(hours=3)
    )
    assert isinstance(opened, Created)
    app = typer.Typer()
    app.command()(command)
    words = ["--policy", str(folder / "policy.yaml"), "--from-record", "1d", "--json"]
    said = json.loads(CliRunner().invoke(app, words).stdout)
    assert (said["tickets"], said["events"]) == (1, 1)
    assert said["targets"]["resolution"] == {"met": 0, "breached": 0, "running": 1, "running_over": 0}
    assert said["steps"] == {"Nobody has taken it": {"notify.1": 1, "escalate.1": 1}}


@pytest.mark.slow
def test_workers_elsewhere_give_the_same_bytes(folder: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=None
    ) as cluster:
        shared = _run(folder, "--json", "--executor", cluster.scheduler_address)
    assert shared.stdout_bytes == _run(folder, "--json").stdout_bytes


@pytest.mark.slow
def test_workers_that_do_not_answer_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rung.cli.executors.PATIENCE", "1s")
    refused = _run(folder, "--executor", "tcp://127.0.0.1:9")
    assert refused.exit_code == 1
    assert "--executor tcp://127.0.0.1:9: no workers answer there" in refused.stderr
