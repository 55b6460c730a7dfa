"""`rung up`: a whole desk on this machine, from an empty folder to a page to sign in on."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile

import psycopg

from rung.config import data_folder, desk_lock, ports
from rung.config.connection_timeouts import with_timeouts
from rung.config.embedded import Embedded
from rung.config.parent_death import tied_to_us
from rung.config.postgres_programs import DatabaseProblem
from rung.config.processes import PARTS
from rung.config.sample_day_process import SampleDayProcess
from rung.config.scheduled_backup import Schedule
from rung.config.supervisor import Part, Supervisor, command_of

EVERYWHERE = "0.0.0.0"  # noqa: S104  compared, not bound
DATABASE_PATIENCE = 10  # seconds
REPOSITORY = Path(__file__).parent.parent.parent


def up(
    *,
    host: str,
    port: int,
    extra: Sequence[str] = (),
    tend: Callable[[], bool] | None = None,
    throwaway: bool = False,
    ready: Callable[[str], None] = lambda _link: None,
) -> None:
    """Start everything over the data folder and stay until told to stop.

    `extra`: further parts. `tend`: see Supervisor; without it a sample day may be asked for on the first page.
    `throwaway`: the database need not survive a loss of power. `ready` is given the sign-in link.
    """
    data, url = data_folder.data_folder(), os.environ.get("DATABASE_URL")
    _make_folder(data)
    lock = desk_lock.take(data)
    for number in (port, port + 1):
        ports.refuse_taken(host, number, "--port")
    if url:
        _refuse_silent_database(url)
    logs = data / "log"
    logs.mkdir(mode=0o700, exist_ok=True)
    address = (os.environ.get("RUNG_URL") or f"http://{_name(host)}:{port}").rstrip("/")
    (data / "address").write_text(address)
    environment = {
        **os.environ,
        "RUNG_DATA": str(data),
        "RUNG_HOST": host,
        "RUNG_PORT": str(port),
        "RUNG_UP": "1",
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the supervisor takes over, stop tidily too
    database = None if url else Embedded(data, throwaway=throwaway)
    if url:
        data_folder.write_secret(data / "database-url", url)  # so that the `rung` command finds it
    word = _bring_up(database, environment)

    def greet() -> bool:
        if not _answers(host, port):
            return False
        say(f"Rung is at {address}")
        say(f"Sign in once with {address}/sign-in/{word}")
        if host == EVERYWHERE and not os.environ.get("RUNG_URL"):
            say("It listens to other machines too; set RUNG_URL to the address they use, other names are refused.")
        ready(f"{address}/sign-in/{word}")
        say(f"Data and logs are in {data}. Ctrl-C stops the desk.")
        return True

    beside = SampleDayProcess(data, host, dict(os.environ))
    beside.begin()
    backups = Schedule({**environment, "RUNG_PART": "backup"})

    def tend_both() -> bool:
        backups.tend()
        return beside.tend()

    parts = [Part(name, command_of(name), pulses=True) for name in (*PARTS, *extra)]
    try:
        Supervisor(parts, logs, database, environment, say, greet, tend or tend_both).run()
    finally:
        beside.stop()
        backups.stop()
    say("Stopped.")
    lock.close()


def _bring_up(database: Embedded | None, environment: Mapping[str, str]) -> str:
    """Start the database, bring it up to date; the word of a sign-in link. What was begun is stopped on the way out."""
    is_first = database is not None and not (database.cluster / "PG_VERSION").exists()
    say("Starting; the first time this takes up to a minute …" if is_first else "Starting …")
    try:
        if database:
            database.start()
        return _prepare(environment)
    except BaseException as problem:
        if database:
            database.stop()
        match problem:
            case DatabaseProblem():
                sys.exit(str(problem))
            case KeyboardInterrupt():
                sys.exit("Stopped before it was up; start it again when you like.")
        raise


def say(sentence: str) -> None:
    """Tell the person who started the desk."""
    print(sentence, flush=True)


def _name(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", EVERYWHERE} else host  # passkeys need localhost, not its number


def _prepare(environment: Mapping[str, str]) -> str:
    """Bring the schema up to date; the word of a sign-in link. In another process, so that this one stays small."""
    done = subprocess.run(
        command_of("prepare"),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=tied_to_us(),
        start_new_session=True,  # Ctrl-C is ours to answer
        check=False,
    )
    if done.returncode:
        raise SystemExit("The database could not be brought up to date; the reason is above.")
    return done.stdout.strip().splitlines()[-1]


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1" if host == EVERYWHERE else host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _make_folder(data: Path) -> None:
    """Make it and see whether anything can be kept there; ends with a sentence where nothing can."""
    try:
        data_folder.make(data)
        with TemporaryFile(dir=data):
            pass
    except FileExistsError:
        sys.exit(f"{data} is a file, not a folder; choose another place for the data with --data.")
    except OSError as problem:
        sys.exit(f"The data folder {data} cannot be used ({problem.strerror}); choose another with --data.")


def _refuse_silent_database(url: str) -> None:
    """Before anything is kept: a mistyped address is said in one sentence."""
    try:
        psycopg.connect(with_timeouts(url), connect_timeout=DATABASE_PATIENCE).close()
    except psycopg.ProgrammingError as problem:
        reason = str(problem).strip()
        sys.exit(f"DATABASE_URL cannot be read ({reason}); it reads like postgresql://user:password@host/database.")
    except psycopg.OperationalError as problem:
        reason = str(problem).strip().splitlines()[0]
        sys.exit(f"The database that DATABASE_URL names does not answer ({reason}); is the address right, does it run?")
