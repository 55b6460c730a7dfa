"""`rung replay`: a policy run over recorded history before anybody publishes it."""

import csv
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from rung.cli.files import contents
from rung.core.durations import Duration
from rung.core.events import StepOutcome
from rung.core.findings import Finding, has_errors
from rung.core.log_events import hearing_of, levels_of
from rung.core.log_map import LogMap, read_map
from rung.core.log_rows import Rejection
from rung.core.policy import Policy
from rung.core.policy_reader import read_policy_bytes
from rung.core.replay import replay
from rung.core.replay_report import Report, as_json, report
from rung.intake.importers.histories import OnProgress, OnRejection, Recorded, Selection, read_histories
from rung.intake.importers.logs import OpenLog, open_log

FIRED = StepOutcome.FIRED
MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def command(
    policy: Annotated[Path, typer.Option("--policy", help="The policy to try.")],
    log: Annotated[Path, typer.Option("--log", help="The recorded log: CSV, gzip or not.")],
    map: Annotated[Path, typer.Option("--map", help="How the log's columns are to be read.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON document, the same for the same input.")] = False,
    tickets: Annotated[int | None, typer.Option(help="Only the first so many tickets of the log.", min=1)] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=MOMENTS, help="Only tickets opened from then on, UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=MOMENTS, help="Only what happened before then, UTC.")
    ] = None,
    accept: Annotated[
        str | None, typer.Option(help="Assume that every offer is accepted after so long, such as 30m.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes; the result is the same with any number.", min=1)] = 1,
    rejected: Annotated[Path | None, typer.Option(help="Write every rejected row with its reason here.")] = None,
) -> None:
    """Run a policy over recorded history: what it would have asked for, of whom, and which goals it would have met."""
    wanted = Selection(since=_utc(since), until=_utc(until), tickets=tickets)
    accepted = _duration(accept)
    judged = _read_policy(policy)
    with ExitStack() as stack:
        progress = stack.enter_context(_progress())
        try:
            opened = stack.enter_context(open_log(log))
        except (OSError, ValueError) as problem:
            raise _refused(f"{log} cannot be read: {problem}") from None
        log_map = _read_map(map, opened)
        on_rejection = stack.enter_context(_rejections(rejected, opened.columns))
        recorded = read_histories(
            opened,
            log_map,
            hearing=hearing_of(judged),
            levels=levels_of(judged),
            selection=wanted,
            on_rejection=on_rejection,
            on_progress=_follow(progress, f"reading {log.name}", opened.size),
        )
        outcome = _replayed(recorded, judged, accepted, jobs, progress)
    if json:
        sys.stdout.buffer.write(as_json(outcome))
    else:
        _show(outcome)


def _replayed(recorded: Recorded, policy: Policy, accepted: Duration | None, jobs: int, progress: Progress) -> Report:
    histories, end = recorded.histories, recorded.end
    follow = _follow(progress, "replaying", len(histories))
    pool = ProcessPoolExecutor(jobs) if jobs > 1 else nullcontext()
    with pool as executor:
        tally = replay(
            histories,
            policy,
            end=end or datetime.now(UTC),
            accepted=accepted,
            executor=executor,
            on_progress=follow,
        )
    return report(tally, policy, end=end, accepted=accepted, rejected=recorded.rejected, left_out=recorded.left_out)


def _read_policy(path: Path) -> Policy:
    policy, findings = read_policy_bytes(contents(path), str(path))
    _refuse(findings)
    if policy is None:
        raise _refused(f"{path} is not a policy")
    return policy


def _read_map(path: Path, log: OpenLog) -> LogMap:
    log_map, findings = read_map(contents(path).decode("utf-8", errors="replace"), str(path), log.columns)
    _refuse(findings)
    if log_map is None:
        raise _refused(f"{path} is not a mapping")
    return log_map


def _refuse(findings: Sequence[Finding]) -> None:
    """Say what is wrong, all of it; end the command if any of it is an error."""
    for finding in findings:
        print(finding, file=sys.stderr)
    if has_errors(findings):
        raise typer.Exit(1)


def _refused(sentence: str) -> typer.Exit:
    print(sentence, file=sys.stderr)
    return typer.Exit(1)


