"""The app's manifest: all a workspace's owner has to paste to make the app that this desk needs."""

from __future__ import annotations

import json
from typing import Any

#: What each permission is for. `rung doctor` names the missing ones with these words.
SCOPES = {
    "app_mentions:read": "hears when somebody mentions it",
    "channels:history": "reads watched public channels",
    "channels:join": "joins channels that are to be watched",
    "channels:read": "knows the names of channels and who is in them",
    "chat:write": "posts cards, answers and direct messages",
    "chat:write.customize": "answers under the agent's name",
    "commands": "offers /ticket, /desk and the message shortcuts",
    "files:read": "takes over files that customers attach",
    "files:write": "sends files to customers",
    "groups:history": "reads watched private channels",
    "groups:read": "knows private channels it was invited to",
    "im:history": "reads direct messages to it",
    "im:read": "knows its direct messages",
    "im:write": "writes direct messages",
    "mpim:history": "reads group messages it is in",
    "mpim:read": "knows group messages it is in",
    "reactions:read": "opens a ticket on the chosen emoji",
    "reactions:write": "marks what was passed on to a customer",
    "team:read": "knows the workspace's name",
    "usergroups:read": "knows who is in a group of agents",
    "users:read": "tells agents from customers",
    "users:read.email": "finds an agent by their address",
}

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
    "subteam_members_changed",
    "subteam_updated",
    "tokens_revoked",
    "user_change",
)

#: Where Slack sends a person back to who installed the app by the button.
INSTALLED_PATH = "/inboxes/slack/installed"
#: Only an installation for a whole organisation is told.
ORGANISATION_EVENTS = ("team_access_granted", "team_access_revoked")
EVENTS_PATH, INTERACTIVE_PATH, COMMANDS_PATH = "/slack/events", "/slack/interactive", "/slack/commands"
OPEN_TICKET, ADD_NOTE, SEND_ANSWER = "open_ticket", "add_note", "send_answer"


def manifest(
    name: str, url: str, *, socket_mode: bool = False, rotate_tokens: bool = False, organisation: bool = False
) -> dict[str, Any]:
    """The manifest of an app called `name` for the desk at `url` (https, not needed in Socket Mode).

    `organisation`: one that a whole organisation on Enterprise Grid may install at once.
    """
    base = url.rstrip("/")
    events = sorted({*EVENTS, *(ORGANISATION_EVENTS if organisation else ())})
    found: dict[str, Any] = {
        "display_information": {
            "name": name[:35],
            "description": "Requests become tickets, and nobody is forgotten.",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name[:35], "always_online": True},
            "shortcuts": [
                _shortcut("Open a ticket", OPEN_TICKET, "Make a ticket of this message"),
                _shortcut("Send to the customer", SEND_ANSWER, "Answer the customer with this message"),
                _shortcut("Add to ticket as note", ADD_NOTE, "Keep this message with its ticket, inside"),
            ],
            "slash_commands": [
                _command(
                    "/ticket", "Open a ticket, or ask how one stands", "[what is wrong] or [#number]", base, socket_mode
                ),
                _command("/desk", "What needs attention now", "", base, socket_mode),
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": events},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": organisation,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": rotate_tokens,
        },
    }
    if not socket_mode:
        found["oauth_config"]["redirect_urls"] = [base + INSTALLED_PATH]
        found["settings"]["event_subscriptions"]["request_url"] = base + EVENTS_PATH
        found["settings"]["interactivity"]["request_url"] = base + INTERACTIVE_PATH
        found["settings"]["interactivity"]["message_menu_options_url"] = base + INTERACTIVE_PATH
    return found


def as_text(found: dict[str, Any]) -> str:
    """The manifest as JSON, as api.slack.com takes it."""
    return json.dumps(found, indent=2)


def missing_scopes(granted: frozenset[str]) -> dict[str, str]:
    """The permissions an installation lacks, with what each is for."""
    return {name: purpose for name, purpose in SCOPES.items() if name not in granted}


def _shortcut(name: str, callback: str, description: str) -> dict[str, str]:
    return {"name": name, "type": "message", "callback_id": callback, "description": description}


def _command(command: str, description: str, hint: str, base: str, socket_mode: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"command": command, "description": description, "should_escape": True}
    if hint:
        made["usage_hint"] = hint
    return made if socket_mode else made | {"url": base + COMMANDS_PATH}
