"""How the fake says no: an error of Slack's own vocabulary, or a mistake of the test itself."""

from __future__ import annotations

from typing import Any


class SlackError(Exception):
    """`{"ok": false, "error": code, **extra}` for the caller of a Web API method."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


class ImpossibleError(AssertionError):
    """The test asked for something that no person could do in Slack, such as pressing a button that is not there."""
