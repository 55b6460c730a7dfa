"""`rung policy diff` as it is typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rung.cli.policy import commands

POLICY = "levels: {L1: {team: a}}\npaths: {p: [L1]}\ntargets: [{resolution: 4h}]\n"
LOG = "id,at,state\n1,2026-03-02 09:00,New\n1,2026-03-02 12:00,Done\n2,2026-03-02 09:00,New\n"
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


@pytest.mark.parametrize(
    ("place", "content", "sentence"),
    [
        (0, "levels: [", "this is not YAML"),
        (1, "paths: {p: [L1]}\n", "a policy needs levels"),
        (3, "format: csv\nticket: nr\n", 'the log has no column "nr"'),
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
