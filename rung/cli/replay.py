"""`rung replay`: a policy run over recorded history before anybody publishes it."""

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from rung.cli.executors import Elsewhere, Jobs, working
from rung.cli.files import contents
from rung.cli.log_files import chosen, follow, map_of, progress, refuse, refused, rejections
from rung.core.calendar.durations import Duration
from rung.core.case.events import StepOutcome
from rung.core.log.events import History, hearing_of, levels_of
from rung.core.policy.model import Policy
from rung.core.replay.replay import replay
from rung.core.replay.report import Report, as_json, report
from rung.intake.importers.grouping import Grouping
from rung.intake.importers.histories import OnProgress, Reading, Selection
from rung.intake.importers.logs import open_log
from rung.intake.importers.presets.choosing import Preset
from rung.people.clock import database_now
from rung.policies.reading import read_policy_bytes
from rung.tickets.histories import histories_of, wanted_since

FIRED = StepOutcome.FIRED
MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def command(
    policy: Annotated[Path, typer.Option("--policy", help="The policy file to try.")],
    log: Annotated[
        Path | None, typer.Option("--log", help="The log: CSV, NDJSON or Parquet, with or without gzip.")
    ] = None,
    map: Annotated[Path | None, typer.Option("--map", help="The map of the log's columns.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="A ready-made map instead of --map: zendesk, freshdesk, slack …")
    ] = None,
    from_record: Annotated[
        str | None, typer.Option(help="Use this desk's tickets of a period instead of a log, such as 90d.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document; the same input gives the same bytes.")
    ] = False,
    tickets: Annotated[int | None, typer.Option(help="Take only the first N tickets of the log.", min=1)] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=MOMENTS, help="Take only tickets opened from this moment on (UTC)."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=MOMENTS, help="Take only what happened before this moment (UTC)."),
    ] = None,
    accept: Annotated[
        str | None, typer.Option(help="Assume that every offer is accepted after this time, such as 30m.")
    ] = None,
    jobs: Jobs = None,
    executor: Elsewhere = None,
    rejected: Annotated[Path | None, typer.Option(help="Write every rejected row and the reason to this file.")] = None,
) -> None:
    """Run a policy over recorded history: steps, interruptions, and targets met or missed."""
    accepted = _duration("--accept", accept)
    period = _duration("--from-record", from_record)
    how = chosen(map, preset)
    judged = _read_policy(policy)
    with ExitStack() as stack:
        bars = stack.enter_context(progress())
        if period is not None:
            if log is not None or how is not None or since is not None or until is not None:
                raise refused(
                    "--from-record reads this desk, so it goes without --log, --map, --preset, --from and --until"
                )
            history = _of_this_desk(period, judged, tickets, bars)
        elif log is None or how is None:
            raise refused("rung replay needs --log FILE with --map MAP or --preset NAME, or --from-record 90d")
        else:
            wanted = Selection(since=_utc(since), until=_utc(until), tickets=tickets)
            history = _of_a_log(log, how, judged, wanted, rejected, bars, stack.enter_context(Grouping()))
        pool = stack.enter_context(working(executor, jobs, history.rows))
        tally = replay(
            history.histories,
            judged,
            end=history.end,
            accepted=accepted,
            executor=pool,
            on_progress=history.on_rows,
        )
    outcome = report(
        tally,
        judged,
        end=history.end,
        accepted=accepted,
        rejected=history.rejected,
        left_out=history.left_out(),
    )
    if json:
        sys.stdout.buffer.write(as_json(outcome))
    else:
        _show(outcome)


class _History(Struct, frozen=True):
    """What is to be replayed: each history once. `rows`: of the record, about so many."""

    histories: Iterable[History]
    rows: int
    end: datetime
    on_rows: OnProgress = lambda _rows: None
    rejected: Mapping[str, int] = {}
    #: Rows; known when all has been replayed.
    left_out: Callable[[], int] = lambda: 0


def _of_a_log(
    log: Path,
    how: Path | Preset,
    policy: Policy,
    selection: Selection,
    rejected: Path | None,
    bars: Progress,
    grouping: Grouping,
) -> _History:
    try:
        opening = open_log(log)
        with opening as opened:
            log_map = map_of(how, opened)
            reading = Reading(grouping, selection)
            with rejections(rejected, opened.columns) as on_rejection:
                on_progress = follow(bars, f"reading {log.name}", opened.size)
                reading.read(opened, log_map, on_rejection=on_rejection, on_progress=on_progress)
    except (OSError, ValueError) as problem:
        raise refused(f"{log} cannot be read: {problem}") from None
    histories = reading.histories(log_map, hearing_of(policy), levels_of(policy))
    end = reading.end or datetime.now(UTC)
    on_rows = follow(bars, "replaying", reading.taken)
    return _History(histories, reading.taken, end, on_rows, reading.rejected, lambda: reading.left_out)


def _of_this_desk(period: Duration, policy: Policy, most: int | None, bars: Progress) -> _History:
    """Running clocks are read now."""
    now = database_now()
    wanted = wanted_since(now - period.elapsed, most)
    histories = histories_of(wanted, policy, follow(bars, "replaying", wanted.tickets))
    return _History(histories, wanted.events, now)


def _read_policy(path: Path) -> Policy:
    policy, findings = read_policy_bytes(contents(path), str(path))
    refuse(findings)
    if policy is None:
        raise refused(f"{path} is not a policy")
    return policy


def _duration(option: str, text: str | None) -> Duration | None:
    try:
        return None if text is None else Duration.parse(text)
    except ValueError as problem:
        raise refused(f"{option}: {problem}") from None


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


# --- for people -----------------------------------------------------------------------------------------------------


def _show(outcome: Report) -> None:
    console = Console(highlight=False)
    rejected = f"{outcome.rejected.count:,} rows rejected" if outcome.rejected.count else "no row rejected"
    console.print(f"[bold]{outcome.policy}[/bold]: {outcome.tickets:,} tickets, {outcome.events:,} events, {rejected}")
    if outcome.repeated:
        console.print(f"  {outcome.repeated:,} rows are there more than once, and count once")
    for reason, count in outcome.rejected.reasons.items():
        console.print(f"  {count:,} × {reason}")
    if outcome.restless:
        console.print(
            f"[bold]The policy never came to rest on {len(outcome.restless):,} tickets:[/bold]",
            ", ".join(outcome.restless[:5]),
        )
    told, quieted = outcome.interruptions.total, outcome.interruptions.in_quiet_hours
    quiet = f" ({quieted:,} in quiet hours, kept for later)" if quieted else ""
    if outcome.accepted_after is None and any(outcome.escalations.values()):
        console.print(
            "A log cannot know who would have accepted an offer, so here nobody does; --accept 30m assumes they do."
        )
    for title, table in (
        ("Goals", _targets(outcome)),
        ("Steps", _steps(outcome)),
        (f"Interruptions: {told:,}{quiet}, besides {outcome.cards:,} cards of offers", _interruptions(outcome)),
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
