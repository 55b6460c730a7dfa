"""No process of a desk outlives the one that started it."""

import ctypes
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


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
