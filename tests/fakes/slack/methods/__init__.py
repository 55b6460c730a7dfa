"""The Web API methods the fake performs, by name."""

from tests.fakes.slack.methods import auth, chat, conversations, files, people, reactions, views
from tests.fakes.slack.methods.registry import METHODS, Call

__all__ = ["METHODS", "Call", "auth", "chat", "conversations", "files", "people", "reactions", "views"]
