"""`bin/bench NAME`: measures one figure on this machine. Absolute numbers are this machine's; ratios travel."""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from rich.console import Console
from rich.table import Table

from bench.page import flat, page
from rung.config.scratch_database import scratch_database

#: Each is a module of this folder whose `run()` returns the figures; these write, so each gets a database of its own.
WITH_DATABASE = ("import", "catch-up", "idle", "lateness", "intake", "sort", "storm", "board")
WITHOUT = ("calendar", "replay")
NAMES = (*WITHOUT, *WITH_DATABASE)


def main() -> None:
    """Run one command line."""
    asked = _parser().parse_args()
    if asked.name == "all":
        _all(asked.scale, asked.html)
        return
    if asked.name not in NAMES:
        sys.exit(f'bench: no benchmark is called "{asked.name}"; there are {", ".join(NAMES)}')
    figures = _measure(asked.name, asked.scale)
    if asked.json:
        print(json.dumps({"bench": asked.name, **figures}, indent=2, default=str))
        return
    table = Table("figure", "value", title=asked.name, show_edge=False)
    for figure, value in flat("", figures):
        table.add_row(figure, f"{value:,.4g}" if isinstance(value, float) else str(value))
    Console().print(table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("name", help=f"one of: {', '.join(NAMES)}; or all")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--scale", type=_part, default=1.0, help="a part of the full size, to try it out")
    parser.add_argument("--html", type=Path, help="with `all`: draw the figures beside their bars on this page")
    return parser


def _part(word: str) -> float:
    part = float(word)
    if part < 0.001:
        raise argparse.ArgumentTypeError("a scale is 0.001 or more")
    return part


def _measure(name: str, scale: float) -> dict[str, object]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
    if name in WITHOUT:
        figures: dict[str, object] = _module(name).run()
    else:
        with scratch_database():
            figures = _module(name).run(scale)
    return figures


def _module(name: str) -> ModuleType:
    import django

    django.setup()
    return importlib.import_module(f"bench.{'import_' if name == 'import' else name.replace('-', '_')}")


def _all(scale: float, html: Path | None) -> None:
    """Each in a process of its own, so that none stands on what another left behind."""
    measured: dict[str, dict[str, object]] = {}
    for name in NAMES:
        print(f"measuring {name}", file=sys.stderr)
        words = [sys.executable, "-m", "bench", name, "--json", "--scale", str(scale)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        measured[name] = json.loads(done.stdout) if done.returncode == 0 else {"error": done.stderr.strip()[-300:]}
    if html is not None:
        html.write_text(page(measured, f"{platform.machine()}, {os.cpu_count()} cores"), encoding="utf-8")
    print(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
