"""`rung policy diff`: two policies over the same recorded history, side by side."""

import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct
from rich.console import Console
from rich.progress import Progress

from rung.cli.files import contents
from rung.core.comparison import compare
from rung.core.comparison_text import Titled, as_json, as_page, as_text
from rung.core.conditions import phrases_of_policy
from rung.core.document_changes import document_changes
from rung.core.findings import Finding
from rung.core.log_events import hearing_of, levels_of
from rung.core.log_map import read_map
from rung.core.policy import Policy
from rung.core.policy_nodes import Entries, parse
from rung.core.policy_reader import decoded, read_document
from rung.intake.importers.histories import Recorded, Selection, read_histories
from rung.intake.importers.logs import open_log


class _Document(Struct, frozen=True):
    root: Entries
    policy: Policy


def diff(
    old: Annotated[Path, typer.Argument(help="The policy in force, or any other.")],
    new: Annotated[Path, typer.Argument(help="The policy to try.")],
    log: Annotated[Path, typer.Option("--log", help="The recorded log: CSV, gzip or not.")],
    map: Annotated[Path, typer.Option("--map", help="How the log's columns are to be read.")],
    as_document: Annotated[
        bool, typer.Option("--json", help="One JSON document, the same for the same input.")
    ] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with pictures here.")] = None,
    tickets: Annotated[int | None, typer.Option(help="Only the first so many tickets of the log.", min=1)] = None,
    jobs: Annotated[int, typer.Option(help="Processes; the result is the same with any number.", min=1)] = 1,
) -> None:
    """Compare two policies: breaches, escalations, interruptions, the tickets that change, and running deadlines."""
    before, after = _document(old), _document(new)
    with _progress() as progress:
        recorded = _recorded(log, map, before.policy, tickets, progress)
        again = recorded
        if not _hear_alike(before.policy, after.policy):
            again = _recorded(log, map, after.policy, tickets, progress)
        end = recorded.end or datetime.now(UTC)
        task = progress.add_task("comparing", total=max(len(recorded.histories), 1))
        pool = ProcessPoolExecutor(jobs) if jobs > 1 else nullcontext()
        with pool as executor:
            found = compare(
                recorded.histories,
                again.histories,
                before.policy,
                after.policy,
                end=end,
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


def _document(file: Path) -> _Document:
    text = decoded(contents(file), str(file))
    if isinstance(text, Finding):
        raise SystemExit(str(text))
    root, found = parse(text, str(file))
    policy, findings = read_document(root, str(file), found) if root is not None else (None, tuple(found))
    if root is None or policy is None:
        raise SystemExit("\n".join(str(finding) for finding in findings))
    return _Document(root, policy)


def _recorded(log: Path, map_file: Path, policy: Policy, tickets: int | None, progress: Progress) -> Recorded:
    try:
        opening = open_log(log)
        with opening as opened:
            mapping = contents(map_file).decode("utf-8", errors="replace")
            log_map, findings = read_map(mapping, str(map_file), opened.columns)
            if log_map is None:
                raise SystemExit("\n".join(str(finding) for finding in findings))
            task = progress.add_task(f"reading {log.name}", total=max(opened.size, 1))
            return read_histories(
                opened,
                log_map,
                hearing=hearing_of(policy),
                levels=levels_of(policy),
                selection=Selection(tickets=tickets),
                on_progress=lambda done: progress.update(task, completed=done),
            )
    except (OSError, ValueError) as problem:
        raise SystemExit(f"{log} cannot be read: {problem}") from problem


def _hear_alike(one: Policy, other: Policy) -> bool:
    """Whether both would hear the same in the same log, so that it need be read only once."""
    return _heard(one) == _heard(other)


def _heard(policy: Policy) -> tuple[frozenset[str], tuple[str, ...], Mapping[str, tuple[str, str]]]:
    return frozenset(phrases_of_policy(policy)), policy.holding, levels_of(policy)


def _progress() -> Progress:
    """On stderr, and only where somebody looks."""
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)
