"""What Slack's refusals mean for a delivery: one outcome each, with one sentence where a person must act."""

from __future__ import annotations

import re
from datetime import timedelta

from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.sentences import NEVER, Said
from rung.outbox.ports import Later, Never, Outcome, Unclear
from rung.outbox.sentences import Sentence

#: Calls that may be made twice without harm: an unclear one is simply repeated.
REPEATABLE = frozenset(
    {"chat.update", "chat.delete", "views.publish", "reactions.add", "reactions.remove", "conversations.open"}
)

#: Refused for now, and how long to wait where Slack does not say.
LATER = {
    "accesslimited": timedelta(minutes=5),
    "external_channel_migrating": timedelta(minutes=10),
    "message_limit_exceeded": timedelta(hours=1),
    "rate_limited": timedelta(seconds=30),
    "ratelimited": timedelta(seconds=30),
    "request_timeout": timedelta(seconds=10),
    "service_unavailable": timedelta(minutes=1),
    "team_added_to_org": timedelta(minutes=10),
    "token_expired": timedelta(seconds=1),  # the next try refreshes it
    "two_factor_setup_required": timedelta(hours=1),
}

#: Slack's documentation: "It's possible some aspect of the operation succeeded before the error was raised."
UNCLEAR = frozenset({"fatal_error", "internal_error"})

#: The message we would edit is gone or closed to us: it is posted anew.
GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive", "cant_delete_message"}
)

#: Longer than Slack takes, whatever its documentation says: said again in short, with a link to the rest.
TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long"})

#: The workspace itself has let us go: nothing will work there until a person connects it again.
DISCONNECTED = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_revoked", "team_not_found"})


_CODE = re.compile(r"[a-z0-9_]+")


def of_code(method: str, code: str) -> Outcome:
    """The outcome of a documented error. An unknown one is refused for good, with Slack's own word for it."""
    if code in UNCLEAR:
        return _unclear(method, Said.TROUBLE(code=code))
    if code in LATER:
        return Later(Said.NOT_NOW(code=code), LATER[code])
    if code in GONE:
        return Never(Said.UNCHANGEABLE(code=code))
    return Never(Sentence(f"slack.{code}") if code in NEVER else Said.REFUSED(code=code))


def of_error(method: str, error: Exception) -> Outcome:
    """The outcome of whatever a call of slack_sdk raised."""
    match error:
        case SlackApiError(response=response):
            status = getattr(response, "status_code", 200)
            if status == 429:
                return Later(Said.TOO_MANY_CALLS(), _retry_after(response.headers))
            code = code_of(error)
            if status >= 500 or not _CODE.fullmatch(code):
                return _unclear(method, Said.NO_SENSE(status_code=status))
            return of_code(method, code)
        case ConnectionRefusedError():
            return Later(Said.UNREACHABLE())
        case SlackClientError() | OSError() | ValueError():
            refused = isinstance(getattr(error, "reason", None), ConnectionRefusedError)
            if refused:
                return Later(Said.UNREACHABLE())
            return _unclear(method, Said.SILENT())
        case _:
            raise error


def code_of(error: Exception) -> str:
    """Slack's word for an error, or "" where it gave none."""
    response = getattr(error, "response", None)
    data = getattr(response, "data", response)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _retry_after(headers: object) -> timedelta:
    """Of the header `Retry-After`, in seconds; half a minute where it is missing or no number."""
    given = next((v for k, v in getattr(headers, "items", dict)() if k.lower() == "retry-after"), "30")
    value = given[0] if isinstance(given, list) else given
    return timedelta(seconds=int(value) if str(value).isdigit() else 30)


def _unclear(method: str, reason: Sentence) -> Outcome:
    return Later(reason, timedelta(seconds=15)) if method in REPEATABLE else Unclear(reason)
