"""Stories that happen in Slack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from tests.stories.slack.world import SlackWorld, slack_world


@pytest.fixture
def world(transactional_db: None, settings: LazySettings) -> Iterator[SlackWorld]:
    with slack_world(settings) as made:
        yield made
