"""A new major version of PostgreSQL cannot read the old one's files: dump, restore, and keep the old ones."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rung.config import postgres_programs
from rung.config.postgres_programs import DatabaseProblem

if TYPE_CHECKING:
    from rung.config.embedded import Embedded


def change(server: "Embedded", old: str, new: str, here: Path) -> None:
    """Bring a stopped server's cluster from major version `old` to `new`, whose programs are `here`.

    The new cluster is made beside the old one and takes its place when it is whole; the old one stays as `cluster-OLD`.
    """
    before = postgres_programs.programs_of_major(server.home, old)
    if before is None:
        raise DatabaseProblem(
            f"{server.cluster} was written by PostgreSQL {old} and this is {new}; its own programs are no longer in "
            f"{server.home}. Restore a backup with `rung restore`, or go back to the version that wrote it."
        )
    cluster, following, kept = server.cluster, server.folder / "cluster-next", server.folder / f"cluster-{old}"
    if kept.exists():
        raise DatabaseProblem(f"{kept} is in the way of the change to PostgreSQL {new}; move it elsewhere.")
    dump = server.data / f"before-postgresql-{new}.dump"
    try:
        server.serve(before)
        _copy(server, [here / "pg_dump", "-Fc", "-f", dump])
        server.stop()
        shutil.rmtree(following, ignore_errors=True)  # of an attempt that was cut off
        server.cluster = following
        server.make_folders()
        server.make_cluster(here)
        server.serve(here)
        server.make_database()
        _copy(server, [here / "pg_restore", "--exit-on-error", "-d", server.superuser["PGDATABASE"], dump])
    finally:
        server.stop()
        server.cluster = cluster
    cluster.rename(kept)
    following.rename(cluster)
    dump.unlink()


def refuse_half_changed(server: "Embedded") -> None:
    """Raise if a change was cut off between its last two steps, which would look like a desk without data."""
    if kept := next(server.folder.glob("cluster-[0-9]*"), None):
        raise DatabaseProblem(
            f"A change of PostgreSQL's version was cut off; rename {kept} to {server.cluster} and start again."
        )


def _copy(server: "Embedded", command: Sequence[str | Path]) -> None:
    """Run pg_dump or pg_restore as the superuser, with the password where other accounts cannot see it."""
    done = subprocess.run(command, env={**os.environ, **server.superuser}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DatabaseProblem(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
