"""The page of a desk on which its sample day is asked for: where it stands, and why it could not be played."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.test import Client

from rung.insights.sample_day import files


def test_a_sample_day_that_failed_or_takes_long_says_so(
    signed_in: Callable[[str], Client], settings: Any, tmp_path: Path
) -> None:
    settings.OFFERS_SAMPLE_DAY, settings.DATA = True, tmp_path
    sam = signed_in("sam")

    def page() -> str:
        return sam.get("/sample-day").content.decode()

    log = tmp_path / files.LOG
    log.parent.mkdir()
    log.write_text("Begun\nPostgreSQL did not start\n")
    assert "could not be played" not in page()
    sam.post("/sample-day/start")
    assert "Getting ready" in page()
    assert "longer than usual" not in page()
    an_hour_ago = time.time() - 3600
    os.utime(tmp_path / files.WANTED, (an_hour_ago, an_hour_ago))
    assert "longer than usual" in page()
    assert "<q>PostgreSQL did not start</q>" in page()

    (tmp_path / files.WANTED).unlink()
    (tmp_path / files.FAILED).write_text("No room on <the> disk")
    assert "could not be played.</b> No room on &lt;the&gt; disk" in page()
    assert f"What happened is written in {log}" in page()
    assert "Play the sample day" in page()
    sam.post("/sample-day/start")
    assert "could not be played" not in page()


def test_one_that_was_cut_off_says_so_and_its_link_leads_nowhere_any_more(
    signed_in: Callable[[str], Client], settings: Any, tmp_path: Path
) -> None:
    settings.OFFERS_SAMPLE_DAY, settings.DATA = True, tmp_path
    sam = signed_in("sam")
    link = tmp_path / files.FOLDER / files.LINK
    link.parent.mkdir()
    link.write_text("http://localhost:1/sign-in/gone")
    (tmp_path / files.FAILED).write_text(files.CUT_OFF)
    page = sam.get("/sample-day").content.decode()
    assert "was cut off while it played" in page
    assert "could not be played" not in page
    assert "Getting ready" in sam.post("/sample-day/start", follow=True).content.decode()
    link.write_text("http://localhost:2/sign-in/new")
    again = sam.post("/sample-day/start", follow=True).content.decode()  # in another window
    assert "http://localhost:2/sign-in/new" in again
