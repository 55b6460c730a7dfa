"""One desk over one data folder."""

import fcntl
import os
import sys
from pathlib import Path
from typing import IO


def refuse_running(data: Path) -> None:
    """End with a sentence while a desk runs over the folder."""
    take(data).close()


def take(data: Path) -> IO[str]:
    """The lock, held until it is closed. Ends the process with a sentence while another desk has it."""
    lock = (data / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        sys.exit(
            f"A desk is already running over {data} (process {lock.read().strip() or 'unknown'}); "
            "stop it first, or choose another folder with --data."
        )
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
