"""`rung import`: history from elsewhere, taken into the record."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.log_files import follow, map_of, progress, refused, rejections
from rung.core.log_events import hearing_of, levels_of
from rung.intake.importers.grouping import Grouping
from rung.intake.importers.histories import Reading
from rung.intake.importers.logs import open_log
from rung.intake.importers.recording import Written, record
from rung.people.clock import database_now
from rung.policies.versions import compiled, current_number

commands = typer.Typer(help="History from elsewhere, taken into the record.", invoke_without_command=True)


@commands.callback()
def history(
    context: typer.Context,
    log: Annotated[Path | None, typer.Option("--log", help="CSV, NDJSON or Parquet, gzip or not.")] = None,
    map: Annotated[Path | None, typer.Option("--map", help="How the log's columns are to be read.")] = None,
    source: Annotated[
        str | None,
        typer.Option(help="What the tickets come from; a ticket of a source comes once. Else the map's name."),
    ] = None,
    rejected: Annotated[Path | None, typer.Option(help="Write every rejected row with its reason here.")] = None,
) -> None:
    """Take a recorded log into the record: times are kept, no step fires for the past, nobody is told.

    An import that was cut off is started again with the same words; tickets already there stay as they are.
    """
    if context.invoked_subcommand is not None:
        return
    if log is None or map is None:
        raise refused("rung import needs --log FILE and --map MAP; `rung import guess FILE` proposes a map")
    name = source or map.name.partition(".")[0]
    policy = compiled(current_number()).policy
    with ExitStack() as stack:
        bars = stack.enter_context(progress())
        try:
            opened = stack.enter_context(open_log(log))
        except (OSError, ValueError) as problem:
            raise refused(f"{log} cannot be read: {problem}") from None
        log_map = map_of(map, opened)
        reading = Reading(stack.enter_context(Grouping()))
        on_rejection = stack.enter_context(rejections(rejected, opened.columns))
        try:
            on_progress = follow(bars, f"reading {log.name}", opened.size)
            reading.read(opened, log_map, on_rejection=on_rejection, on_progress=on_progress)
        except ValueError as problem:
            raise refused(f"{map}: {problem}") from None
        written = Written()
        on_progress = follow(bars, "recording", reading.taken)
        histories = reading.histories(log_map, hearing_of(policy), levels_of(policy), words=True)
        for written in record(histories, name, database_now()):
            on_progress(written.rows)
    _tell(written, reading)


def _tell(written: Written, reading: Reading) -> None:
    print(f"{written.tickets:,} tickets, {written.events:,} events, {written.messages:,} messages imported")
    if written.known:
        print(f"{written.known:,} tickets were there already and stay as they are")
    count = sum(reading.rejected.values())
    print(f"{count:,} rows rejected" if count else "no row rejected")
    for reason, rows in sorted(reading.rejected.items()):
        print(f"  {rows:,} × {reason}")
