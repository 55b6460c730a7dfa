"""`rung handbook` as it is typed."""

from pathlib import Path

import typer
from typer.testing import CliRunner

from rung.cli.handbook import command
from tests.reference import FILE as REFERENCE

app = typer.Typer()
app.command()(command)


def test_the_handbook_is_printed_and_written(tmp_path: Path) -> None:
    printed = CliRunner().invoke(app, [str(REFERENCE), "--day", "2026-11-24"])
    assert printed.exit_code == 0
    assert printed.stdout.startswith("# How Acme support works")
    page = tmp_path / "handbook.html"
    written = CliRunner().invoke(app, [str(REFERENCE), "--html", str(page)])
    assert written.exit_code == 0
    assert page.read_text().startswith("<!doctype html>")


def test_what_changed(tmp_path: Path) -> None:
    newer = tmp_path / "new.yaml"
    newer.write_text(REFERENCE.read_text().replace("{at: 20m, assign: least_busy}", "{at: 10m, assign: least_busy}"))
    result = CliRunner().invoke(app, [str(newer), "--compare", str(REFERENCE)])
    assert result.exit_code == 0
    assert "- **new**: Nobody has taken it: After 10 minutes" in result.stdout


def test_a_policy_with_mistakes_is_refused_with_all_of_them(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("levels: {L1: {taem: a}}\n")
    result = CliRunner().invoke(app, [str(broken)])
    assert result.exit_code == 1
    assert 'did you mean "team"?' in result.output
    assert "a policy needs paths" in result.output


def test_it_is_printed_as_pdf_with_its_ladders_as_pictures(tmp_path: Path) -> None:
    pdf, folder = tmp_path / "handbook.pdf", tmp_path / "pictures"
    result = CliRunner().invoke(app, [str(REFERENCE), "--pdf", str(pdf), "--pictures", str(folder)])
    assert result.exit_code == 0, result.output
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert sorted(file.name for file in folder.iterdir()) == [
        f"ladder-{number}.{kind}" for number in (1, 2, 3) for kind in ("png", "svg")
    ]
