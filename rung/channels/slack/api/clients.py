"""Clients for the Web API: one per workspace, without slack_sdk's own retries, its token renewed in time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from rung.channels.slack.api.outcomes import code_of
from rung.channels.slack.models import Workspace
from rung.people.vault import seal, unseal

TIMEOUT = 10  # seconds; a late answer is an unclear one
RENEW_BEFORE = timedelta(hours=1)


def web_client(token: str | None = None) -> WebClient:
    """A bare client. slack_sdk would repeat a post whose answer was lost; we look first."""
    return WebClient(token, base_url=settings.SLACK_API_URL, retry_handlers=[], timeout=TIMEOUT)


def client_of(workspace: Workspace, now: datetime) -> WebClient:
    """The client of a workspace. Raises what slack_sdk raises if a new token is needed and cannot be had."""
    if workspace.token_expires_at is not None and workspace.token_expires_at - now < RENEW_BEFORE:
        workspace = renewed(workspace, now)
    return web_client(unseal(workspace.token))


def renewed(workspace: Workspace, now: datetime) -> Workspace:
    """The workspace with a fresh token. A refresh token works once: the row is locked, and looked at again."""
    with transaction.atomic():
        locked = Workspace.objects.select_for_update().get(pk=workspace.pk)
        if locked.token_expires_at is None or locked.token_expires_at - now >= RENEW_BEFORE:
            return locked
        given = web_client().oauth_v2_access(
            client_id=locked.client_id,
            client_secret=unseal(locked.client_secret),
            grant_type="refresh_token",
            refresh_token=unseal(locked.refresh_token),
        )
        locked.token = seal(str(given["access_token"]))
        locked.refresh_token = seal(str(given["refresh_token"]))
        locked.token_expires_at = now + timedelta(seconds=int(given["expires_in"] or 0))
        locked.save(update_fields=["token", "refresh_token", "token_expires_at"])
        return locked


def is_error(error: SlackApiError, *codes: str) -> bool:
    return code_of(error) in codes
