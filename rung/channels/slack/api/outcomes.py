"""What Slack's refusals mean for a delivery: one outcome each, with one sentence where a person must act."""

from __future__ import annotations

import re
from datetime import timedelta

from slack_sdk.errors import SlackApiError, SlackClientError

from rung.core.sentences import key
from rung.outbox.ports import Later, Never, Outcome, Unclear

#: Calls that may be made twice without harm: an unclear one is simply repeated.
REPEATABLE = frozenset(
    {"chat.update", "chat.delete", "views.publish", "reactions.add", "reactions.remove", "conversations.open"}
)

#: Refused for good; the sentence says who can mend it.
NEVER = {
    "account_inactive": key("Slack: the app was switched off or its bot deactivated; connect the workspace again."),
    "app_missing_action_url": key("Slack: the app has no interactivity address; update it from the manifest."),
    "cannot_dm_bot": key("Slack: a bot cannot be written to."),
    "cant_post_message": key("Slack: the app may not post there."),
    "channel_not_found": key("Slack: there is no such channel, or the app is not in it; invite it with /invite."),
    "duplicate_external_id": key("Slack: this view was opened already."),
    "ekm_access_denied": key("Slack: the workspace's administrators have suspended posting."),
    "enterprise_is_restricted": key("Slack: the app may not be used in this organisation."),
    "invalid_auth": key("Slack: the token is not valid any more; connect the workspace again."),
    "invalid_blocks": key("Slack: it refused our blocks; this is a mistake of Rung, please report it."),
    "invalid_blocks_format": key("Slack: it refused our blocks; this is a mistake of Rung, please report it."),
    "is_archived": key("Slack: the channel is archived; unarchive it or name another one in the policy."),
    "is_inactive": key("Slack: the channel is frozen."),
    "messages_tab_disabled": key("Slack: direct messages to the app are off; update it from the manifest."),
    "missing_scope": key("Slack: the app lacks a permission; update it from the manifest and install it again."),
    "msg_blocks_too_long": key("Slack: the message is too long."),
    "msg_too_long": key("Slack: the message is too long."),
    "no_permission": key("Slack: the app may not do that in this workspace."),
    "no_text": key("Slack: there is nothing to say."),
    "not_allowed_token_type": key("Slack: this is not a bot's token; connect the workspace again."),
    "not_authed": key("Slack: no token is stored for this workspace; connect it again."),
    "not_in_channel": key("Slack: the app is not in the channel; invite it with /invite."),
    "org_login_required": key("Slack: the workspace is being moved into an organisation."),
    "posting_to_channel_denied": key("Slack: the app may not post in that channel."),
    "posting_to_general_channel_denied": key("Slack: the app may not post in the workspace's general channel."),
    "restricted_action": key("Slack: a rule of the workspace forbids the app to post there."),
    "restricted_action_non_threadable_channel": key("Slack: nobody may answer in threads of that channel."),
    "restricted_action_read_only_channel": key("Slack: the channel is read-only."),
    "restricted_action_thread_locked": key("Slack: the thread is locked."),
    "restricted_action_thread_only_channel": key("Slack: only answers in threads are allowed in that channel."),
    "team_access_not_granted": key("Slack: the app has no access to that workspace; install it there."),
    "team_not_found": key("Slack: there is no such workspace any more."),
    "token_revoked": key("Slack: the token was revoked; connect the workspace again."),
    "user_disabled": key("Slack: the person's account is deactivated."),
    "user_is_bot": key("Slack: a bot cannot be written to."),
    "user_not_found": key("Slack: there is no such person in the workspace."),
}  # fmt: skip

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
        return _unclear(method, f"Slack had trouble of its own ({code}).")
    if code in LATER:
        return Later(f"Slack: not now ({code}).", LATER[code])
    if code in GONE:
        return Never(f"Slack: the message cannot be changed any more ({code}).")
    return Never(NEVER.get(code, f"Slack refused it: {code}."))


def of_error(method: str, error: Exception) -> Outcome:
    """The outcome of whatever a call of slack_sdk raised."""
    match error:
        case SlackApiError(response=response):
            status = getattr(response, "status_code", 200)
            if status == 429:
                return Later("Slack: too many calls.", _retry_after(response.headers))
            code = code_of(error)
            if status >= 500 or not _CODE.fullmatch(code):
                return _unclear(method, f"Slack answered {status}, but not with an answer.")
            return of_code(method, code)
        case ConnectionRefusedError():
            return Later("Slack cannot be reached.")
        case SlackClientError() | OSError() | ValueError():
            refused = isinstance(getattr(error, "reason", None), ConnectionRefusedError)
            if refused:
                return Later("Slack cannot be reached.")
            return _unclear(method, "Slack gave no answer.")
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


def _unclear(method: str, reason: str) -> Outcome:
    return Later(reason, timedelta(seconds=15)) if method in REPEATABLE else Unclear(reason)
