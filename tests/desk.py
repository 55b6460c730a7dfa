"""A whole desk in processes of its own, for the tests that need one."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import pytest

RUNG = [sys.executable, "-m", "rung.config.command"]


class Desk:
    """`rung up` in a process of its own."""

    def __init__(self, data: Path, port: int, *flags: str, command: Sequence[str] = RUNG, **settings: str) -> None:
        self.data, self.port, self.command = data, port, command
        self.said: list[str] = []
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "RUNG_URL"}}
        environment.update(settings)
        self.process = subprocess.Popen(
            [*command, "up", *flags, "--data", str(data), "--port", str(port)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def link(self) -> str:
        """The sign-in link, once it is printed and pages are served."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(r"Sign in once with (\S+)", line):
                eventually(lambda: self.get("/account/login/") is not None)
                return found[1]
        raise AssertionError("".join(self.said))

    def get(self, path: str) -> httpx.Response | None:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}{path}")
        except httpx.TransportError:
            return None

    def rung(self, *words: str) -> str:
        """What `rung --data ... WORDS` says."""
        typed = [*self.command, "--data", str(self.data), *words]
        return subprocess.run(typed, capture_output=True, text=True, check=True).stdout

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def pids(self) -> dict[str, list[int]]:
        """Processes of this desk by part, the database's server as `postgres`."""
        found: dict[str, list[int]] = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                environment = (process / "environ").read_bytes().split(b"\0")
                words = (process / "cmdline").read_bytes().split(b"\0")
                cwd = (process / "cwd").readlink()
            except OSError:
                continue
            if f"RUNG_DATA={self.data}".encode() in environment and b"rung.config.command" in words:
                found.setdefault(words[3].decode(), []).append(int(process.name))
            elif cwd == self.data / "pg" / "cluster":
                found.setdefault("postgres", []).append(int(process.name))
        return found


def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(900):
        if holds():
            return
        time.sleep(0.2)
    pytest.fail("it did not happen")


def free_port() -> int:
    """A port that is free together with the next one."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            try:
                two.bind(("127.0.0.1", one.getsockname()[1] + 1))
            except OSError:
                continue
            return int(one.getsockname()[1])
