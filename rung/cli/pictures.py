"""Our drawings as files: SVG for a page, PNG for where that is not shown."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.files import save
from rung.insights.printing import png

PicturesFolder = Annotated[
    Path | None, typer.Option("--pictures", help="Write each picture to this folder, as SVG and PNG.")
]


def draw(file: Path, svg: str) -> None:
    """By the file's ending."""
    if file.suffix.lower() == ".png":
        save(file, png(svg))
    else:
        save(file, svg)


def draw_all(folder: Path, name: str, drawn: Sequence[str]) -> None:
    """NAME-1.svg, NAME-1.png, NAME-2.svg and so on."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SystemExit(f"{folder} cannot be made: {error.strerror or error}") from error
    for number, svg in enumerate(drawn, 1):
        for kind in ("svg", "png"):
            draw(folder / f"{name}-{number}.{kind}", svg)
    print(f"{len(drawn)} picture{'' if len(drawn) == 1 else 's'} in {folder}", file=sys.stderr)
