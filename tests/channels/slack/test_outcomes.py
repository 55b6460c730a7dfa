"""Every way in which Slack refuses has one outcome; what may have worked is never simply repeated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from slack_sdk import WebClient

from rung.channels.slack.api.outcomes import DISCONNECTED, GONE, of_code, of_error
from rung.channels.slack.sentences import Said
from rung.outbox.ports import Later, Never, Outcome, Unclear
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.checks import known_errors
from tests.fakes.slack.model import Channel


class Place:
    def __init__(self) -> None:
        self.slack = FakeSlack()
        team = self.slack.team("Desk")
        self.channel: Channel = self.slack.channel(team, "triage")
        installation = self.slack.install(team, self.channel)
        token = self.slack.token_of(installation)
        self.client = WebClient(token, base_url=self.slack.api_url, retry_handlers=[], timeout=1)

    def post(self) -> Outcome | None:
        try:
            self.client.chat_postMessage(channel=self.channel.id, text="x")
        except Exception as error:  # noqa: BLE001 - whatever slack_sdk raises
            return of_error("chat.postMessage", error)
        return None


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.slack.close()


@pytest.mark.parametrize("code", ["is_archived", "channel_not_found", "not_in_channel", "msg_too_long"])
def test_what_a_person_must_mend_is_said_in_a_sentence(place: Place, code: str) -> None:
    place.slack.faults.error("chat.postMessage", code)
    outcome = place.post()
    assert isinstance(outcome, Never)
    assert str(outcome.reason).startswith("Slack: ")
    assert str(outcome.reason).endswith(".")


def test_too_many_calls_wait_as_long_as_slack_says(place: Place) -> None:
    place.slack.faults.rate_limited("chat.postMessage", retry_after=17)
    assert place.post() == Later(Said.TOO_MANY_CALLS(), timedelta(seconds=17))


@pytest.mark.parametrize("performed", [True, False])
def test_silence_is_unclear(place: Place, performed: bool) -> None:
    place.slack.faults.silence("chat.postMessage", performed=performed)
    assert isinstance(place.post(), Unclear)
    assert len(place.channel.messages) == int(performed)


def test_trouble_of_slacks_own_is_unclear(place: Place) -> None:
    place.slack.faults.server_error("chat.postMessage")
    assert isinstance(place.post(), Unclear)
    place.slack.faults.garbage("chat.postMessage")
    assert isinstance(place.post(), Unclear)
    place.slack.faults.error("chat.postMessage", "fatal_error")
    assert isinstance(place.post(), Unclear)
    place.slack.faults.slow("chat.postMessage", 1.5)
    assert isinstance(place.post(), Unclear)


def test_a_slack_that_cannot_be_reached_is_tried_later(place: Place) -> None:
    place.slack.close()
    assert isinstance(place.post(), Later)


def test_an_unclear_edit_is_repeated_because_that_does_no_harm() -> None:
    assert isinstance(of_code("chat.update", "internal_error"), Later)
    assert isinstance(of_code("chat.postMessage", "internal_error"), Unclear)


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "views.publish", "files.completeUploadExternal"])
def test_every_known_error_has_an_outcome(method: str) -> None:
    for code in known_errors(method):
        outcome = of_code(method, code)
        assert outcome is not None
        if code in GONE | DISCONNECTED:
            assert isinstance(outcome, Never)
