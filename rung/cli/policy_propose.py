"""`rung policy propose`: when to warn, learnt from recorded history and proven by replay."""

from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.executors import Elsewhere, Jobs, working
from rung.cli.files import save
from rung.cli.history import Source, progress_bars, required
from rung.cli.pictures import PicturesFolder, draw_all
from rung.cli.policy_diff import Accept, FirstTickets, FromRecord, LogFile, MapFile
from rung.cli.policy_file import PolicyFile
from rung.core.document.edits import edited
from rung.core.document.nodes import Path as Place
from rung.core.policy.rules import FOLLOW_UP
from rung.core.replay.comparison import compare
from rung.core.replay.curve_picture import curve_svg
from rung.core.replay.proposal import Proposal, propose
from rung.core.replay.proposal_text import as_page, as_text
from rung.policies.reading import read_policy


def propose_thresholds(
    policy: Annotated[Path, typer.Argument(help="The policy file, such as policy.yaml.")],
    log: LogFile = None,
    map: MapFile = None,
    from_record: FromRecord = None,
    reaction: Annotated[str, typer.Option(help="How long before a breach a warning must come.")] = "30m",
    html: Annotated[Path | None, typer.Option(help="Write a page with the curves to this file.")] = None,
    pictures: PicturesFolder = None,
    write: Annotated[
        Path | None, typer.Option(help="Write the changed policy to this file, with its comments.")
    ] = None,
    tickets: FirstTickets = None,
    accept: Accept = None,
    jobs: Jobs = None,
    executor: Elsewhere = None,
) -> None:
    """Propose when each rule should warn: the most breaches caught for the fewest messages."""
    file = PolicyFile.read(policy)
    source = Source.of(log, map, from_record, tickets=tickets, accept=accept)
    needed = required("--reaction", reaction).elapsed
    with progress_bars() as progress:
        histories, end = source.read(file.policy, progress)
        task = progress.add_task("trying thresholds", total=max(len(histories), 1))
        with working(executor, jobs, sum(history.rows for history in histories)) as workers:
            found = propose(
                histories,
                file.policy,
                end=end,
                reaction=needed,
                executor=workers,
                on_progress=lambda done: progress.update(task, completed=done),
            )
            changed = _changed(file, found)
            after, _ = read_policy(changed, str(policy))
            replayed = None
            if changed != file.text and after is not None:
                replayed = compare(
                    histories, histories, file.policy, after, end=end, accepted=source.accepted, executor=workers
                )
    change = "".join(
        unified_diff(
            file.text.splitlines(keepends=True),
            changed.splitlines(keepends=True),
            fromfile=str(policy),
            tofile=f"{policy} (proposed)",
        )
    )
    if write is not None:
        save(write, changed)
    if html is not None:
        save(html, as_page(found, needed, change, replayed))
    if pictures is not None:
        draw_all(pictures, "curve", [curve_svg(each) for each in found if each.breaches])
    print(as_text(found, needed, change, replayed), end="")


def _changed(file: PolicyFile, proposals: tuple[Proposal, ...]) -> str:
    """The document with the proposed shares, every comment where it was."""
    values: dict[Place, str] = {}
    for each in proposals:
        if each.best is not None:
            rule = file.policy.rules[each.number]
            place: Place = (FOLLOW_UP,) if rule.id == FOLLOW_UP else ("rules", each.number)
            values[*place, "steps", each.step, "at"] = f"{each.best.percent}%"
    return edited(file.text, file.root, values) if values else file.text
