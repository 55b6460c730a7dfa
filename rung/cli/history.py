"""Recorded history named on the command line: a log with its mapping, or the desk's own record."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from rich.console import Console
from rich.progress import Progress

from rung.cli.files import contents
from rung.core.calendar.durations import Duration
from rung.core.conditions.evaluation import phrases_of_policy
from rung.core.log.events import History, hearing_of, levels_of
from rung.core.log.mapping import read_map
from rung.core.policy.model import Policy
from rung.intake.importers.histories import Recorded, Selection, read_histories
from rung.intake.importers.logs import open_log
from rung.people.clock import database_now
from rung.tickets.histories import histories_since


class Source(Struct, frozen=True):
    """Either `log` and `log_map`, or `since` before now."""

    log: Path | None
    log_map: Path | None
    since: Duration | None
    tickets: int | None
    accepted: Duration | None

    @classmethod
    def of(
        cls, log: Path | None, log_map: Path | None, from_record: str | None, *, tickets: int | None, accept: str | None
    ) -> "Source":
        """What was asked for, or a sentence and exit 1."""
        if (log is None) == (from_record is None):
            raise SystemExit("Name a history: --log FILE --map FILE, or --from-record 30d.")
        if log is not None and log_map is None:
            raise SystemExit("A log needs --map FILE, which says how its columns are to be read.")
        return cls(log, log_map, _duration("--from-record", from_record), tickets, _duration("--accept", accept))

    def read(self, policy: Policy, progress: Progress) -> tuple[Sequence[History], datetime]:
        """The tickets, heard with the policy's phrases, and the moment at which the history ends."""
        if self.since is not None:
            now = database_now()
            task = progress.add_task("reading the record", total=1)
            return histories_since(
                now - self.since.elapsed,
                policy,
                on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            ), now
        return self._read_log(policy, progress)

    def hears_alike(self, one: Policy, other: Policy) -> bool:
        """Whether both would hear the same in this history, so that it need be read only once."""
        return _heard(one) == _heard(other)

    def _read_log(self, policy: Policy, progress: Progress) -> tuple[Sequence[History], datetime]:
        log, map_file = self.log or Path(), self.log_map or Path()
        try:
            with open_log(log) as opened:
                mapping = contents(map_file).decode("utf-8", errors="replace")
                log_map, findings = read_map(mapping, str(map_file), opened.columns)
                if log_map is None:
                    raise SystemExit("\n".join(str(finding) for finding in findings))
                task = progress.add_task(f"reading {log.name}", total=max(opened.size, 1))
                recorded = read_histories(
                    opened,
                    log_map,
                    hearing=hearing_of(policy),
                    levels=levels_of(policy),
                    selection=Selection(tickets=self.tickets),
                    on_progress=lambda done: progress.update(task, completed=done),
                )
        except (OSError, ValueError) as problem:
            raise SystemExit(f"{log} cannot be read: {problem}") from problem
        _tell_left_out(log, recorded)
        return recorded.histories, recorded.end or datetime.now(UTC)


def progress_bars() -> Progress:
    """On stderr, and only where somebody looks."""
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)


def _tell_left_out(log: Path, recorded: Recorded) -> None:
    """Rows that do not count, on stderr; a log without a single row that does is refused."""
    reasons = ", ".join(f"{rows:,} × {reason}" for reason, rows in sorted(recorded.rejected.items()))
    if not recorded.histories:
        raise SystemExit(f"{log}: no row of it can be read{f' ({reasons})' if reasons else '; it has none'}")
    if reasons:
        print(f"{log}: {sum(recorded.rejected.values()):,} rows rejected ({reasons})", file=sys.stderr)
    if repeated := sum(history.repeated for history in recorded.histories):
        print(f"{log}: {repeated:,} rows are there more than once, and count once", file=sys.stderr)


def _heard(policy: Policy) -> tuple[frozenset[str], tuple[str, ...], Mapping[str, tuple[str, str]]]:
    return frozenset(phrases_of_policy(policy)), policy.holding, levels_of(policy)


def required(option: str, text: str) -> Duration:
    """The duration an option gives, or a sentence and exit 1."""
    try:
        return Duration.parse(text)
    except ValueError as problem:
        raise SystemExit(f"{option}: {problem}") from problem


def _duration(option: str, text: str | None) -> Duration | None:
    return None if text is None else required(option, text)
