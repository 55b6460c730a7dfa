"""`rung policy diff` as it is typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rung.cli.policy import commands

POLICY = "levels: {L1: {team: a}}\npaths: {p: [L1]}\ntargets: [{resolution: 4h}]\n"
LOG = "id,at,state\n1,2026-03-02 09:00,New\n1,2026-03-02 12:00,Done\n2,2026-03-02 09:00,New\n"
RULE = "rules: [{name: x, clock: resolution, steps: [{at: 75%, remind: level}]}]\n"
MAP = """\
format: csv
ticket: id
time: {column: at, format: "%Y-%m-%d %H:%M", timezone: UTC}
status: {column: state, values: {New: open, Done: resolved}}
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "old.yaml").write_text(POLICY)
    (tmp_path / "new.yaml").write_text(POLICY.replace("4h", "2h"))
    (tmp_path / "log.csv").write_text(LOG)
    (tmp_path / "map.yaml").write_text(MAP)
    return [str(tmp_path / name) for name in ("old.yaml", "new.yaml", "log.csv", "map.yaml")]


def test_two_policies_side_by_side(files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rung.cli.executors.WORTH_PROCESSES", 1)
    old, new, log, mapping = files
    typed = ["diff", old, new, "--log", log, "--map", mapping]
    result = CliRunner().invoke(commands, typed)
    assert result.exit_code == 0, result.output
    assert "line 3: targets[0].resolution: 4h → 2h" in result.stdout
    assert "Treated differently: 2 of 2 tickets" in result.stdout
    first, again = (CliRunner().invoke(commands, [*typed, "--json", "--jobs", jobs]).stdout for jobs in ("1", "2"))
    assert json.loads(first)["found"]["tickets_changed"] == 2
    assert first == again
    page = tmp_path / "diff.html"
    assert CliRunner().invoke(commands, [*typed, "--html", str(page)]).exit_code == 0
    assert page.read_text().startswith("<!doctype html>")


@pytest.mark.slow
def test_over_a_cluster_it_is_the_same_however_it_is_split(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    old, new, log, mapping = files
    more = [f"{number},2026-03-02 0{number % 9}:00,New\n" for number in range(3, 9)]
    Path(log).write_text(
        LOG + "".join(more) + "".join(row.replace("New", "Done").replace("02 0", "02 1") for row in more)
    )
    typed = ["diff", old, new, "--log", log, "--map", mapping, "--json", "--simulate"]
    alone = CliRunner().invoke(commands, [*typed, "--jobs", "1"])
    assert alone.exit_code == 0, alone.output
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=None
    ) as cluster:
        for share in (1, 3):
            monkeypatch.setattr("rung.core.replay.comparison.SHARE", share)
            monkeypatch.setattr("rung.insights.simulation.SHARE", 10 * share)
            there = CliRunner().invoke(commands, [*typed, "--executor", cluster.scheduler_address])
            assert there.exit_code == 0, there.output
            assert there.stdout == alone.stdout
        proposed = [
            CliRunner().invoke(commands, ["propose", new, "--log", log, "--map", mapping, *where]).stdout
            for where in (["--jobs", "1"], ["--executor", cluster.scheduler_address])
        ]
    assert proposed[0] == proposed[1]
    assert json.loads(alone.stdout)["found"]["old"]["tally"]["tickets"] == 8
    refused = CliRunner().invoke(commands, [*typed, "--executor", "tcp://127.0.0.1:9"])
    assert refused.exit_code == 1
    assert "no workers answer there" in refused.output


@pytest.mark.parametrize(
    ("place", "content", "sentence"),
    [
        (0, "levels: [", "this is not YAML"),
        (1, "paths: {p: [L1]}\n", "a policy needs levels"),
        (3, "format: csv\nticket: nr\n", 'the log has no column "nr"'),
        (3, "ticket: [", "this is not YAML"),
        (3, "\x00", "this is not YAML"),
        (3, MAP.replace("%Y", "%Q"), "no row of it can be read (3 × unreadable at)"),
        (2, "id,at,state\n", "no row of it can be read; it has none"),
        (1, POLICY + 'name: "\\ud800"\n', "an escape writes U+D800, which is no letter; remove it"),
        (1, POLICY + 'name: "a\\0b"\n', "an escape writes U+0000, which is no letter; remove it"),
        (1, "levels: &l {L1: *l}\npaths: {p: [L1]}\n", "*l stands inside what it repeats"),
        (1, POLICY + RULE.replace("75%", "99999999999999%"), "is more than 1000%, the largest share of a target"),
        (0, "x" * 1_000_001, "a policy has at most 1,000,000"),
        (2, "", "log.csv"),
    ],
)
def test_bad_input_is_one_clear_sentence(files: list[str], place: int, content: str, sentence: str) -> None:
    Path(files[place]).write_text(content)
    old, new, log, mapping = files
    result = CliRunner().invoke(commands, ["diff", old, new, "--log", log, "--map", mapping])
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("command", "option"), [("diff", "--html"), ("diff", "--pictures"), ("propose", "--html"), ("propose", "--write")]
)
def test_what_cannot_be_written_is_one_sentence(files: list[str], command: str, option: str) -> None:
    old, new, log, mapping = files
    typed = [command, old, *([new] if command == "diff" else []), "--log", log, "--map", mapping]
    result = CliRunner().invoke(commands, [*typed, option, f"{log}/there"])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert f"{log}/there cannot be" in result.output


