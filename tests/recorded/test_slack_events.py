"""Slack's own samples of events."""

import json

from rung.channels.slack.events import parsing
from rung.channels.slack.events.facts import Deleted, Nothing, Wrote
from tests.recorded.place import SLACK


def test_every_sample_event_of_slack_is_read_without_an_accident() -> None:
    samples = sorted((SLACK / "samples/json-logs/samples/events").glob("*.json"))
    assert len(samples) > 90
    read = {path.stem: parsing.read(json.loads(path.read_text())) for path in samples}
    assert isinstance(read["MessagePayload"], Wrote)
    assert isinstance(read["MessageDeletedPayload"], Deleted)
    assert isinstance(read["MessageChannelJoinPayload"], Nothing)
