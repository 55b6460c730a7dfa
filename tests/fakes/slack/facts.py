"""What Slack's Web API takes and answers, as far as Rung relies on it.

Written by hand from docs.slack.dev/reference/methods. The fake refuses an argument or an error
that is not here. A new one is added after reading Slack's page about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "flag", "number", "list", "object"]


@dataclass(frozen=True)
class Facts:
    """One method. `a_minute`: calls its tier promises a workspace, None where Slack names no figure.
    `scopes`: the bot's token needs one of them; empty: none."""

    required: Mapping[str, Kind]
    optional: Mapping[str, Kind]
    a_minute: int | None
    scopes: frozenset[str]
    errors: frozenset[str]

    @property
    def arguments(self) -> Mapping[str, Kind]:
        return {**self.required, **self.optional}


def _facts(required: str = "", optional: str = "", *, tier: int | None, scopes: str = "", errors: str = "") -> Facts:
    """`channel blocks:list`: names, each with its kind where that is not text."""
    return Facts(
        _kinds(required),
        _kinds(optional),
        {1: 1, 2: 20, 3: 50, 4: 100, None: None}[tier],
        frozenset(scopes.split()),
        frozenset(errors.split()),
    )


def _kinds(words: str) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for word in words.split():
        name, _, kind = word.partition(":")
        found[name] = kind or "text"  # type: ignore[assignment]
    return found


_SEE_CHANNELS = "channels:read groups:read im:read mpim:read"
_READ_CHANNELS = "channels:history groups:history im:history mpim:history"
_TRIGGERS = "exchanged_trigger_id expired_trigger_id invalid_trigger_id"
_RESTRICTED = (
    "restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel"
    " restricted_action_thread_locked restricted_action_thread_only_channel"
)

METHODS: dict[str, Facts] = {
    "apps.connections.open": _facts(tier=3),
    "auth.teams.list": _facts("", "limit:number cursor", tier=2, errors="invalid_cursor"),
    "auth.test": _facts(tier=None),
    "chat.delete": _facts(
        "channel ts", tier=3, scopes="chat:write", errors="cant_delete_message channel_not_found message_not_found"
    ),
    "chat.postEphemeral": _facts(
        "channel user",
        "text blocks:list thread_ts",
        tier=4,
        scopes="chat:write",
        errors="invalid_blocks invalid_blocks_format no_text not_in_channel user_not_in_channel",
    ),
    "chat.postMessage": _facts(
        "channel",
        "text blocks:list thread_ts reply_broadcast:flag metadata:object username icon_url link_names:flag"
        " unfurl_links:flag unfurl_media:flag",
        tier=None,
        scopes="chat:write",
        errors="invalid_blocks invalid_blocks_format invalid_metadata_format message_limit_exceeded"
        " messages_tab_disabled metadata_too_large msg_blocks_too_long no_text not_in_channel rate_limited"
        f" team_not_found {_RESTRICTED}",
    ),
    "chat.update": _facts(
        "channel ts",
        "text blocks:list metadata:object link_names:flag",
        tier=3,
        scopes="chat:write",
        errors="cant_update_message edit_window_closed invalid_blocks invalid_blocks_format invalid_metadata_format"
        " is_inactive message_not_found metadata_too_large no_text",
    ),
    "conversations.history": _facts(
        "channel",
        "oldest latest inclusive:flag include_all_metadata:flag limit:number cursor",
        tier=3,
        scopes=_READ_CHANNELS,
        errors="invalid_cursor not_in_channel",
    ),
    "conversations.info": _facts("channel", tier=3, scopes=_SEE_CHANNELS),
    "conversations.join": _facts(
        "channel", tier=3, scopes="channels:join", errors="method_not_supported_for_channel_type"
    ),
    "conversations.list": _facts(
        "",
        "types exclude_archived:flag team_id limit:number cursor",
        tier=2,
        scopes=_SEE_CHANNELS,
        errors="invalid_cursor missing_argument",
    ),
    "conversations.members": _facts(
        "channel", "limit:number cursor", tier=4, scopes=_SEE_CHANNELS, errors="invalid_cursor"
    ),
    "conversations.replies": _facts(
        "channel ts",
        "oldest latest inclusive:flag include_all_metadata:flag limit:number cursor",
        tier=3,
        scopes=_READ_CHANNELS,
        errors="invalid_cursor thread_not_found",
    ),
    "files.completeUploadExternal": _facts(
        "files:list", "channel_id thread_ts initial_comment", tier=4, scopes="files:write", errors="file_not_found"
    ),
    "files.getUploadURLExternal": _facts("filename length:number", tier=4, scopes="files:write"),
    "files.info": _facts("file", tier=4, scopes="files:read", errors="file_not_found"),
    "oauth.v2.access": _facts(
        "",
        "client_id client_secret code grant_type redirect_uri refresh_token",
        tier=None,
        errors="bad_client_secret bad_redirect_uri invalid_client_id invalid_code invalid_refresh_token",
    ),
    "reactions.add": _facts(
        "channel name timestamp", tier=3, scopes="reactions:write", errors="already_reacted message_not_found"
    ),
    "usergroups.list": _facts("", "team_id", tier=2, scopes="usergroups:read", errors="missing_argument"),
    "usergroups.users.list": _facts("usergroup", "team_id", tier=2, scopes="usergroups:read", errors="no_such_subteam"),
    "users.conversations": _facts(
        "",
        "user types exclude_archived:flag team_id limit:number cursor",
        tier=3,
        scopes=_SEE_CHANNELS,
        errors="invalid_cursor missing_argument",
    ),
    "users.info": _facts("user", tier=4, scopes="users:read", errors="user_not_visible"),
    "users.list": _facts("", "team_id limit:number cursor", tier=2, scopes="users:read", errors="invalid_cursor"),
    "views.open": _facts(
        "view:object", "trigger_id", tier=4, errors=f"duplicate_external_id view_too_large {_TRIGGERS}"
    ),
    "views.publish": _facts("user_id view:object", "hash", tier=4, errors="hash_conflict view_too_large"),
    "views.update": _facts(
        "view:object", "view_id external_id hash", tier=4, errors="hash_conflict not_found view_too_large"
    ),
}

#: Taken by every method: the token in the body, and the workspace, which Bolt sends along.
ANYWHERE = frozenset({"token", "team_id"})

#: What any method may answer, whatever its page lists.
COMMON_ERRORS = frozenset(
    [
        "access_denied",
        "account_inactive",
        "channel_not_found",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "fatal_error",
        "internal_error",
        "invalid_arguments",
        "invalid_auth",
        "invalid_form_data",
        "invalid_json",
        "is_archived",
        "missing_scope",
        "msg_too_long",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_access_not_granted",
        "team_added_to_org",
        "token_expired",
        "token_revoked",
        "unknown_method",
        "user_not_found",
    ]
)
