"""The supervisor: what dies is started again, and nothing outlives it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rung.config.supervisor import LARGEST_LOG, cut_large_logs

SCRIPT = """
import sys
from pathlib import Path
from rung.config.supervisor import Part, Supervisor

folder = Path(sys.argv[1])
note = "import os, sys, time; open(sys.argv[1] + '/' + sys.argv[2], 'a').write(f'{os.getpid()} ')"
calm = [sys.executable, "-c", note + "; time.sleep(600)", str(folder)]
deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
stubborn = [sys.executable, "-c", deaf + note + "; time.sleep(600)"]
Supervisor(
    [Part("calm", [*calm, "calm"]), Part("stubborn", [*stubborn, str(folder), "stubborn"])],
    folder,
    say=lambda sentence: print(sentence, flush=True),
).run()
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    started = subprocess.Popen([sys.executable, "-c", SCRIPT, tmp_path], stdout=subprocess.PIPE, text=True)
    eventually(lambda: len(pids(tmp_path, "calm")) == 1 and len(pids(tmp_path, "stubborn")) == 1)
    yield started
    started.kill()
    started.wait()


def pids(folder: Path, part: str) -> list[int]:
    place = folder / part
    return [int(word) for word in place.read_text().split()] if place.exists() else []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen")


def test_a_part_killed_hard_is_started_again_and_said_so(supervisor: "subprocess.Popen[str]", tmp_path: Path) -> None:
    os.kill(pids(tmp_path, "calm")[0], signal.SIGKILL)
    eventually(lambda: len(pids(tmp_path, "calm")) == 2)
    assert alive(pids(tmp_path, "calm")[1])
    assert supervisor.stdout is not None
    said = supervisor.stdout.readline()
    assert said == f"calm ended (killed by SIGKILL); starting it again in 0.5 s, see {tmp_path}/calm.log\n"
    assert len(pids(tmp_path, "stubborn")) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_ends_all_parts_also_one_that_will_not(
    supervisor: "subprocess.Popen[str]", tmp_path: Path, number: signal.Signals
) -> None:
    parts = pids(tmp_path, "calm") + pids(tmp_path, "stubborn")
    supervisor.send_signal(number)
    assert supervisor.wait(30) == 0
    assert [pid for pid in parts if alive(pid)] == []


def test_nothing_outlives_a_supervisor_killed_hard(supervisor: "subprocess.Popen[str]", tmp_path: Path) -> None:
    parts = pids(tmp_path, "calm") + pids(tmp_path, "stubborn")
    supervisor.kill()
    eventually(lambda: not any(alive(pid) for pid in parts))


def test_a_log_that_grew_large_begins_anew_and_keeps_what_was_before(tmp_path: Path) -> None:
    with (tmp_path / "web.log").open("a") as writer:
        writer.write("x" * (LARGEST_LOG + 1))
        writer.flush()
        cut_large_logs(tmp_path)
        writer.write("after")
    assert (tmp_path / "web.log").read_text() == "after"
    assert (tmp_path / "web.log.1").stat().st_size == LARGEST_LOG + 1


STILL = """
import sys
from pathlib import Path
from rung.config import supervisor
from rung.config.supervisor import Part, Supervisor

supervisor.SILENT = 1.0
folder = Path(sys.argv[1])
work = '''
import os, sys, time
sys.path.insert(0, sys.argv[2])
from rung.config import pulse
from rung.outbox import progress
pulse.EVERY = 0.1
progress.STANDS_STILL = 0.5
pulse.begin(progress.is_moving)
open(sys.argv[1] + '/still', 'a').write(f'{os.getpid()} ')
stuck = len(open(sys.argv[1] + '/still').read().split()) == 2
while True:
    if not stuck:
        progress.moved()
    elif progress._Moved.at is None:
        progress.moved()
    time.sleep(0.05)
'''
Supervisor(
    [Part("still", [sys.executable, "-c", work, str(folder), sys.argv[2]], pulses=True)],
    folder,
    say=lambda sentence: print(sentence, flush=True),
).run()
"""


def test_a_part_that_stands_still_is_replaced(tmp_path: Path) -> None:
    repository = str(Path(__file__).parents[2])
    started = subprocess.Popen(
        [sys.executable, "-c", STILL, tmp_path, repository], stdout=subprocess.PIPE, text=True, cwd=repository
    )
    try:
        eventually(lambda: len(pids(tmp_path, "still")) == 1)
        time.sleep(2)
        assert len(pids(tmp_path, "still")) == 1  # it works, and is left alone
        os.kill(pids(tmp_path, "still")[0], signal.SIGSTOP)
        eventually(lambda: len(pids(tmp_path, "still")) == 2)
        eventually(lambda: len(pids(tmp_path, "still")) == 3)  # the second runs, and its work stands still
        assert started.stdout is not None
        assert started.stdout.readline() == f"still stands still; ending it, see {tmp_path}/still.log\n"
    finally:
        started.terminate()
        started.wait()