def test_a_log_is_said_to_hold_rows_twice_and_rows_that_cannot_be_read(files: list[str]) -> None:
    old, new, log, mapping = files
    typed = ["diff", old, new, "--log", log, "--map", mapping]
    Path(log).write_text(LOG + LOG.splitlines()[1] + "\n3,yesterday,New\n")
    told = CliRunner().invoke(commands, typed)
    assert told.exit_code == 0
    assert "1 rows are there more than once, and count once" in told.stderr
    assert "1 rows rejected (1 × unreadable at)" in told.stderr
    assert "over 2 tickets" in told.stdout
    Path(log).write_text("id,at,state\n1,yesterday,New\n")
    refused = CliRunner().invoke(commands, typed)
    assert refused.exit_code == 1
    assert "no row of it can be read (1 × unreadable at)" in refused.output


def test_a_threshold_is_proposed_with_its_diff_and_written(files: list[str], tmp_path: Path) -> None:
    old, _, log, mapping = files
    rules = 'rules: [{name: Near, clock: resolution, steps: [{at: 10%, remind: level}]}]  # "keep me"\n'
    Path(old).write_text(POLICY.replace("4h", "2h") + rules)
    quick = "{0},2026-03-02 09:00,New\n{0},2026-03-02 09:30,Done\n"
    more = [quick.format(number) for number in range(3, 40)]
    Path(log).write_text(LOG + "".join(more))
    changed, page = tmp_path / "changed.yaml", tmp_path / "page.html"
    typed = ["propose", old, "--log", log, "--map", mapping, "--write", str(changed), "--html", str(page)]
    result = CliRunner().invoke(commands, typed)
    assert result.exit_code == 0, result.output
    assert "-rules: [{name: Near, clock: resolution, steps: [{at: 10%" in result.stdout
    assert "Replayed with the change: 39 interruptions become 2" in result.stdout
    assert changed.read_text() == Path(old).read_text().replace("at: 10%", "at: 75%")
    assert page.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "Name a history: --log FILE --map FILE, or --from-record 30d."),
        (["--log", "x.csv"], "A log needs --map FILE"),
        (["--from-record", "soon"], '--from-record: "soon" is not a duration'),
        (["--from-record", "30d", "--reaction", "x"], '--reaction: "x" is not a duration'),
    ],
)
def test_what_is_missing_is_one_sentence(files: list[str], options: list[str], sentence: str) -> None:
    result = CliRunner().invoke(commands, ["propose", files[0], *options])
    assert result.exit_code == 1
    assert sentence in result.output


def test_a_simulation_is_added_and_repeats_itself(files: list[str]) -> None:
    old, new, log, mapping = files
    typed = ["diff", old, new, "--log", log, "--map", mapping, "--simulate", "--heed", "0.3"]
    first, again = (CliRunner().invoke(commands, typed).stdout for _ in range(2))
    assert "Simulated: 30 runs of 2 tickets; a message is heeded with a chance of 30%" in first
    assert first == again
