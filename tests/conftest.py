"""One PostgreSQL for the whole run: DATABASE_URL's, else an embedded one, started when the first test asks for it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from hypothesis import settings as examples

from rung.config.embedded import Embedded
from rung.config.settings import _database
from tests.recorded.place import MISSING

SHARED = "RUNG_TEST_DATABASE"

# The same examples in every run, so that a red run is red again; RUNG_FUZZ=1 draws new ones.
examples.register_profile("rung", deadline=None, derandomize=not os.environ.get("RUNG_FUZZ"))
examples.load_profile("rung")

pytest.register_assert_rewrite("tests.stories.judging", "tests.stories.site")

# Recordings of third parties are no part of this repository: the tests over them are collected where they lie beside.
collect_ignore = ["recorded"] if MISSING else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was not collected."""
    if collect_ignore:
        terminalreporter.write_line(f"tests/recorded is left out; missing: {', '.join(map(str, MISSING))}")


def pytest_configure(config: pytest.Config) -> None:
    """Under xdist the controller starts the server, for all its workers."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        started = _Throwaway()
        os.environ[SHARED] = started.url
        config.add_cleanup(started.stop)


# Answers go out at once, except where a test is about undoing them. Processes that tests start read the environment.
os.environ.setdefault("MAIL_UNDO_SECONDS", "0")


@pytest.fixture(autouse=True)
def answers_go_out_at_once(settings: Any) -> None:
    """Time is cranked by hand in tests."""
    settings.MAIL_UNDO_SECONDS = 0


@pytest.fixture(autouse=True)
def policies_read_anew() -> None:
    """Versions are numbered anew with each test's database; what a process remembers of them must not outlive it."""
    from rung.policies.versions import compiled

    compiled.cache_clear()


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """The address of a server whose role may make databases."""
    if url := os.environ.get(SHARED) or os.environ.get("DATABASE_URL"):
        yield url
        return
    started = _Throwaway()
    yield started.url
    started.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_server: str, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Point Django at it."""
    connections["default"].settings_dict.update(
        {key: value for key, value in _database(database_server).items() if key in {"USER", "PASSWORD", "HOST", "PORT"}}
    )


class _Throwaway:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rung-"))
        self.server = Embedded(self.folder, throwaway=True)
        self.server.start()
        self.url = self.server.url

    def stop(self) -> None:
        self.server.stop()
        shutil.rmtree(self.folder)
