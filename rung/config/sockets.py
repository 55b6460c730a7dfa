"""Where the server's socket lies: in the data folder, or, when that has a long path, in a short folder made for it."""

import os
import stat
from hashlib import sha256
from pathlib import Path

from rung.config.postgres_programs import DatabaseProblem, Owner

LONGEST = 107  # bytes in sockaddr_un, less the closing zero
SOCKET = ".s.PGSQL.5432"
#: Where short folders are made. Not the folder of a session, which is removed when its user signs out.
PLACES = (Path("/run"), Path("/tmp"), Path("/var/tmp"))  # noqa: S108  what is found there is checked below


def socket_folder(folder: Path) -> Path:
    """The same for the same database folder, in every process."""
    inside = folder / "run"
    if len(os.fsencode(inside / SOCKET)) <= LONGEST:
        return inside
    name = f"rung-{sha256(os.fsencode(folder)).hexdigest()[:16]}"
    there = next((place for place in PLACES if os.access(place, os.W_OK | os.X_OK)), PLACES[-1])
    return there / name


def make(place: Path, who: Owner) -> None:
    """Make a short one, closed to everybody else. DatabaseProblem when that cannot be, or somebody was there first."""
    if place.parent not in PLACES:
        return
    try:
        place.mkdir(mode=0o700)
        os.chown(place, who.uid, who.gid, follow_symlinks=False)
    except FileExistsError:
        found = place.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != who.uid or stat.S_IMODE(found.st_mode) != 0o700:
            raise DatabaseProblem(
                f"{place}, where the database's socket would lie, was made by somebody else; remove it, "
                "or choose a --data folder with a shorter path."
            ) from None
    except OSError as problem:
        raise DatabaseProblem(
            f"The data folder's path is too long for a socket, and {place} cannot be made for it "
            f"({problem.strerror}); choose a --data folder with a shorter path."
        ) from None


def remove(place: Path) -> None:
    """When its server has gone."""
    if place.parent in PLACES:
        try:
            place.rmdir()
        except OSError:  # not there, or another server began meanwhile
            return
