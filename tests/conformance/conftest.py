"""A desk with one more channel: a folder outside `rung/`, and a line in the settings."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.urls import clear_url_caches

from rung.config import urls
from rung.outbox import registry
from tests.conformance import pigeon
from tests.conformance.ledger import book
from tests.conformance.pigeon import loft

PIGEON, LEDGER = "tests.conformance.pigeon", "tests.conformance.ledger"


@pytest.fixture
def with_pigeon(settings: LazySettings) -> Iterator[None]:
    """As after a restart with the line; settings are read once by a process, so its addresses are built anew."""
    loft.empty()
    settings.CHANNELS = [*settings.CHANNELS, PIGEON]
    # `INSTALLED_APPS` holds `*CHANNELS`, which lets Django find its templates. The apps of a running process cannot be
    # changed (the queue of jobs takes its tasks once), so the templates are named here.
    templates = Path(pigeon.__path__[0]) / "templates"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [templates]}]
    _begin_anew()
    yield
    settings.CHANNELS = [each for each in settings.CHANNELS if each != PIGEON]
    _begin_anew()


@pytest.fixture
def with_ledger(settings: LazySettings) -> Iterator[None]:
    """A tracker is one folder and one line, too."""
    book.empty()
    settings.TRACKERS = [*settings.TRACKERS, LEDGER]
    _begin_anew()
    yield
    settings.TRACKERS = [each for each in settings.TRACKERS if each != LEDGER]
    _begin_anew()


def _begin_anew() -> None:
    registry.forget()
    importlib.reload(sys.modules[urls.__name__])
    clear_url_caches()
