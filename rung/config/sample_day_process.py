"""A sample day beside a running desk: started and ended as the desk's first page asks for it."""

import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rung.config.parent_death import tied_to_us
from rung.insights.sample_day.files import CUT_OFF, FAILED, FOLDER, LINK, LOG, WANTED, last_words

PATIENCE = 12.0  # seconds it has to stop
LONGEST_START = 300.0  # seconds


@dataclass
class SampleDayProcess:
    """Looks at the wish and at the process."""

    data: Path
    host: str
    environment: Mapping[str, str]
    _process: "subprocess.Popen[bytes] | None" = None
    _began: float = 0.0

    def begin(self) -> None:
        """A desk that was killed has left its wish, and a link to nobody; a new one waits until it is asked."""
        for file in (WANTED, FAILED, f"{FOLDER}/{LINK}"):
            (self.data / file).unlink(missing_ok=True)

    def tend(self) -> bool:
        """Called again and again by the supervisor. Never ends the desk."""
        wanted = self.data / WANTED
        if self._process is not None and self._process.poll() is not None:
            if self._process.returncode and wanted.exists():
                played = (self.data / FOLDER / LINK).exists()
                (self.data / FAILED).write_text(CUT_OFF if played else last_words(self.data))
            self._process = None
            wanted.unlink(missing_ok=True)
        elif self._process is not None and (not wanted.exists() or self._is_stuck()):
            self._process.terminate()
        elif self._process is None and wanted.exists():
            self._start()
        return False

    def stop(self) -> None:
        """With the desk."""
        (self.data / WANTED).unlink(missing_ok=True)
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _is_stuck(self) -> bool:
        """Whether it has had all the time it can need and still nobody could go in."""
        late = self._process is not None and time.monotonic() - self._began > LONGEST_START
        return late and not (self.data / FOLDER / LINK).exists()

    def _start(self) -> None:
        command = [sys.executable, "-m", "rung.config.command", "up", "--sample-day", "--data", str(self.data)]
        for file in (FAILED, f"{FOLDER}/{LINK}"):
            (self.data / file).unlink(missing_ok=True)
        self._began = time.monotonic()
        with (self.data / LOG).open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--host", self.host, "--port", str(_free_port(self.host))],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                preexec_fn=tied_to_us(),  # noqa: PLW1509  we have one thread
                start_new_session=True,
            )


def _free_port(host: str) -> int:
    """One that is free together with the next."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        with socket.socket(family) as one, socket.socket(family) as two:
            one.bind((host, 0))
            port = int(one.getsockname()[1])
            try:
                two.bind((host, port + 1))
            except (OSError, OverflowError):
                continue
            return port
