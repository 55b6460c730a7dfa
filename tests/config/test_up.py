"""A whole desk: `rung up` from an empty folder."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import psycopg.sql
import pytest
from psycopg.conninfo import make_conninfo

from rung.config.processes import PARTS
from tests.desk import RUNG, Desk, eventually, free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "desk", free_port())
    yield desk
    desk.stop()


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
    eventually(lambda: set(now := desk.pids()) == {*PARTS, "postgres"} and not set(now["web"]) & set(before["web"]))
    eventually(lambda: (page := desk.get("/account/login/")) is not None and page.status_code == 200)

    desk.process.send_signal(signal.SIGINT)
    assert desk.process.wait(10) == 0
    assert desk.pids() == {}


def test_a_second_start_over_the_same_data_and_nothing_outlives_a_hard_kill(desk: Desk) -> None:
    desk.link()
    desk.rung("person", "add", "sam", "--email", "sam@example.com")
    desk.process.kill()
    desk.process.wait()
    eventually(lambda: desk.pids() == {})

    again = Desk(desk.data, desk.port)
    again.link()
    assert "sam  sam  agent" in again.rung("person", "list")
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(10) == 0
    assert again.pids() == {}


def test_it_uses_another_postgresql_and_leaves_that_running(tmp_path: Path, database_server: str) -> None:
    name = f"rung_up_{os.getpid()}"
    with psycopg.connect(database_server, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name)))
    desk = Desk(tmp_path / "desk", free_port(), DATABASE_URL=make_conninfo(database_server, dbname=name))
    desk.link()
    assert set(desk.pids()) == set(PARTS)
    assert "owner  Owner" in desk.rung("person", "list")
    desk.process.send_signal(signal.SIGINT)
    assert desk.process.wait(10) == 0
    assert not (desk.data / "pg").exists()
    with psycopg.connect(database_server, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("drop database {} with (force)").format(psycopg.sql.Identifier(name)))


def test_a_worker_of_the_web_server_that_is_killed_is_replaced(desk: Desk) -> None:
    desk.link()
    before = desk.pids()["web"]
    os.kill(max(before), signal.SIGKILL)
    eventually(lambda: len(set(desk.pids().get("web", [])) - set(before)) == 1)
    eventually(lambda: desk.get("/account/login/") is not None)
    assert min(before) in desk.pids()["web"]
