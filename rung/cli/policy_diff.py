"""`rung policy diff`: two policies over the same recorded history, side by side."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.executors import Elsewhere, Jobs, working
from rung.cli.files import save
from rung.cli.history import Source, progress_bars, required
from rung.cli.pictures import PicturesFolder, draw_all
from rung.cli.policy_file import PolicyFile
from rung.core.calendar.moments import duration_us
from rung.core.document.changes import document_changes
from rung.core.reckoning.compiled import Compiled
from rung.core.replay.comparison import compare
from rung.core.replay.comparison_text import Titled, as_json, as_page, as_text
from rung.core.replay.comparison_text import pictures as drawn_of
from rung.insights.extras import extra
from rung.insights.simulated_run import Habits
from rung.insights.simulation import FEWEST_RUNS, compare_by_simulation
from rung.insights.simulation_text import as_text as simulation_text
from rung.insights.simulation_text import fidelity_pictures
from rung.insights.workload import fit

LogFile = Annotated[Path | None, typer.Option("--log", help="The log: CSV, NDJSON or Parquet, with or without gzip.")]
MapFile = Annotated[Path | None, typer.Option("--map", help="The map of the log's columns.")]
FromRecord = Annotated[
    str | None, typer.Option(help="Use this desk's tickets of a period instead of a log, such as 30d.")
]
FirstTickets = Annotated[int | None, typer.Option(help="Take only the first N tickets of the log.", min=1)]
Accept = Annotated[str | None, typer.Option(help="Assume that every offer is accepted after this time, such as 30m.")]


def diff(
    old: Annotated[Path, typer.Argument(help="The old policy file.")],
    new: Annotated[Path, typer.Argument(help="The policy file to try.")],
    log: LogFile = None,
    map: MapFile = None,
    from_record: FromRecord = None,
    as_document: Annotated[
        bool, typer.Option("--json", help="Print one JSON document; the same input gives the same bytes.")
    ] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with pictures to this file.")] = None,
    pictures: PicturesFolder = None,
    tickets: FirstTickets = None,
    accept: Accept = None,
    simulate: Annotated[bool, typer.Option("--simulate", help="Also simulate what people might have done.")] = False,
    runs: Annotated[
        int, typer.Option(help="The number of simulated runs; at least 30.", min=FEWEST_RUNS)
    ] = FEWEST_RUNS,
    heed: Annotated[float, typer.Option(help="The chance that somebody acts on a message.", min=0, max=1)] = 0.5,
    reaction: Annotated[str, typer.Option(help="The average time until they act.")] = "30m",
    jobs: Jobs = None,
    executor: Elsewhere = None,
) -> None:
    """Compare two policies: breaches, escalations, interruptions, the tickets that change, and running deadlines."""
    before, after = PolicyFile.read(old), PolicyFile.read(new)
    source = Source.of(log, map, from_record, tickets=tickets, accept=accept)
    habits = Habits(heed, duration_us(required("--reaction", reaction).elapsed))
    if simulate:
        extra("simulation", "simpy")  # whether it is there is said before a long log is read
    simulated: tuple[str, ...] = ()
    fidelity: tuple[str, ...] = ()
    with progress_bars() as progress:
        histories, end = source.read(before.policy, progress)
        again = histories
        if not source.hears_alike(before.policy, after.policy):
            again, _ = source.read(after.policy, progress)
        task = progress.add_task("comparing", total=max(len(histories), 1))
        with working(executor, jobs, sum(history.rows for history in histories)) as workers:
            found = compare(
                histories,
                again,
                before.policy,
                after.policy,
                end=end,
                accepted=source.accepted,
                executor=workers,
                on_progress=lambda done: progress.update(task, completed=done),
            )
            if simulate:
                runs_done = progress.add_task("simulating", total=3 * runs)
                work = fit(histories, Compiled(before.policy), Compiled(after.policy), end)
                told = compare_by_simulation(
                    work,
                    before.policy,
                    after.policy,
                    habits,
                    runs=runs,
                    executor=workers,
                    on_progress=lambda done: progress.update(runs_done, completed=done),
                )
                simulated = tuple(simulation_text(told).splitlines())
                fidelity = tuple(fidelity_pictures(told))
    changes = document_changes(before.root, after.root)
    titled = Titled(str(old), str(new), after.policy.timezone, end, changes, found, simulated)
    if html is not None:
        save(html, as_page(titled, fidelity))
    if pictures is not None:
        draw_all(pictures, "diff", [*drawn_of(titled), *fidelity])
    if as_document:
        sys.stdout.buffer.write(as_json(titled))
    elif html is None:
        print(as_text(titled), end="")
    else:
        print(f"{html} is written")
