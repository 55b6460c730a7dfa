"""A sample day beside a real desk: asked for on the first page, a desk of its own, and gone with one click."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rung.config import desk_lock
from rung.config.sample_day_process import SampleDayProcess
from rung.insights.sample_day import files
from tests.desk import Desk, eventually, free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def desk() -> Iterator[Desk]:
    """In a folder with a long path: the sample day's socket would not fit into it."""
    with tempfile.TemporaryDirectory(prefix="rung-") as folder:
        desk = Desk(Path(folder) / ("desk" * 20), free_port())
        yield desk
        desk.stop()


def signed_in(link: str) -> httpx.Client:
    browser = httpx.Client(follow_redirects=True, timeout=30, base_url=link.partition("/sign-in/")[0])
    press(browser, link, browser.get(link).text)
    return browser


def press(browser: httpx.Client, address: str, page: str) -> httpx.Response:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    return browser.post(address, data={"csrfmiddlewaretoken": token[1]})


def test_it_is_played_beside_the_desk_and_leaves_nothing(desk: Desk) -> None:
    browser = signed_in(desk.link())
    first = browser.get("/").text
    assert "Play the sample day" in first
    assert "Getting ready" in press(browser, "/sample-day/start", first).text
    eventually(lambda: "Open the sample day" in browser.get("/sample-day").text)
    link = re.search(r'href="(http[^"]+/sign-in/[^"]+)"', browser.get("/sample-day").text)
    assert link

    sample = signed_in(link[1])
    eventually(lambda: "Rita of Acme Logistics writes a mail" in sample.get("/sample-day/told").text)
    page = sample.get("/").text
    assert 'class="sample-banner"' in page
    assert "Nightly import has stopped" in page
    assert "Nightly import" not in browser.get("/tickets").text
    assert (desk.data / "sample-day" / "pg" / "cluster").is_dir()

    assert "The sample day is gone" in press(sample, "/sample-day/remove", page).text
    eventually(lambda: not (desk.data / "sample-day").exists())
    eventually(lambda: "Play the sample day" in browser.get("/").text and "sample-banner" not in browser.get("/").text)


def test_told_to_play_it_alone_the_desk_stops_when_it_is_removed(tmp_path: Path) -> None:
    alone = Desk(tmp_path, free_port(), "--sample-day")
    sample = signed_in(alone.link())
    press(sample, "/sample-day/remove", sample.get("/").text)
    assert alone.process.wait(30) == 0
    assert not (tmp_path / "sample-day").exists()


def test_one_that_cannot_be_played_leaves_its_reason_and_can_be_asked_for_again(tmp_path: Path) -> None:
    taken = tmp_path / files.FOLDER
    taken.mkdir()
    (tmp_path / "log").mkdir()
    wanted, failed = tmp_path / files.WANTED, tmp_path / files.FAILED
    beside = SampleDayProcess(tmp_path, "127.0.0.1", os.environ)
    wanted.touch()
    with desk_lock.take(taken):
        eventually(lambda: beside.tend() or failed.exists())
    assert "A desk is already running over" in failed.read_text()
    assert not wanted.exists()
    wanted.touch()
    beside.tend()
    assert not failed.exists()
    beside.stop()
