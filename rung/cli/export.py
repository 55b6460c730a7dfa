"""`rung export`: everything of a desk, in a folder any tool can read."""

from pathlib import Path
from typing import Annotated

import typer

from rung.cli.log_files import progress, refused
from rung.intake.transfer import NotMovable, export


def command(folder: Annotated[Path, typer.Argument(help="A new or empty folder.")]) -> None:
    """Write everything: each table as NDJSON and Parquet, and the files. The desk may be running."""
    with progress() as bars:
        task = bars.add_task("writing", total=None)
        try:
            counts = export(
                folder, lambda table, rows: bars.update(task, description=f"writing {table}", completed=rows)
            )
        except (NotMovable, OSError) as problem:
            raise refused(str(problem)) from None
    for table, rows in counts.items():
        print(f"{rows:>10,}  {table}")
