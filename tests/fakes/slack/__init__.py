"""A Slack that is not there: a real HTTP server with state, strict about everything the real one refuses."""

from tests.fakes.slack.errors import SlackError
from tests.fakes.slack.fake import FakeSlack

__all__ = ["FakeSlack", "SlackError"]
