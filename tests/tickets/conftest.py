"""A small desk: two customers, four agents, one policy."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from rung.people import clock


class HandCrank:
    """A clock that stands still until it is cranked."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def time() -> Iterator[HandCrank]:
    crank = HandCrank(datetime(2026, 11, 26, 9, 0, tzinfo=UTC))
    with clock.cranked(crank):
        yield crank
