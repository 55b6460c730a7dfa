"""The sign of life of a part: the supervisor hears it while the part works, and replaces one that stands still."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable

#: Seconds between two signs of life.
EVERY = 3.0
#: The environment's name for where they are sent: a socket without a file, known to this desk alone.
PLACE = "RUNG_PULSE"


class Ear:
    """The supervisor's side."""

    def __init__(self) -> None:
        self.place = f"rung-{secrets.token_hex(16)}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(f"\0{self.place}")

    def fileno(self) -> int:
        """For `select`."""
        return self._socket.fileno()

    def heard(self) -> set[str]:
        """The parts that gave a sign since the last call."""
        parts = set()
        while True:
            try:
                parts.add(self._socket.recv(64).decode(errors="replace"))
            except BlockingIOError:
                return parts

    def close(self) -> None:
        """Hear nothing more."""
        self._socket.close()


class Pulse:
    """A part's side. `send` is harmless where nobody listens: a part may run without a supervisor."""

    def __init__(self) -> None:
        self._to, self._part = os.environ.get(PLACE, ""), os.environ.get("RUNG_PART", "")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) if self._to else None

    def send(self) -> None:
        """One sign of life."""
        if self._socket is not None:
            try:
                self._socket.sendto(self._part.encode(), socket.MSG_DONTWAIT, f"\0{self._to}")
            except OSError:
                return  # the supervisor is ending, or too busy to read


def begin(is_working: Callable[[], bool] = lambda: True) -> None:
    """Send signs of life from a thread of their own for as long as `is_working()`."""

    def beat() -> None:
        pulse = Pulse()
        while True:
            if is_working():
                pulse.send()
            time.sleep(EVERY)

    if os.environ.get(PLACE):
        threading.Thread(target=beat, name="pulse", daemon=True).start()
