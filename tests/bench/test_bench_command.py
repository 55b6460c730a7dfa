"""`bin/bench` names its benchmarks, and measures one of them."""

import json
import subprocess
import sys

import pytest

from bench.__main__ import NAMES


def test_an_unknown_name_is_refused_with_the_right_ones():
    done = subprocess.run([sys.executable, "-m", "bench", "catchup"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'no benchmark is called "catchup"' in done.stderr
    assert all(name in done.stderr for name in NAMES)


@pytest.mark.slow
def test_a_small_catch_up_writes_the_same_rows_as_its_reference():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "catch-up", "--json", "--scale", "0.003"],
        capture_output=True,
        text=True,
        check=True,
    )
    figures = json.loads(done.stdout)
    assert figures["tickets"] == 300
    assert figures["written_by_rung"] == figures["written_by_bare_sql"]
    assert figures["written_by_rung"]["offers"] == 300
    assert figures["events_a_ticket"] == 20


@pytest.mark.slow
def test_a_small_import_is_measured_against_copying_its_own_rows():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "import", "--json", "--scale", "0.004"],
        capture_output=True,
        text=True,
        check=True,
    )
    figures = json.loads(done.stdout)
    assert figures["tickets"] == 100
    assert figures["events"] > 300
    assert 0 < figures["ratio"] < 1
    assert figures["reached"] is (figures["events_per_second"] >= figures["bar_events_per_second"])
