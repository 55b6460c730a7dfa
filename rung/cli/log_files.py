"""What the commands that read recorded logs share: the map, the rejected rows, the progress, the refusals."""

import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from rung.cli.files import contents
from rung.core.document.findings import Finding, has_errors
from rung.core.log.mapping import LogMap, read_map
from rung.core.log.rows import Rejection
from rung.intake.importers.histories import OnProgress, OnRejection
from rung.intake.importers.logs import OpenLog
from rung.intake.importers.presets.choosing import Preset, fit, preset


def chosen(map: Path | None, name: str | None) -> Path | Preset | None:
    """The map named on the command line, or the preset; exit 1 for both, or a preset nobody knows."""
    if map is not None and name is not None:
        raise refused("a log is read by --map or by --preset, not by both")
    if name is None:
        return map
    try:
        return preset(name)
    except ValueError as problem:
        raise refused(str(problem)) from None


def map_of(path: Path | Preset, log: OpenLog) -> LogMap:
    """The mapping for this log, or every mistake in it and exit 1."""
    if isinstance(path, Preset):
        return _fitted(path, log)
    log_map, findings = read_map(contents(path).decode("utf-8", errors="replace"), str(path), log.columns)
    refuse(findings)
    if log_map is None:
        raise refused(f"{path} is not a mapping")
    return log_map


def _fitted(preset: Preset, log: OpenLog) -> LogMap:
    try:
        fitted = fit(preset, log.columns)
    except ValueError as problem:
        raise refused(str(problem)) from None
    if fitted.without:
        names = ", ".join(f'"{name}"' for name in fitted.without)
        print(f'the preset "{preset.name}" goes without what this log does not have: {names}', file=sys.stderr)
    return fitted.log_map


def refuse(findings: Sequence[Finding]) -> None:
    """Say what is wrong, all of it; end the command if any of it is an error."""
    for finding in findings:
        print(finding, file=sys.stderr)
    if has_errors(findings):
        raise typer.Exit(1)


def refused(sentence: str) -> typer.Exit:
    print(sentence, file=sys.stderr)
    return typer.Exit(1)


@contextmanager
def rejections(path: Path | None, columns: Sequence[str]) -> Iterator[OnRejection]:
    """Writes each rejected row as it is, with its number and why, so that it can be mended and read again."""
    if path is None:
        yield lambda _number, _cells, _rejection: None
        return
    try:
        file = path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as problem:
        raise refused(f"{path} cannot be written: {problem}") from None
    with file:
        writer = csv.writer(file)
        writer.writerow(["row", "reason", *columns])

        def write(number: int, cells: Sequence[str], rejection: Rejection) -> None:
            writer.writerow([number, rejection.sentence, *cells])

        yield write


def progress() -> Progress:
    """On stderr, and only where somebody looks."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def follow(progress: Progress, what: str, amount: int) -> OnProgress:
    task = progress.add_task(what, total=max(amount, 1))
    return lambda done: progress.update(task, completed=done)
