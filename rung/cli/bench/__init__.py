"""`rung bench NAME`: the figures of DESIGN section 7, each against its reference in the same run."""

import importlib
import json as json_format
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

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
}
#: Those that need a database: they get one of their own.
WITH_DATABASE = frozenset({"catch-up", "idle", "import", "intake", "lateness", "sort"})


def command(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(NAMES)}.")],
    json: Annotated[bool, typer.Option("--json", help="Figures as JSON on standard output.")] = False,
    scale: Annotated[
        float, typer.Option(help="A part of the full size, to try it out; the design's figures are of 1.", min=0.001)
    ] = 1.0,
) -> None:
    """Measure one figure of the design on this machine. Absolute numbers are this machine's; ratios travel."""
    module = NAMES.get(name)
    if module is None:
        sys.exit(f'bench: no benchmark is called "{name}"; there are {", ".join(NAMES)}')
    measure = importlib.import_module(module).run
    figures = measure(scale) if name in WITH_DATABASE else measure()
    if json:
        print(json_format.dumps({"bench": name, **figures}, indent=2, default=str))
        return
    table = Table("figure", "value", title=name, show_edge=False)
    for figure, value in _flat("", figures):
        table.add_row(figure, f"{value:,.4g}" if isinstance(value, float) else str(value))
    Console().print(table)


def needs_database(words: list[str]) -> bool:
    """Whether this command line asks for a benchmark that writes to a database."""
    return words[:1] == ["bench"] and bool(WITH_DATABASE & set(words[1:]))


def _flat(prefix: str, figures: dict[str, object]) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name, value in figures.items():
        label = f"{prefix}{name}".replace("_", " ")
        if isinstance(value, dict):
            rows += _flat(f"{label} · ", value)
        else:
            rows.append((label, value))
    return rows
