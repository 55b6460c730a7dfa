"""`rung policy diff`: two policies over the same recorded history, side by side."""

import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.history import Source, progress_bars
from rung.cli.policy_file import PolicyFile
from rung.core.comparison import compare
from rung.core.comparison_text import Titled, as_json, as_page, as_text
from rung.core.document_changes import document_changes

LogFile = Annotated[Path | None, typer.Option("--log", help="A recorded log: CSV, gzip or not.")]
MapFile = Annotated[Path | None, typer.Option("--map", help="How the log's columns are to be read.")]
FromRecord = Annotated[
    str | None, typer.Option(help="Instead of a log: the desk's own tickets of so long ago until now, such as 30d.")
]
FirstTickets = Annotated[int | None, typer.Option(help="Only the first so many tickets of the log.", min=1)]
Accept = Annotated[str | None, typer.Option(help="Assume that every offer is accepted after so long, such as 30m.")]
Jobs = Annotated[int, typer.Option(help="Processes; the result is the same with any number.", min=1)]


def diff(
    old: Annotated[Path, typer.Argument(help="The policy in force, or any other.")],
    new: Annotated[Path, typer.Argument(help="The policy to try.")],
    log: LogFile = None,
    map: MapFile = None,
    from_record: FromRecord = None,
    as_document: Annotated[bool, typer.Option("--json", help="One JSON document, always the same.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with pictures here.")] = None,
    tickets: FirstTickets = None,
    accept: Accept = None,
    jobs: Jobs = 1,
) -> None:
    """Compare two policies: breaches, escalations, interruptions, the tickets that change, and running deadlines."""
    before, after = PolicyFile.read(old), PolicyFile.read(new)
    source = Source.of(log, map, from_record, tickets=tickets, accept=accept)
    with progress_bars() as progress:
        histories, end = source.read(before.policy, progress)
        again = histories
        if not source.hears_alike(before.policy, after.policy):
            again, _ = source.read(after.policy, progress)
        task = progress.add_task("comparing", total=max(len(histories), 1))
        pool = ProcessPoolExecutor(jobs) if jobs > 1 else nullcontext()
        with pool as executor:
            found = compare(
                histories,
                again,
                before.policy,
                after.policy,
                end=end,
                accepted=source.accepted,
                executor=executor,
                on_progress=lambda done: progress.update(task, completed=done),
            )
    changes = document_changes(before.root, after.root)
    titled = Titled(str(old), str(new), after.policy.timezone, end, changes, found)
    if html is not None:
        html.write_text(as_page(titled), encoding="utf-8")
    if as_document:
        sys.stdout.buffer.write(as_json(titled))
    elif html is None:
        print(as_text(titled), end="")
    else:
        print(f"{html} is written")
