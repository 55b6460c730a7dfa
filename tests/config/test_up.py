"""A whole desk: `rung up` from an empty folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from rung.config.processes import PARTS

pytestmark = pytest.mark.slow
RUNG = [sys.executable, "-m", "rung.config.command"]


class Desk:
    """`rung up` in a process of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.said: list[str] = []
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "RUNG_URL"}}
        self.process = subprocess.Popen(
            [*RUNG, "up", "--data", str(data), "--port", str(port)], stdout=subprocess.PIPE, text=True, env=environment
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
    for _ in range(300):
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


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "desk", free_port())
    yield desk
    desk.process.send_signal(signal.SIGINT)
    desk.process.wait(30)


def test_it_starts_signs_in_once_survives_crashes_and_leaves_nothing_behind(desk: Desk) -> None:
    link = desk.link()
    with httpx.Client(follow_redirects=True) as browser:
        page = browser.get(link)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token
        assert "Sign out" in browser.post(link, data={"csrfmiddlewaretoken": token[1]}).text
        assert browser.post(link, data={"csrfmiddlewaretoken": token[1]}).status_code in {403, 410}

    second = subprocess.run(
        [*RUNG, "up", "--data", desk.data, "--port", str(free_port())], capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert second.stderr.startswith(f"A desk is already running over {desk.data} (process {desk.process.pid});")

    before = desk.pids()
    assert set(before) == {*PARTS, "postgres"}
    for pid in [*before["web"], *before["ticker"], min(before["postgres"])]:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: set(desk.pids()) == {*PARTS, "postgres"} and not set(desk.pids()["web"]) & set(before["web"]))
    eventually(lambda: (page := desk.get("/account/login/")) is not None and page.status_code == 200)

    desk.process.send_signal(signal.SIGINT)
    assert desk.process.wait(10) == 0
    assert desk.pids() == {}


def test_a_second_start_over_the_same_data_and_nothing_outlives_a_hard_kill(desk: Desk) -> None:
    desk.link()
    subprocess.run([*RUNG, "--data", desk.data, "person", "add", "sam", "--email", "sam@example.com"], check=True)
    desk.process.kill()
    desk.process.wait()
    eventually(lambda: desk.pids() == {})

    again = Desk(desk.data, desk.port)
    again.link()
    people = subprocess.run([*RUNG, "--data", desk.data, "person", "list"], capture_output=True, text=True, check=True)
    assert "sam  sam  agent" in people.stdout
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(10) == 0
    assert again.pids() == {}
