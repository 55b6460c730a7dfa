"""A workspace has let us go: nothing is sent there any more, and the desk's owners hear why, by another way."""

from __future__ import annotations

from datetime import datetime

from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api.clients import client_of
from rung.channels.slack.api.outcomes import DISCONNECTED, code_of, of_error
from rung.channels.slack.connection import owner_notices
from rung.channels.slack.events import catch_up
from rung.channels.slack.models import PersonSeen, Workspace
from rung.channels.slack.sentences import Said
from rung.outbox.ports import Never
from rung.outbox.sentences import Sentence, english


def switch_off(team: str, why: Sentence, now: datetime) -> None:
    """Once: a workspace that is off already stays as it is."""
    if not Workspace.objects.filter(team=team, active=True).update(active=False, off_why=why):
        return
    name = Workspace.objects.get(team=team).name
    words = f"{english(why)} Nothing is lost: what was to be said there waits in the app."
    owner_notices.tell(Said.SWITCHED_OFF(workspace=name), words, key=f"slack-off/{now.isoformat()}", now=now)


def look(now: datetime) -> None:
    """Ask each workspace whether it still knows us: where only customers write, nothing else would notice. One that
    has moved into an organisation says so here, too."""
    for workspace in Workspace.objects.filter(active=True):
        try:
            told = client_of(workspace, now).auth_test()
            _belongs_to(workspace, str(told.get("enterprise_id") or ""))
        except (SlackApiError, SlackClientError, OSError) as error:
            outcome = of_error("auth.test", error)
            if code_of(error) in DISCONNECTED and isinstance(outcome, Never):
                switch_off(workspace.team, outcome.reason, now)


def _belongs_to(workspace: Workspace, enterprise: str) -> None:
    """Moved into an organisation, its people have other names too: each is asked about again when next heard of."""
    if enterprise == workspace.enterprise or workspace.is_org_wide:
        return
    Workspace.objects.filter(pk=workspace.pk).update(enterprise=enterprise)
    PersonSeen.objects.filter(workspace=workspace).delete()
    catch_up.wanted.set()
