"""No process of a desk outlives the one that started it."""

import ctypes
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
#: The environment's name for the process id of a web server, for the worker processes that it starts.
SERVER = "RUNG_SERVER_PROCESS"


def die_with_parent(by: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send us this signal when the thread that started us ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(by))


def tied_to_us(by: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """For a child's `preexec_fn`: tie it to this process, and end it at once if we have ended before it could ask."""
    us = os.getpid()

    def tie() -> None:
        die_with_parent(by)
        if os.getppid() != us:
            os._exit(1)

    return tie


def name_server() -> None:
    """Called by a web server before it starts worker processes: they are tied to this process."""
    os.environ[SERVER] = str(os.getpid())


def die_with_server() -> None:
    """Called by a worker process first of all. A server that ended while the worker was starting ends it too."""
    if server := os.environ.get(SERVER):
        die_with_parent()
        if os.getppid() != int(server):
            os._exit(1)
