"""Keeps the parts of a desk running, and stops them together."""

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from rung.config import pulse
from rung.config.embedded import Embedded
from rung.config.parent_death import tied_to_us
from rung.config.postgres_programs import DatabaseProblem

LOOK_EVERY = 1.0  # seconds; the end of a part wakes us sooner
GREET_EVERY = 0.1
FIRST_WAIT = 0.5  # seconds before a part that died is started again; doubled each time
LONGEST_WAIT = 30.0
SILENT = 15.0
STARTS_WITHIN = 90.0  # seconds until the first sign of life
SETTLED = 60.0  # seconds alive after which a part counts as healthy again
PATIENCE = 6.0  # seconds the parts have to stop by themselves
LARGEST_LOG = 10 * 1024 * 1024  # bytes
LOGS_EVERY = 60.0  # seconds between looks at their size


@dataclass
class Part:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    wait: float = FIRST_WAIT
    due: float = 0.0
    #: Whether it gives signs of life; without one for SILENT seconds it is replaced.
    pulses: bool = False
    heard: float | None = None


@dataclass
class Supervisor:
    """Starts everything, watches, restarts with growing pauses, stops everything. `say` tells its user."""

    parts: Sequence[Part]
    logs: Path
    database: Embedded | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    say: Callable[[str], None] = print
    greet: Callable[[], bool] | None = None  # asked until it has said its greeting
    tend: Callable[[], bool] | None = None  # called at every look; True ends all, as a signal does
    _stopping: bool = False
    _database_due: float = 0.0
    _database_wait: float = FIRST_WAIT
    _logs_due: float = 0.0

    def run(self) -> None:
        """Watch until SIGINT or SIGTERM, then stop all."""
        ear = pulse.Ear()
        self.environment = {**self.environment, pulse.PLACE: ear.place}
        awake, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(awake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, self._ask_to_stop)
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup asks to outlive the terminal
            signal.signal(signal.SIGHUP, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)  # only to wake us
        try:
            while not self._stopping:
                self._look_after_database()
                self._look_after_logs()
                pause = min([LOOK_EVERY, *(self._look_after(part) for part in self.parts)])
                if self.tend and self.tend():
                    break
                if self.greet:
                    pause, self.greet = (pause, None) if self.greet() else (GREET_EVERY, self.greet)
                ready = select.select([awake, ear.fileno()], [], [], pause)[0]
                if awake in ready:
                    os.read(awake, 4096)
                if ear.fileno() in ready:
                    self._note(ear.heard())
        finally:
            self.stop()
            ear.close()

    def stop(self) -> None:
        """Stop the parts, then the database."""
        running = [part.process for part in self.parts if part.process and part.process.poll() is None]
        for process in running:
            process.terminate()
        until = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.database:
            self.database.stop()

    def _ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _look_after(self, part: Part) -> float:
        """Start the part if it is due. Seconds until the next look is worth it."""
        now = time.monotonic()
        if part.process is not None:
            code = part.process.poll()
            if code is None:
                if now - part.started > SETTLED:
                    part.wait = FIRST_WAIT
                return self._look_at_pulse(part, now)
            part.process = None
            part.due = now + part.wait
            self.say(
                f"{part.name} ended ({_ending(code)}); starting it again in {part.wait:g} s, see {self._log(part)}"
            )
            part.wait = min(part.wait * 2, LONGEST_WAIT)
        if now < part.due:
            return part.due - now
        self._start(part)
        return SETTLED

    def _look_at_pulse(self, part: Part, now: float) -> float:
        """End a part that stands still, so that it is started again. Seconds until the next look is worth it."""
        if not part.pulses or part.process is None:
            return SETTLED
        silent_at = part.started + STARTS_WITHIN if part.heard is None else part.heard + SILENT
        if now < silent_at:
            return silent_at - now
        self.say(f"{part.name} stands still; ending it, see {self._log(part)}")
        part.process.kill()
        return LOOK_EVERY

    def _note(self, heard: set[str]) -> None:
        for part in self.parts:
            if part.name in heard:
                part.heard = time.monotonic()

    def _start(self, part: Part) -> None:
        with self._log(part).open("ab") as log:
            part.process = subprocess.Popen(
                part.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**self.environment, "RUNG_PART": part.name},
                preexec_fn=tied_to_us(),  # noqa: PLW1509  we have one thread
                start_new_session=True,  # Ctrl-C at the terminal is ours to answer
            )
        part.started, part.heard = time.monotonic(), None

    def _look_after_database(self) -> None:
        if self.database is None or self.database.running:
            return
        if time.monotonic() < self._database_due:
            return
        self.say(f"PostgreSQL ended; starting it again, see {self.database.log}")
        try:
            self.database.restart()
            self._database_wait = FIRST_WAIT
        except DatabaseProblem as problem:
            self.say(f"{problem} Trying again in {self._database_wait:g} s.")
            self._database_due = time.monotonic() + self._database_wait
            self._database_wait = min(self._database_wait * 2, LONGEST_WAIT)

    def _look_after_logs(self) -> None:
        if time.monotonic() >= self._logs_due:
            self._logs_due = time.monotonic() + LOGS_EVERY
            cut_large_logs(self.logs)

    def _log(self, part: Part) -> Path:
        return self.logs / f"{part.name}.log"


def cut_large_logs(logs: Path) -> None:
    """Empty logs that have grown large, keeping one older generation of each. Their writers append and go on."""
    for log in logs.glob("*.log"):
        if log.stat().st_size > LARGEST_LOG:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)


def command_of(part: str) -> list[str]:
    """How a part is started."""
    return [sys.executable, "-m", "rung.config.command", part]


def _ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
