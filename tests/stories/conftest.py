"""Stories run over a real database, with real transactions."""

from collections.abc import Iterator

import pytest

from tests.world import World, desk


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        yield world
