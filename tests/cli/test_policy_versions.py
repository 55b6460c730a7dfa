"""`rung policy preview | publish | log | pull | revert` as they are typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rung.cli.app import build
from rung.people.models import Agent, Role
from tests.world import POLICY, World, desk


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        yield world


def rung(*words: str) -> Result:
    return CliRunner().invoke(build(), ["policy", *words])


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    file = tmp_path / "new.yaml"
    file.write_text(POLICY.replace("first_response: 1h, next_response: 4h", "first_response: 30m, next_response: 4h"))
    return file


def test_a_preview_shows_which_deadlines_move_and_changes_nothing(world: World, newer: Path) -> None:
    world.acme.writes("The import has stopped")
    world.passes(minutes=40)
    shown = rung("preview", str(newer))
    assert shown.exit_code == 0
    assert "affected: 1 of 1 (deadlines moved: 1; missed at once: 1; steps due at once: " in shown.stdout
    assert "first_response 2026-11-23 09:00 → 2026-11-23 08:30; missed at once: first_response" in shown.stdout
    assert rung("log").stdout.count("\n") == 1


def test_versions_are_listed_pulled_and_brought_back(world: World, newer: Path, tmp_path: Path) -> None:
    world.acme.writes("The import has stopped")
    published = rung("publish", str(newer), "--reason", "faster", "--by", "carla")
    assert "Version 2 judges new tickets from now on." in published.stdout
    listed = rung("log").stdout.splitlines()
    assert listed[0].split()[0] == "2"
    assert listed[0].endswith("agent:carla  faster  in force")
    assert "1 running ticket" in listed[1]
    assert rung("pull").stdout == newer.read_text()
    assert rung("pull", "1", "--to", str(tmp_path / "old.yaml")).exit_code == 0
    assert (tmp_path / "old.yaml").read_text() == POLICY
    assert "Version 3 judges new tickets from now on." in rung("revert", "1").stdout
    assert rung("pull").stdout == POLICY
    assert "back to version 1" in rung("log").stdout


def test_what_cannot_work_is_not_published(world: World, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(POLICY.replace("when: {critical: true}", "when: {critical: true, not: {critical: true}}"))
    result = rung("publish", str(file))
    assert result.exit_code == 1
    assert "this can never hold: it contradicts itself" in result.stdout
    assert rung("log").stdout.count("\n") == 1
    missing = rung("pull", "9")
    assert missing.exit_code == 1
    assert "There is no version 9; there are 1." in missing.output


def test_the_handbook_of_the_policy_in_force(world: World) -> None:
    printed = CliRunner().invoke(build(), ["handbook"])
    assert printed.exit_code == 0
    assert printed.stdout.startswith("# How Acme support works\n\nWritten from `the policy in force`")


def test_a_draft_is_pushed_listed_and_published_by_a_second_person(world: World, tmp_path: Path) -> None:
    watched, changed = tmp_path / "watched.yaml", tmp_path / "changed.yaml"
    watched.write_text(POLICY + "publishing: {second_person: true}\n")
    changed.write_text(watched.read_text() + "# quite another text\n")
    assert rung("publish", str(watched), "--by", "carla").exit_code == 0
    refused = rung("publish", str(changed), "--by", "carla")
    assert refused.exit_code == 1
    assert "the policy in force requires a second person" in refused.output
    pushed = rung("push", str(changed), "--by", "carla", "--reason", "a remark")
    number = pushed.stdout.split("Draft ")[1].split()[0]
    assert "agent:carla  a remark" in rung("drafts").stdout
    assert rung("accept", number, "--by", "carla").exit_code == 1
    no_lead = rung("accept", number, "--by", "ben")
    assert no_lead.exit_code == 1
    assert "ben may not publish: a lead or an owner who is here does." in no_lead.output
    Agent.objects.filter(handle="ben").update(role=Role.LEAD)
    accepted = rung("accept", number, "--by", "ben")
    assert "Version 3 judges new tickets from now on." in accepted.stdout
    assert "agent:carla, read by agent:ben  a remark  in force" in rung("log").stdout
    assert rung("drafts").stdout == "No drafts are waiting.\n"
    assert "does not wait; none does." in rung("withdraw", number).output


def test_a_text_with_mistakes_becomes_no_draft(world: World, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("levels: {L1: {taem: a}}\n")
    pushed = rung("push", str(broken), "--by", "carla")
    assert pushed.exit_code == 1
    assert 'did you mean "team"?' in pushed.output
    assert rung("drafts").stdout == "No drafts are waiting.\n"
