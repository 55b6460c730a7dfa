"""`rung import`: history from elsewhere, taken into the record."""

import sys
from collections import Counter
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from django.db import DatabaseError

from rung.cli.log_files import chosen, follow, map_of, progress, refused, rejections
from rung.core.log.events import DEAF, hearing_of, levels_of
from rung.core.log.guess import guess_map
from rung.core.log.mapping import LogMap, read_map
from rung.core.log.rows import NOT_UTF8
from rung.intake.importers.grouping import Grouping
from rung.intake.importers.histories import Reading
from rung.intake.importers.logs import open_log
from rung.intake.importers.presets.choosing import preset as known_preset
from rung.intake.importers.presets.choosing import preset_names
from rung.intake.importers.recording import Written, record
from rung.intake.transfer import NotMovable, take_in
from rung.people.clock import database_now
from rung.policies.versions import compiled, current_number
from rung.tickets.ticket_columns import kind_of

#: Rows a guess is made from, and letters of each cell.
LOOKED_AT = 20_000
LETTERS = 200

commands = typer.Typer(help="Import history.", invoke_without_command=True)


@commands.callback()
def history(
    context: typer.Context,
    log: Annotated[
        Path | None, typer.Option("--log", help="The log: CSV, NDJSON or Parquet, with or without gzip.")
    ] = None,
    map: Annotated[Path | None, typer.Option("--map", help="The map of the log's columns.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="A ready-made map instead of --map: zendesk, freshdesk, slack …")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="The source of the tickets: each of its tickets comes once. By default the name of the map or preset."
        ),
    ] = None,
    rejected: Annotated[Path | None, typer.Option(help="Write every rejected row and the reason to this file.")] = None,
    desk: Annotated[
        Path | None, typer.Option(help="A folder that `rung export` wrote, instead of a log. The desk must be empty.")
    ] = None,
) -> None:
    """Import a recorded log: times are kept, no step fires for the past, nobody is told.

    An import that was cut off is started again with the same command; tickets already there stay as they are.
    """
    if context.invoked_subcommand is not None:
        return
    if desk is not None:
        _take_in(desk)
        return
    how = chosen(map, preset)
    if log is None or how is None:
        raise refused(
            "rung import needs --log FILE and --map MAP or --preset NAME; `rung import guess FILE` proposes a map"
        )
    name = source or how.name.partition(".")[0]
    policy = compiled(current_number()).policy
    with ExitStack() as stack:
        bars = stack.enter_context(progress())
        try:
            opened = stack.enter_context(open_log(log))
        except (OSError, ValueError) as problem:
            raise refused(f"{log} cannot be read: {problem}") from None
        log_map = map_of(how, opened)
        reading = Reading(stack.enter_context(Grouping()))
        on_rejection = stack.enter_context(rejections(rejected, opened.columns))
        try:
            on_progress = follow(bars, f"reading {log.name}", opened.size)
            reading.read(opened, log_map, on_rejection=on_rejection, on_progress=on_progress)
        except (OSError, ValueError) as problem:
            raise refused(f"{log}: {problem}") from None
        written = Written()
        on_progress = follow(bars, "recording", reading.taken)
        histories = reading.histories(log_map, hearing_of(policy), levels_of(policy), words=True)
        try:
            for written in record(histories, name, database_now()):
                on_progress(written.rows)
        except (OSError, DatabaseError) as problem:
            raise refused(
                f"the import was cut off after {written.tickets:,} tickets, which stay: {problem}\n"
                "Start it again with the same words when that is mended."
            ) from None
    _tell(written, reading)


def _take_in(folder: Path) -> None:
    with progress() as bars:
        task = bars.add_task("reading", total=None)
        try:
            counts = take_in(
                folder, lambda table, rows: bars.update(task, description=f"reading {table}", completed=rows)
            )
        except (NotMovable, OSError) as problem:
            raise refused(str(problem)) from None
    for table, rows in counts.items():
        print(f"{rows:>10,}  {table}")
    print("Passwords are not part of an export: everybody signs in by link the first time. Restart the desk now.")


@commands.command()
def guess(
    file: Annotated[Path, typer.Argument(help="The log.")],
) -> None:
    """Propose a map for a log on standard output, and say on standard error what to check."""
    try:
        with open_log(file) as log:
            looked_at = [
                [NOT_UTF8.sub("\ufffd", cell[:LETTERS]) for cell in cells] for _, cells in islice(log.rows, LOOKED_AT)
            ]
            proposed = guess_map(log.columns, looked_at)
            log_map, findings = read_map(proposed.text, "map", log.columns)
    except (OSError, ValueError) as problem:
        raise refused(f"{file} cannot be read: {problem}") from None
    print(proposed.text, end="")
    for doubt in (*proposed.doubts, *(str(finding) for finding in findings)):
        print(f"look at: {doubt}", file=sys.stderr)
    if log_map is not None:
        _tell_meaning(file, log_map)


@commands.command()
def preset(
    name: Annotated[str, typer.Argument(help="The preset, such as zendesk; without it the presets are listed.")] = "",
) -> None:
    """Print the map of a preset, to change it and give it with --map. Without a name, list the presets."""
    if not name:
        print("\n".join(preset_names()))
        return
    try:
        print(known_preset(name).text, end="")
    except ValueError as problem:
        raise refused(str(problem)) from None


def _tell_meaning(file: Path, log_map: LogMap) -> None:
    """The whole log through the proposed map."""
    with ExitStack() as stack:
        log = stack.enter_context(open_log(file))
        reading = Reading(stack.enter_context(Grouping()))
        reading.read(log, log_map, on_progress=follow(stack.enter_context(progress()), "trying it", log.size))
        kinds: Counter[str] = Counter()
        tickets = 0
        for history in reading.histories(log_map, DEAF, {}):
            tickets += 1
            kinds.update(kind_of(event) for event in history.events)
    print(f"it would mean: {tickets:,} tickets, {reading.taken:,} rows, with it these events:", file=sys.stderr)
    for kind, count in kinds.most_common():
        print(f"  {count:,} × {kind.replace('_', ' ')}", file=sys.stderr)
    for reason, rows in sorted(reading.rejected.items()):
        print(f"  {rows:,} rows rejected: {reason}", file=sys.stderr)


def _tell(written: Written, reading: Reading) -> None:
    print(f"{written.tickets:,} tickets, {written.events:,} events, {written.messages:,} messages imported")
    if written.known:
        print(f"{written.known:,} tickets were there already and stay as they are")
    if written.repeated:
        print(f"{written.repeated:,} rows are there more than once, and count once")
    if written.carded:
        print(f"{written.carded:,} running tickets have a card in triage")
    count = sum(reading.rejected.values())
    print(f"{count:,} rows rejected" if count else "no row rejected")
    for reason, rows in sorted(reading.rejected.items()):
        print(f"  {rows:,} × {reason}")
