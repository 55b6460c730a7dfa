"""Connecting a workspace: the tokens are tried, what Slack says of them is kept, its channels are listed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from msgspec import Struct
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api.clients import client_of, web_client
from rung.channels.slack.api.outcomes import code_of
from rung.channels.slack.connection import channel_changes as channels
from rung.channels.slack.connection import signature
from rung.channels.slack.connection.manifest import missing_scopes
from rung.channels.slack.models import SlackChannel, Workspace
from rung.channels.slack.sentences import NEVER
from rung.core import actors
from rung.core.actors import Actor
from rung.core.sentences import say
from rung.outbox import readdress, registry
from rung.people import changes
from rung.people.vault import seal

#: What a call may raise that is Slack's or the network's fault.
TROUBLE = (SlackApiError, SlackClientError, OSError)
TOKEN_LIVES = timedelta(hours=12)


class Secrets(Struct, frozen=True, kw_only=True):
    """What api.slack.com shows of the app. With token rotation also a refresh token, the client's id and its secret."""

    token: str
    signing_secret: str = ""
    app_token: str = ""
    refresh_token: str = ""
    client_id: str = ""
    client_secret: str = ""
    #: Seconds for which the token is good, and the app's id, where Slack has said so.
    expires_in: int = 0
    app: str = ""


class Connected(Struct, frozen=True):
    """`missing`: permissions the app lacks, with what each is for."""

    workspace: Workspace
    channels: int
    missing: dict[str, str]


class NotConnected(Struct, frozen=True):
    """One sentence on what to mend."""

    why: str


def connect(secrets: Secrets, now: datetime, *, by: Actor = actors.SYSTEM) -> Connected | NotConnected:
    """Try the tokens and keep them; a workspace that was connected before keeps its channels and is switched on.

    `by`: who does it, as events name people; it is written into the log of changes."""
    if problem := _mistaken(secrets):
        return NotConnected(problem)
    try:
        told = web_client(secrets.token).auth_test()
        teams = _teams_of(secrets.token) if told.get("is_enterprise_install") else []
        if secrets.app_token:
            web_client(secrets.app_token).apps_connections_open(app_token=secrets.app_token)
    except SlackApiError as refused:
        code = code_of(refused)
        return NotConnected(say(NEVER[code]) if code in NEVER else say("Slack refused the token: %(code)s.", code=code))
    except (SlackClientError, OSError):
        return NotConnected(say("Slack cannot be reached from here; check the network or the proxy."))
    scopes, is_org_wide = scopes_of(dict(told.headers)), bool(told.get("is_enterprise_install"))
    facts = {"teams": teams, "scopes": sorted(scopes), **_identity(told.data), **_sealed(secrets, now)}
    team = str(told["enterprise_id"] if is_org_wide else told["team_id"])
    with transaction.atomic():
        known = Workspace.objects.filter(team=team).first()
        before = changes.facts_of(known) if known else None
        workspace, _ = Workspace.objects.update_or_create(
            team=team, defaults=facts, create_defaults={**facts, "connected_at": now}
        )
        changes.note("connected", workspace, by=by, before=before)
    signature.secrets.read()
    registry.forget()
    found = Connected(workspace, _list_channels(workspace, now), missing_scopes(scopes))
    readdress.cards(now)
    return found


def _identity(told: Any) -> dict[str, object]:
    """Who we are there, by `auth.test`."""
    return {
        "name": str(told["team"]),
        "domain": str(told.get("url") or ""),
        "enterprise": str(told.get("enterprise_id") or ""),
        "is_org_wide": bool(told.get("is_enterprise_install")),
        "bot_user": str(told["user_id"]),
        "bot": str(told.get("bot_id") or ""),
    }


def _sealed(secrets: Secrets, now: datetime) -> dict[str, object]:
    return {
        "token": seal(secrets.token),
        "signing_secret": seal(secrets.signing_secret),
        "app_token": seal(secrets.app_token),
        "refresh_token": seal(secrets.refresh_token),
        "client_id": secrets.client_id,
        "client_secret": seal(secrets.client_secret),
        "token_expires_at": _expiry(secrets, now),
        "active": True,
        "off_why": None,
        **({"app": secrets.app} if secrets.app else {}),
    }


def _expiry(secrets: Secrets, now: datetime) -> datetime | None:
    """Only tokens that are renewed expire."""
    if not secrets.refresh_token:
        return None
    return now + (timedelta(seconds=secrets.expires_in) if secrets.expires_in else TOKEN_LIVES)


def _teams_of(token: str) -> list[str]:
    """The workspaces an organisation lets the app into. Raises what slack_sdk raises."""
    client, cursor, found = web_client(token), "", []
    while True:
        more: dict[str, Any] = {"cursor": cursor} if cursor else {}
        page = client.auth_teams_list(limit=100, **more)
        found += [str(team["id"]) for team in page["teams"] or []]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return found


def _mistaken(secrets: Secrets) -> str:
    """What is plainly the wrong thing in the wrong field."""
    if not secrets.token.startswith(("xoxb-", "xoxe.xoxb-")):
        return say('The bot token begins with "xoxb-"; it stands under "OAuth & Permissions".')
    if not secrets.signing_secret and not secrets.app_token:
        return say("Give the signing secret (for HTTP) or an app-level token (for Socket Mode).")
    if secrets.app_token and not secrets.app_token.startswith("xapp-"):
        return say('The app-level token begins with "xapp-"; it stands under "Basic Information".')
    rotation = (secrets.refresh_token, secrets.client_id, secrets.client_secret)
    if any(rotation) and not all(rotation):
        return say("With token rotation the refresh token, the client id and the client secret are all needed.")
    return ""


def scopes_of(headers: dict[str, object]) -> frozenset[str]:
    """What the token may do, as every answer of Slack says in a header."""
    given = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    text = given[0] if isinstance(given, list) and given else given
    return frozenset(part.strip() for part in str(text).split(",") if part.strip())


def _list_channels(workspace: Workspace, now: datetime) -> int:
    """Without the permission to list them, channels are learned one by one as the app is invited."""
    try:
        return len(channels.refresh_all(workspace, now))
    except TROUBLE:
        return workspace.channels.count()


def watch(channel: SlackChannel, now: datetime, *, by: Actor = actors.SYSTEM, **choices: object) -> str:
    """Let customers write there: the app joins it. Empty, or one sentence on what a person must do."""
    before = changes.facts_of(channel)
    for name, value in {"watched": True, **choices}.items():
        setattr(channel, name, value)
    if not channel.read_to:
        channel.read_to = f"{now.timestamp():.6f}"  # what was said before is not ours to answer
    channel.save()
    changes.note("changed", channel, by=by, before=before)
    if channel.is_member:
        return ""
    try:
        joined = client_of(channel.workspace, now).conversations_join(channel=channel.channel)
        channels.keep(channel.workspace, joined["channel"] or {})
    except SlackApiError:
        return say("Invite the app to #%(channel)s: write /invite there.", channel=channel.name)
    except (SlackClientError, OSError):
        return say("Slack cannot be reached from here; check the network or the proxy.")
    return ""
