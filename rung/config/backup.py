"""`rung backup` and `rung restore`: the database and the files that came with messages, in one archive."""

import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from rung.config import data_folder, desk_lock, postgres_programs
from rung.config.embedded import Embedded
from rung.config.postgres_programs import DatabaseProblem

DUMP = "database.dump"
FILES = "files"
#: Kept too, for without it sealed secrets and signed links of the backup are worth nothing.
KEY = "secret-key"


def backup(target: Path) -> None:
    """Write everything to one file; the desk may be running. An interrupted backup leaves no file behind."""
    data = data_folder.data_folder()
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)  # nobody else reads it, not even while it is being written
    except OSError as problem:
        sys.exit(f"{target} cannot be written: {problem.strerror}")
    try:
        _write(partial, data)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _write(partial: Path, data: Path) -> None:
    with _database(data) as url, tempfile.TemporaryDirectory(dir=partial.absolute().parent) as scratch:
        dump = Path(scratch) / DUMP
        _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}"], url)
        with tarfile.open(partial, "w") as archive:
            archive.add(dump, DUMP)
            for name, there in ((FILES, data_folder.files(data)), (KEY, data / KEY)):
                if there.exists():
                    archive.add(there, name)


def restore(source: Path) -> None:
    """Put everything back as it was then, in place of what is there. The desk must be stopped."""
    data = data_folder.data_folder()
    data_folder.make(data)
    desk_lock.refuse_running(data)
    with _unpacked(source) as scratch, _database(data) as url:
        _refuse_running(url)
        _load(scratch / DUMP, url)
        _put_back(scratch, data)


def verify(source: Path) -> None:
    """Restore a backup into a folder of its own and audit it there; nothing of the desk is touched. Ends with a
    sentence where it would not come back."""
    with _unpacked(source) as unpacked, tempfile.TemporaryDirectory(prefix="rung-verify-") as scratch:
        database = Embedded(Path(scratch), throwaway=True)
        database.start()
        try:
            _load(unpacked / DUMP, database.url)
            environment = {**os.environ, "DATABASE_URL": database.url, "RUNG_DATA": scratch}
            words = [sys.executable, "-m", "rung.config.command", "audit"]
            done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        finally:
            database.stop()
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        sys.exit(f"{source} comes back, but its audit finds: {said[0] if said else 'nothing that it could say'}")


def _load(dump: Path, url: str) -> None:
    """Put a dump into that database, in place of what is there, whole or not at all."""
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "list"
        wanted.write_text(_without_extensions(_run(["pg_restore", "--list", str(dump)], url)))
        _run(
            [
                *("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"),
                *(f"--use-list={wanted}", f"--dbname={_name(url)}", str(dump)),
            ],
            url,
        )


@contextmanager
def _unpacked(source: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as scratch, _opened(source) as archive:
        archive.extractall(scratch, filter="data")
        if not (Path(scratch) / DUMP).exists():
            sys.exit(f"{source} is no backup of a desk: there is no {DUMP} in it.")
        yield Path(scratch)


def _opened(source: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(source)
    except OSError as problem:
        sys.exit(f"{source} cannot be read: {problem.strerror}")
    except tarfile.TarError:
        sys.exit(f"{source} is no backup of a desk: it is no tar archive")


def _put_back(scratch: Path, data: Path) -> None:
    if (scratch / FILES).exists():
        files = data_folder.files(data)
        if files.exists():
            files.rename(_free_name(files.with_name(f"{files.name}-before-restore")))
        _move(scratch / FILES, files)
    if (scratch / KEY).exists() and "SECRET_KEY" not in os.environ:
        (data / KEY).write_bytes((scratch / KEY).read_bytes())
        (data / KEY).chmod(0o600)


def _free_name(wanted: Path) -> Path:
    number, free = 1, wanted
    while free.exists():
        number += 1
        free = wanted.with_name(f"{wanted.name}-{number}")
    return free


def _move(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        there = target / path.relative_to(source)
        if path.is_dir():
            there.mkdir(parents=True, exist_ok=True)
        else:
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(path.read_bytes())


@contextmanager
def _database(data: Path) -> Iterator[str]:
    """The desk's database: the one that answers, else the embedded one, started for as long as this takes. One that
    runs and does not answer is left alone: a desk, or another backup, works with it. Raises DatabaseProblem."""
    url = data_folder.database_url(data)
    problem = None if url is None else _problem(url)
    if url is not None and problem is None:
        yield url
        return
    if os.environ.get("DATABASE_URL"):
        raise DatabaseProblem(f"The database of DATABASE_URL does not answer. ({problem})")
    database = Embedded(data)
    if database.is_served():
        raise DatabaseProblem(f"The desk's PostgreSQL runs but lets nobody in now; try again later. ({problem})")
    lock = desk_lock.take(data)  # nobody starts the desk meanwhile
    database.start()
    try:
        yield database.url
    finally:
        database.stop()
        lock.close()


def _problem(url: str) -> str | None:
    """Why the database does not answer, in one line; None: it answers."""
    try:
        with psycopg.connect(url, connect_timeout=3):
            return None
    except psycopg.OperationalError as problem:
        return str(problem).strip().splitlines()[0]


def _refuse_running(url: str) -> None:
    """A desk that runs would see half of two worlds."""
    running = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(url) as connection:
        row = connection.execute(running).fetchone()
    if row is not None and row[0]:
        sys.exit(f"{row[0]} connections are open to this database. Stop the desk first, then restore.")


def _without_extensions(listed: str) -> str:
    """They belong to the server's superuser and are there already; to drop them is neither allowed nor needed."""
    return "\n".join(line for line in listed.splitlines() if " EXTENSION " not in line) + "\n"


def _run(command: Sequence[str], url: str) -> str:
    """Run one of PostgreSQL's client programs, ours, with the address where other accounts cannot see it."""
    here = postgres_programs.installed(postgres_programs.home(data_folder.data_folder() / "pg"))
    words = [str(here / command[0]), *command[1:]]
    done = subprocess.run(words, env={**os.environ, **_reach(url)}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DatabaseProblem(f"{command[0]} failed: {done.stderr.strip()}")
    return done.stdout


def _reach(url: str) -> dict[str, str]:
    parts = psycopg.conninfo.conninfo_to_dict(url)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    return {names[key]: str(value) for key, value in parts.items() if key in names and value is not None}


def _name(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url).get("dbname", "rung"))
