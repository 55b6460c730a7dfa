"""Backups by schedule: written beside the running desk, verified by restoring each, the oldest removed."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from rung.config import backup, data_folder
from rung.config.environment import whole_number
from rung.config.parent_death import tied_to_us
from rung.config.postgres_programs import DatabaseProblem

#: Seconds until a backup that failed is tried again.
AGAIN_AFTER = 900.0
NAME = "rung-{:%Y%m%d-%H%M%S}.tar"
_RECORD = """
    INSERT INTO outbox_heartbeat (loop, process, at, rounds, done, error) VALUES ('backup', '', %s, 1, %s, %s)
    ON CONFLICT (loop, process) DO UPDATE
    SET at = CASE WHEN excluded.error = '' THEN excluded.at ELSE outbox_heartbeat.at END, done = excluded.done,
        error = excluded.error, rounds = outbox_heartbeat.rounds + 1
"""


def folder() -> Path | None:
    """RUNG_BACKUP_FOLDER; without it there is no schedule."""
    return Path(given).absolute() if (given := os.environ.get("RUNG_BACKUP_FOLDER")) else None


@dataclass
class Schedule:
    """Looked at by the supervisor: starts the command that makes the next backup when it is due."""

    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    _process: "subprocess.Popen[bytes] | None" = None
    _not_before: float = 0.0

    def tend(self) -> None:
        """Start one when it is due and none is being made."""
        if self._process is not None:
            if self._process.poll() is None:
                return
            self._not_before = time.monotonic() + (AGAIN_AFTER if self._process.returncode else 0.0)
            self._process = None
        if folder() is None or time.monotonic() < self._not_before or not _is_due():
            return
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rung.config.command", "backup", "--scheduled"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            preexec_fn=tied_to_us(),  # noqa: PLW1509  we have one thread
            start_new_session=True,
        )

    def stop(self) -> None:
        """An unfinished backup leaves nothing behind; the next start makes another."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


def make() -> None:
    """One backup into the folder, verified, and noted for `rung doctor`. Ends with a sentence where it failed."""
    place = folder()
    if place is None:
        sys.exit("RUNG_BACKUP_FOLDER is not set; name the folder that scheduled backups are written to.")
    made = place / NAME.format(datetime.now(UTC))
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        backup.backup(made)
        backup.verify(made)
    except (DatabaseProblem, SystemExit, OSError, psycopg.Error) as problem:
        _record(0, str(problem))
        if made.exists():  # it would not come back: it does not count, and pushes out none that would
            made.rename(made.with_suffix(".failed"))
        sys.exit(str(problem))
    _record(made.stat().st_size, "")
    for old in sorted(place.glob("rung-*.tar"))[: -whole_number("RUNG_BACKUP_KEEP", 7)]:
        old.unlink()


def _is_due() -> bool:
    """Whether the newest is as old as RUNG_BACKUP_HOURS."""
    place = folder()
    newest = max((file.stat().st_mtime for file in place.glob("rung-*.tar")), default=0.0) if place else 0.0
    return time.time() - newest >= whole_number("RUNG_BACKUP_HOURS", 24) * 3600


def _record(size: int, problem: str) -> None:
    url = data_folder.database_url(data_folder.data_folder())
    try:
        with psycopg.connect(url or "", autocommit=True, connect_timeout=5) as connection:
            connection.execute(_RECORD, [datetime.now(UTC), size, problem])
    except psycopg.Error:
        sys.stderr.write(f"This backup could not be noted in the database. {problem}\n")
