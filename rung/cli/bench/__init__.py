"""`rung bench NAME`: the figures of DESIGN section 7, each against its reference in the same run."""

import importlib
import json as json_format
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from rung.cli.bench.page import flat, page

#: Name -> the module whose `run()` returns the figures.
NAMES = {
    "calendar": "rung.cli.bench.calendar",
    "replay": "rung.cli.bench.replay",
    "import": "rung.cli.bench.import_",
    "catch-up": "rung.cli.bench.catch_up",
    "idle": "rung.cli.bench.idle",
    "lateness": "rung.cli.bench.lateness",
    "intake": "rung.cli.bench.intake",
    "sort": "rung.cli.bench.sort",
    "storm": "rung.cli.bench.storm",
    "board": "rung.cli.bench.board",
}
#: Those that need a database: they get one of their own.
WITH_DATABASE = frozenset({"board", "catch-up", "idle", "import", "intake", "lateness", "sort", "storm"})


def command(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(NAMES)}; or all.")],
    json: Annotated[bool, typer.Option("--json", help="Figures as JSON on standard output.")] = False,
    scale: Annotated[
        float, typer.Option(help="A part of the full size, to try it out; the design's figures are of 1.", min=0.001)
    ] = 1.0,
    html: Annotated[
        Path | None, typer.Option(help="With `all`: draw the figures beside their bars on this page.")
    ] = None,
) -> None:
    """Measure one figure of the design on this machine. Absolute numbers are this machine's; ratios travel."""
    if name == "all":
        _all(scale, html)
        return
    module = NAMES.get(name)
    if module is None:
        sys.exit(f'bench: no benchmark is called "{name}"; there are {", ".join(NAMES)}')
    measure = importlib.import_module(module).run
    figures = measure(scale) if name in WITH_DATABASE else measure()
    if json:
        print(json_format.dumps({"bench": name, **figures}, indent=2, default=str))
        return
    table = Table("figure", "value", title=name, show_edge=False)
    for figure, value in flat("", figures):
        table.add_row(figure, f"{value:,.4g}" if isinstance(value, float) else str(value))
    Console().print(table)


def needs_database(words: list[str]) -> bool:
    """Whether this command line asks for a benchmark that writes to a database."""
    return words[:1] == ["bench"] and bool(WITH_DATABASE & set(words[1:]))


def _all(scale: float, html: Path | None) -> None:
    """Each in a process of its own, so that none stands on what another left behind."""
    measured: dict[str, dict[str, object]] = {}
    for name in NAMES:
        print(f"measuring {name}", file=sys.stderr)
        words = [sys.executable, "-m", "rung.config.command", "bench", name, "--json", "--scale", str(scale)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        measured[name] = (
            json_format.loads(done.stdout) if done.returncode == 0 else {"error": done.stderr.strip()[-300:]}
        )
    if html is not None:
        html.write_text(page(measured, f"{platform.machine()}, {os.cpu_count()} cores"), encoding="utf-8")
    print(json_format.dumps(measured, indent=2))
