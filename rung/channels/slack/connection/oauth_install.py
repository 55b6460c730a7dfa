"""Installing the app by a button: Slack asks the person, and gives the tokens for the code they come back with."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.oauth import AuthorizeUrlGenerator

from rung.channels.slack.api.clients import web_client
from rung.channels.slack.api.outcomes import code_of
from rung.channels.slack.connection import connect
from rung.channels.slack.connection.connect import Connected, NotConnected, Secrets
from rung.channels.slack.connection.manifest import INSTALLED_PATH, SCOPES
from rung.channels.slack.models import Application
from rung.core.actors import Actor
from rung.people import changes
from rung.people.vault import seal, unseal

#: What Slack says of a code or of the app, and what a person can do.
WHY = {
    "access_denied": "Nobody allowed the app in; press “Add to Slack” again.",
    "bad_client_secret": "The client secret is not the app's; copy it anew from “Basic Information”.",
    "bad_redirect_uri": "The app does not know this desk's address; update it from the manifest.",
    "code_already_used": "That was done already; press “Add to Slack” again.",
    "invalid_client_id": "There is no app with this client ID; copy it anew from “Basic Information”.",
    "invalid_code": "That took too long, or was done already; press “Add to Slack” again.",
}


def keep_application(client_id: str, client_secret: str, signing_secret: str, *, by: Actor) -> str:
    """Keep what the button needs, as `by` gave it. Empty, or one sentence on what is missing."""
    if not client_id or not client_secret or not signing_secret:
        return "The client ID, the client secret and the signing secret are all needed."
    sealed = {"client_secret": seal(client_secret), "signing_secret": seal(signing_secret)}
    known = Application.objects.filter(pk=1).first()
    before = changes.facts_of(known) if known else None
    kept, _ = Application.objects.update_or_create(pk=1, defaults={"client_id": client_id, **sealed})
    changes.note("gave another secret to" if known else "added", kept, by=by, before=before)
    return ""


def redirect_address() -> str:
    return settings.BASE_URL.rstrip("/") + INSTALLED_PATH


def authorize_address(application: Application, state: str) -> str:
    """Where the person is sent. `state` comes back with them, and must be the one that was given out."""
    page = settings.SLACK_API_URL.rstrip("/").removesuffix("api") + "oauth/v2/authorize"
    asked = AuthorizeUrlGenerator(
        client_id=application.client_id,
        scopes=sorted(SCOPES),
        redirect_uri=redirect_address(),
        authorization_url=page,
    )
    return asked.generate(state)


def install(code: str, now: datetime, *, by: Actor) -> Connected | NotConnected:
    """Change the code, which works once, for the tokens of the workspace or organisation, and keep them."""
    application = Application.objects.filter(pk=1).first()
    if application is None:
        return NotConnected("Give the app's client ID and secrets first.")
    secret = unseal(application.client_secret)
    try:
        given = web_client().oauth_v2_access(
            client_id=application.client_id, client_secret=secret, code=code, redirect_uri=redirect_address()
        )
    except SlackApiError as refused:
        return NotConnected(why(code_of(refused)))
    except (SlackClientError, OSError):
        return NotConnected("Slack cannot be reached from here; check the network or the proxy.")
    rotates = bool(given.get("refresh_token"))
    return connect.connect(
        Secrets(
            token=str(given["access_token"]),
            signing_secret=unseal(application.signing_secret),
            refresh_token=str(given.get("refresh_token") or ""),
            client_id=application.client_id if rotates else "",
            client_secret=secret if rotates else "",
            expires_in=int(given.get("expires_in") or 0),
            app=str(given.get("app_id") or ""),
        ),
        now,
        by=by,
    )


def why(code: str) -> str:
    """A refusal of Slack's as a sentence."""
    return WHY.get(code, f"Slack refused: {code}.")
