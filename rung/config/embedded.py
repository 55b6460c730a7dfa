"""The desk's own PostgreSQL: made in the data folder, started, stopped, brought to a new major version."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from rung.config import programs
from rung.config.folder import write_secret
from rung.config.programs import DatabaseProblem

# Written once into the cluster's postgresql.conf, where the operator may change them.
SETTINGS = {
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "synchronous_commit": "on",
    "jit": "off",
    "idle_in_transaction_session_timeout": "5min",
    "log_checkpoints": "off",
    "log_min_duration_statement": "2s",
}
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
SUPERUSER_FILE = "database-superuser-password"
LONGEST_SOCKET = 107  # bytes in sockaddr_un, less the closing zero
ROLE = "rung"
DATABASE = "rung"
# Made by the superuser, in template1 too: test databases are copies of it.
EXTENSIONS = ("btree_gist", "pg_trgm", "vector")


class Embedded:
    """One cluster below a data folder: `pg/cluster` the data, `pg/run` the socket, its passwords beside them.

    Everything below `pg` belongs to the account the server runs as; the data folder and the folders above it are left
    alone. As root that account may not be able to walk down to the cluster, so the server is given the open folder
    itself and reaches it as `/proc/self/fd/N`.
    """

    def __init__(self, data: Path, *, throwaway: bool = False) -> None:
        self.data = data.absolute()
        self.folder = self.data / "pg"
        self.cluster = self.folder / "cluster"
        self.socket = self.folder / "run"
        self.log = self.data / "log" / "postgresql.log"
        self._settings: Mapping[str, str] = {**SETTINGS, **THROWAWAY} if throwaway else SETTINGS
        self._throwaway = throwaway
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the desk's database is, for DATABASE_URL."""
        return self._url(ROLE, DATABASE)

    @property
    def running(self) -> bool:
        """Whether the server we started is alive."""
        return self._server is not None and self._server.poll() is None

    def start(self) -> None:
        """Start the server, first making the cluster or changing its major version. Returns when it answers."""
        address = f"{self.socket}/.s.PGSQL.5432"
        if len(os.fsencode(address)) > LONGEST_SOCKET:
            raise DatabaseProblem(
                f"The data folder's path is too long for a socket: {self.data} has {len(os.fsencode(self.data))} bytes,"
                f" at most {LONGEST_SOCKET - len(address) + len(str(self.data))} work."
            )
        self._make_folders()
        here = programs.installed(self._home)
        self.stop_left_over()
        if not (self.cluster / "PG_VERSION").exists():
            if kept := next(self.folder.glob("cluster-[0-9]*"), None):
                raise DatabaseProblem(
                    f"A change of PostgreSQL's version was cut off; rename {kept} to {self.cluster} and start again."
                )
            self._initdb(here)
        elif (old := (self.cluster / "PG_VERSION").read_text().strip()) != (new := programs.major(here)):
            self._change_major(old, new, here)
        self._serve(here)
        self._make_database()
        write_secret(self.data / "database-url", self.url)

    def stop(self) -> None:
        """Stop the server and wait until it has gone: politely, then at once."""
        self.stop_left_over()
        if self._server is not None:
            self._server.wait()
            self._server = None

    def stop_left_over(self) -> None:
        """Stop the server over this cluster, ours or one that outlived a crash; clear a stale pid file."""
        pid_file = self.cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return
        if not self._serves_here(pid):
            # The number may belong to somebody else by now, and PostgreSQL would refuse to start.
            pid_file.unlink(missing_ok=True)
            return
        here = programs.installed(self._home)
        with self._opened() as (place, fd):
            for mode, seconds in (("fast", 30), ("immediate", 10)):
                try:
                    programs.run([here / "pg_ctl", "stop", "-D", place, "-m", mode, "-w", "-t", str(seconds)], fds=[fd])
                except DatabaseProblem:
                    if not self._serves_here(pid):
                        return
                else:
                    return
        raise DatabaseProblem(f"The PostgreSQL server over {self.cluster} (process {pid}) does not stop.")

    def restart(self) -> None:
        """Start again after the server died. The cluster is there; PostgreSQL replays its log."""
        if self._server is not None:
            self._server.wait()
            self._server = None
        self.stop_left_over()
        self._serve(programs.installed(self._home))

    @property
    def _home(self) -> Path:
        return programs.home(self.folder)

    def _make_folders(self) -> None:
        who = programs.owner()
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.folder, self.cluster, self.socket):
            if not folder.exists():
                folder.mkdir(mode=0o700)
                os.chown(folder, who.uid, who.gid)
            elif folder.stat().st_uid != who.uid:
                mine = programs.SYSTEM_USER if who.is_other else "this user"
                raise DatabaseProblem(
                    f"{folder} belongs to another account than {mine}; start Rung as the user who made it, "
                    "or choose another --data folder."
                )

    def _initdb(self, here: Path) -> None:
        password = self._password(SUPERUSER_FILE)
        handed = self.folder / "initdb-password"
        handed.write_text(password)
        handed.chmod(0o600)
        who = programs.owner()
        os.chown(handed, who.uid, who.gid)
        words = [word for name, value in self._settings.items() for word in ("--set", f"{name}={value}")]
        if self._throwaway:
            words.append("--no-sync")
        parent = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with self._opened() as (place, fd):
                programs.run(
                    [
                        *(here / "initdb", "-D", place, "--username=postgres", "--auth=scram-sha-256"),
                        *(f"--pwfile=/proc/self/fd/{parent}/initdb-password", "--encoding=UTF8"),
                        *("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", *words),
                    ],
                    fds=[fd, parent],
                )
        finally:
            os.close(parent)
            handed.unlink()

    def _serve(self, here: Path) -> None:
        with self._opened() as (place, fd), self.log.open("ab") as log:
            self._server = programs.launch(
                [here / "postgres", "-D", place, "-c", "listen_addresses=", "-c", "unix_socket_directories=../run"],
                fds=[fd],
                log=log,
                dies_by=signal.SIGINT,  # its fast shutdown
            )
        while not self._answers():
            if self._server.poll() is not None:
                last = " / ".join(self.log.read_text(errors="replace").strip().splitlines()[-3:])
                raise DatabaseProblem(f"PostgreSQL did not start; {self.log} ends with: {last}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url("postgres", "postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        with psycopg.connect(self._url("postgres", "postgres"), autocommit=True) as connection:
            password = psycopg.sql.Literal(self._password("database-password"))
            role, name = psycopg.sql.Identifier(ROLE), psycopg.sql.Identifier(DATABASE)
            if not connection.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
                connection.execute(psycopg.sql.SQL("create role {} login createdb password {}").format(role, password))
            if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                connection.execute(psycopg.sql.SQL("create database {} owner {}").format(name, role))
        for database in ("template1", DATABASE):
            with psycopg.connect(self._url("postgres", database), autocommit=True) as connection:
                for extension in EXTENSIONS:
                    made = psycopg.sql.SQL("create extension if not exists {}")
                    connection.execute(made.format(psycopg.sql.Identifier(extension)))

    def _change_major(self, old: str, new: str, here: Path) -> None:
        """Dump with the new pg_dump from the old server, restore into a new cluster. The old one is kept beside it."""
        before = programs.programs_of_major(self._home, old)
        if before is None:
            raise DatabaseProblem(
                f"{self.cluster} was written by PostgreSQL {old} and this is {new}; its own programs are no longer in "
                f"{self._home}. Restore a backup with `rung restore`, or go back to the version that wrote it."
            )
        cluster, following, kept = self.cluster, self.folder / "cluster-next", self.folder / f"cluster-{old}"
        if kept.exists():
            raise DatabaseProblem(f"{kept} is in the way of the change to PostgreSQL {new}; move it elsewhere.")
        dump = self.data / f"before-postgresql-{new}.dump"
        try:
            self._serve(before)
            self._copy([here / "pg_dump", "-Fc", "-f", dump, DATABASE])
            self.stop()
            shutil.rmtree(following, ignore_errors=True)  # of an attempt that was cut off
            self.cluster = following
            self._make_folders()
            self._initdb(here)
            self._serve(here)
            self._make_database()
            self._copy([here / "pg_restore", "--exit-on-error", "-d", DATABASE, dump])
        finally:
            self.stop()
            self.cluster = cluster
        cluster.rename(kept)
        following.rename(cluster)
        dump.unlink()

    def _copy(self, command: Sequence[str | Path]) -> None:
        """Run pg_dump or pg_restore as the superuser, with the password where other accounts cannot see it."""
        reach = {"PGHOST": str(self.socket), "PGUSER": "postgres", "PGPASSWORD": self._password(SUPERUSER_FILE)}
        done = subprocess.run(command, env={**os.environ, **reach}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DatabaseProblem(f"{Path(command[0]).name} failed: {done.stderr.strip()}")

    @contextmanager
    def _opened(self) -> Iterator[tuple[str, int]]:
        fd = os.open(self.cluster, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{fd}", fd
        finally:
            os.close(fd)

    def _serves_here(self, pid: int) -> bool:
        """Whether that process is a PostgreSQL server whose working folder is our cluster."""
        process = Path(f"/proc/{pid}")
        try:
            return (process / "cwd").samefile(self.cluster) and "postgres" in (process / "comm").read_text()
        except OSError:
            return False

    def _password(self, name: str) -> str:
        place = self.data / name
        if not place.exists():
            write_secret(place, secrets.token_urlsafe(32))
        return place.read_text().strip()

    def _url(self, role: str, database: str) -> str:
        name = SUPERUSER_FILE if role == "postgres" else "database-password"
        return f"postgresql://{role}:{self._password(name)}@/{database}?host={quote(str(self.socket), safe='')}"
