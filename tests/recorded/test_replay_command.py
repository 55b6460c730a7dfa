"""`rung replay` over a recorded year."""

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from rung.cli.replay import command
from tests.recorded.place import EVENTS
from tests.reference import FILE


def test_the_reference_policy_replays_over_the_recorded_year(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(command)
    words = ["--policy", FILE, "--log", EVENTS / "uci_incident_event_log.csv.gz"]
    words += ["--map", EVENTS / "uci.map.yaml", "--json", "--tickets", "60"]
    result = CliRunner().invoke(app, [str(word) for word in words])
    said = json.loads(result.stdout)
    assert (said["tickets"], said["rejected"]["count"]) == (60, 0)
    assert said["targets"]["resolution"]["met"] > said["targets"]["resolution"]["breached"]
    assert said["steps"]["Nobody has answered"]["remind.1"] > 0
    assert len(said["worst"]) == 10
