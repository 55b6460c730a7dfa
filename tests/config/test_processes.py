"""A loop that is asked to stop ends, whatever it waits for just then."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from rung.config import processes

processes.LOOPS = {"stuck": "stuck"}
processes.END_WITHIN = 0.5
processes.django.setup = lambda: None
processes.run("stuck")
"""
STUCK = """
import time

def run(stop):
    print("working", flush=True)
    while True:
        time.sleep(60)
"""


def test_a_loop_that_cannot_finish_what_it_holds_ends_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "stuck.py").write_text(STUCK)
    loop = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert loop.stdout is not None
    assert loop.stdout.readline() == "working\n"
    loop.terminate()
    try:
        _, said = loop.communicate(timeout=120)
    finally:
        loop.kill()
    assert loop.returncode == 0
    assert "stopped in the middle of work" in said
