"""`rung policy` as it is typed."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from rung.cli.app import build
from rung.cli.policy import commands
from tests.reference import FILE as REFERENCE


def test_check_finds_nothing_in_the_reference_policy() -> None:
    result = CliRunner().invoke(commands, ["check", str(REFERENCE)])
    assert result.exit_code == 0
    assert result.stdout.strip() == f"{REFERENCE}: nothing found"


def test_check_prints_every_mistake_and_exits_1(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("levels: {L1: {taem: a}}\npaths: {p: [L2]}\n")
    result = CliRunner().invoke(commands, ["check", str(file)])
    assert result.exit_code == 1
    assert f'{file}:1: levels.L1.taem: a level has no "taem"; did you mean "team"?' in result.stdout
    assert f'{file}:2: paths.p[0]: no level is called "L2"; did you mean "L1"?' in result.stdout
    assert result.stdout.rstrip().endswith("2 errors")


def test_check_as_json(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(b"\xff")
    result = CliRunner().invoke(commands, ["check", str(file), "--json"])
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert said["ok"] is False
    assert said["findings"][0]["line"] == 1
    assert "UTF-8" in said["findings"][0]["message"]


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(commands, ["check", str(tmp_path / "none.yaml")])
    assert result.exit_code == 1
    assert "cannot be read: No such file or directory" in result.output


def test_a_file_without_end_is_one_sentence() -> None:
    result = CliRunner().invoke(commands, ["check", "/dev/zero"])
    assert result.exit_code == 1
    assert result.output == "/dev/zero is longer than 8,000,000 bytes; is it the file you mean?\n"


def test_schema_is_a_json_schema() -> None:
    result = CliRunner().invoke(commands, ["schema"])
    assert result.exit_code == 0
    Draft202012Validator.check_schema(json.loads(result.stdout))


@pytest.mark.django_db
def test_check_against_the_people_of_the_desk(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(
        "teams: {front: {lead: sam}}\nlevels: {L1: {team: front}}\npaths: {p: [L1]}\n"
        "targets: [{first_response: 1h}]\n"
        "rules: [{name: a, clock: first_response, steps: [{at: 50%, remind: level}]}]\n"
    )
    before = CliRunner().invoke(build(), ["policy", "check", str(file), "--desk"])
    assert before.exit_code == 1
    assert f'{file}:1: teams.front.lead: nobody has the handle "sam"' in before.stdout
    assert "nobody active is in the team front, so nobody can take a ticket at L1" in before.stdout
    added = ["person", "add", "sam", "--email", "sam@acme.example", "--team", "front", "--role", "owner"]
    assert CliRunner().invoke(build(), added).exit_code == 0
    after = CliRunner().invoke(build(), ["policy", "check", str(file), "--desk", "--json"])
    assert "30 min" in str(json.loads(after.stdout)["reached"])
    assert "sam" not in str(json.loads(after.stdout)["findings"])
