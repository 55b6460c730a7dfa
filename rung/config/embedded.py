"""The desk's own PostgreSQL: made in the data folder, started, stopped, brought to a new major version."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from rung.config import major_version, postgres_programs, sockets
from rung.config.data_folder import write_secret
from rung.config.postgres_programs import DatabaseProblem

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
ROLE = "rung"
DATABASE = "rung"
# Made by the superuser, in template1 too: test databases are copies of it.
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent", "vector")


class Embedded:
    """One cluster below a data folder: `pg/cluster` the data, `pg/run` the socket, its passwords beside them. Where the
    path is too long for a socket, that lies in a short folder elsewhere.

    Everything below `pg` belongs to the account the server runs as; the data folder and the folders above it are left
    alone. As root that account may not be able to walk down to the cluster, so the server is given the open folder
    itself and reaches it as `/proc/self/fd/N`.
    """

    def __init__(self, data: Path, *, throwaway: bool = False) -> None:
        self.data = data.absolute()
        self.folder = self.data / "pg"
        self.cluster = self.folder / "cluster"
        self.socket = sockets.socket_folder(self.folder)
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
        self.make_folders()
        here = postgres_programs.installed(self.home)
        self.stop_left_over()
        if self._half_made.exists():
            self._empty_cluster()
        if not (self.cluster / "PG_VERSION").exists():
            major_version.refuse_half_changed(self)
            self.make_cluster(here)
        elif (old := (self.cluster / "PG_VERSION").read_text().strip()) != (new := postgres_programs.major(here)):
            major_version.change(self, old, new, here)
        self.serve(here)
        self.make_database()
        write_secret(self.data / "database-url", self.url)

    def stop(self) -> None:
        """Stop the server and wait until it has gone: politely, then at once."""
        self.stop_left_over()
        if self._server is not None:
            self._server.wait()
            self._server = None
        sockets.remove(self.socket)

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
        here = postgres_programs.installed(self.home)
        with self.opened() as (place, fd):
            for mode, seconds in (("fast", 30), ("immediate", 10)):
                try:
                    postgres_programs.run(
                        [here / "pg_ctl", "stop", "-D", place, "-m", mode, "-w", "-t", str(seconds)], fds=[fd]
                    )
                except DatabaseProblem:
                    if not self._serves_here(pid):
                        return
                else:
                    return
        raise DatabaseProblem(f"The PostgreSQL server over {self.cluster} (process {pid}) does not stop.")

    def is_served(self) -> bool:
        """Whether a PostgreSQL server, started by whichever process, runs over this cluster."""
        try:
            return self._serves_here(int((self.cluster / "postmaster.pid").read_text().splitlines()[0]))
        except (OSError, IndexError, ValueError):
            return False

    def restart(self) -> None:
        """Start again after the server died. The cluster is there; PostgreSQL replays its log."""
        if self._server is not None:
            self._server.wait()
            self._server = None
        self.stop_left_over()
        self.serve(postgres_programs.installed(self.home))

    @property
    def home(self) -> Path:
        """Where programs of every version this data was served by are kept."""
        return postgres_programs.home(self.folder)

    @property
    def superuser(self) -> dict[str, str]:
        """The environment in which PostgreSQL's own programs reach the database as its superuser."""
        return {
            "PGHOST": str(self.socket),
            "PGUSER": "postgres",
            "PGPASSWORD": self._password(SUPERUSER_FILE),
            "PGDATABASE": DATABASE,
        }

    def make_folders(self) -> None:
        """Make what is missing of the folders, each closed to other accounts."""
        who = postgres_programs.owner()
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        sockets.make(self.socket, who)
        for folder in (self.folder, self.cluster, self.socket):
            if not folder.exists():
                folder.mkdir(mode=0o700)
                os.chown(folder, who.uid, who.gid, follow_symlinks=False)
            elif folder.stat().st_uid != who.uid:
                mine = postgres_programs.SYSTEM_USER if who.is_other else "this user"
                raise DatabaseProblem(
                    f"{folder} belongs to another account than {mine}; start Rung as the user who made it, "
                    "or choose another --data folder."
                )

    def make_cluster(self, here: Path) -> None:
        """Make an empty cluster with these programs. The superuser's password is handed over in memory."""
        who = postgres_programs.owner()
        password = os.memfd_create("password")
        os.fchmod(password, 0o600)
        os.fchown(password, who.uid, who.gid)
        os.write(password, self._password(SUPERUSER_FILE).encode())
        words = [word for name, value in self._settings.items() for word in ("--set", f"{name}={value}")]
        if self._throwaway:
            words.append("--no-sync")
        self._half_made.touch()
        try:
            with self.opened() as (place, fd):
                postgres_programs.run(
                    [
                        *(here / "initdb", "-D", place, "--username=postgres", "--auth=scram-sha-256"),
                        *(f"--pwfile=/proc/self/fd/{password}", "--encoding=UTF8"),
                        *("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", *words),
                    ],
                    fds=[fd, password],
                )
        finally:
            os.close(password)
        self._half_made.unlink()

    @property
    def _half_made(self) -> Path:
        """There while the cluster is being made, and after a making that was cut off."""
        return self.data / "database-half-made"

    def _empty_cluster(self) -> None:
        """Nothing was ever kept in it: it is made anew."""
        for left in self.cluster.iterdir():
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()

    def serve(self, here: Path) -> None:
        """Start the server over the cluster with these programs. Returns when it answers."""
        where = "../run" if self.socket.parent == self.folder else self.socket
        with self.opened() as (place, fd), self.log.open("ab") as log:
            self._server = postgres_programs.launch(
                [here / "postgres", "-D", place, "-c", "listen_addresses=", "-c", f"unix_socket_directories={where}"],
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

    def make_database(self) -> None:
        """Make what is missing of the desk's role, its database and the extensions."""
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

    @contextmanager
    def opened(self) -> Iterator[tuple[str, int]]:
        """The cluster's folder as a name that works wherever the descriptor goes, and the descriptor."""
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