def _duration(text: str | None) -> Duration | None:
    try:
        return None if text is None else Duration.parse(text)
    except ValueError as problem:
        raise _refused(f"--accept: {problem}") from None


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


@contextmanager
def _rejections(path: Path | None, columns: Sequence[str]) -> Iterator[OnRejection]:
    """Writes each rejected row as it is, with its number and why, so that it can be mended and read again."""
    if path is None:
        yield lambda _number, _cells, _rejection: None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as problem:
        raise _refused(f"{path} cannot be written: {problem}") from None
    with file:
        writer = csv.writer(file)
        writer.writerow(["row", "reason", *columns])

        def write(number: int, cells: Sequence[str], rejection: Rejection) -> None:
            writer.writerow([number, rejection.sentence, *cells])

        yield write


def _progress() -> Progress:
    """On stderr, and only where somebody looks."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _follow(progress: Progress, what: str, amount: int) -> OnProgress:
    task = progress.add_task(what, total=max(amount, 1))
    return lambda done: progress.update(task, completed=done)


# --- for people -----------------------------------------------------------------------------------------------------


def _show(outcome: Report) -> None:
    console = Console(highlight=False)
    rejected = f"{outcome.rejected.count:,} rows rejected" if outcome.rejected.count else "no row rejected"
    console.print(f"[bold]{outcome.policy}[/bold]: {outcome.tickets:,} tickets, {outcome.events:,} events, {rejected}")
    for reason, count in outcome.rejected.reasons.items():
        console.print(f"  {count:,} × {reason}")
    if outcome.restless:
        console.print(
            f"[bold]The policy never came to rest on {len(outcome.restless):,} tickets:[/bold]",
            ", ".join(outcome.restless[:5]),
        )
    told = outcome.interruptions.total
    if outcome.accepted_after is None and any(outcome.escalations.values()):
        console.print(
            "A log cannot know who would have accepted an offer, so here nobody does; --accept 30m assumes they do."
        )
    for title, table in (
        ("Goals", _targets(outcome)),
        ("Steps", _steps(outcome)),
        (f"Interruptions: {told:,}, besides {outcome.cards:,} cards of offers", _interruptions(outcome)),
        ("The worst tickets", _worst(outcome)),
    ):
        if table.row_count:
            console.print(f"\n[bold]{title}[/bold]")
            console.print(table)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(columns[0])
    for column in columns[1:]:
        table.add_column(column, justify="right")
    return table


def _targets(outcome: Report) -> Table:
    table = _table("clock", "met", "breached", "met, share", "still running", "already over")
    for metric, goals in outcome.targets.items():
        ended = goals.met + goals.breached
        share = f"{goals.met / ended:.1%}" if ended else "–"
        table.add_row(
            metric, f"{goals.met:,}", f"{goals.breached:,}", share, f"{goals.running:,}", f"{goals.running_over:,}"
        )
    return table


def _steps(outcome: Report) -> Table:
    table = _table("rule", "step", "fired", "otherwise")
    for rule, steps in outcome.steps.items():
        for step, fired in steps.items():
            others = outcome.outcomes.get(rule, {}).get(step, {})
            otherwise = [f"{count:,} {name.replace('_', ' ')}" for name, count in others.items() if name != FIRED]
            table.add_row(rule, step, f"{fired:,}", ", ".join(otherwise))
    return table


def _interruptions(outcome: Report) -> Table:
    told = outcome.interruptions
    table = _table("whom", "how often")
    everyone = {**told.per_channel, **told.per_person}
    for whom, count in sorted(everyone.items(), key=lambda each: (-each[1], each[0]))[:10]:
        table.add_row(whom, f"{count:,}")
    if len(everyone) > 10:
        table.add_row(f"and {len(everyone) - 10:,} others", "")
    return table


def _worst(outcome: Report) -> Table:
    table = _table("ticket", "past its goals", "breaches", "steps", "interruptions")
    for each in outcome.worst:
        hours, rest = divmod(each.over_seconds // 60, 60)
        over = f"{hours:,} h {rest:02} min"
        table.add_row(each.ticket, over, str(each.breaches), str(each.steps), str(each.interruptions))
    return table
