"""`rung up`: a whole desk on this machine, from an empty folder to a page to sign in on."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rung.config import desk_lock, folder
from rung.config.embedded import Embedded
from rung.config.lifeline import tied_to_us
from rung.config.processes import PARTS
from rung.config.programs import DatabaseProblem
from rung.config.sample_beside import Beside
from rung.config.supervisor import Part, Supervisor, command_of

EVERYWHERE = "0.0.0.0"  # noqa: S104  compared, not bound
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
    data = folder.data_folder()
    try:
        folder.make(data)
    except OSError as problem:
        sys.exit(f"The data folder {data} cannot be used ({problem.strerror}); choose another with --data.")
    lock = desk_lock.take(data)
    for number in (port, port + 1):
        _refuse_taken_port(host, number)
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
    database = None if os.environ.get("DATABASE_URL") else Embedded(data, throwaway=throwaway)
    if url := os.environ.get("DATABASE_URL"):
        folder.write_secret(data / "database-url", url)  # so that the `rung` command finds it
    try:
        if database:
            database.start()
        word = _prepare(environment)
    except DatabaseProblem as problem:
        sys.exit(str(problem))
    except BaseException:
        if database:
            database.stop()
        raise

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

    beside = Beside(data, host, dict(os.environ))
    parts = [Part(name, command_of(name)) for name in (*PARTS, *extra)]
    try:
        Supervisor(parts, logs, database, environment, say, greet, tend or beside.tend).run()
    finally:
        beside.stop()
    say("Stopped.")
    lock.close()


def say(sentence: str) -> None:
    """Tell whoever started the desk."""
    print(sentence, flush=True)


def _name(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", EVERYWHERE} else host  # passkeys need localhost, not its number


def _prepare(environment: dict[str, str]) -> str:
    """Bring the schema up to date; the word of a sign-in link. In another process, so that this one stays small."""
    done = subprocess.run(
        command_of("prepare"), env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=tied_to_us(), check=False
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


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            sys.exit(f"Port {port} of {host} cannot be used ({problem.strerror}); choose another with --port.")
