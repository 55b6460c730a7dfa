"""A real export of Slack is read whole."""

from collections import Counter

from tests.intake.test_presets import read_export
from tests.recorded.place import CHAT


def test_a_real_archive_of_slack_is_read_whole() -> None:
    """52 messages of people, none in a thread; the 94 of bots nobody answered, comings and goings make no ticket."""
    histories, rejected = read_export(CHAT / "slack_export_viewer_testarchive.zip", "slack")
    assert rejected == {}
    assert Counter(type(event).__name__ for each in histories for event in each.events) == {"Opened": 52}
    assert {each.events[0].channel for each in histories} == {"#enrique", "#traveling-sailor"}
