"""Add to Slack: out to Slack's page of permissions, and back with a code and the word that was given along."""

import secrets
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from rung.channels.slack.connection import oauth_install
from rung.channels.slack.connection.connect import Connected, NotConnected
from rung.channels.slack.models import Application
from rung.frame import guide
from rung.frame.access import actor_of, needs
from rung.people.clock import database_now
from rung.people.models import Role

STATE, BACK, GOOD_FOR = "slack_install", "slack_install_back", timedelta(minutes=10)


@require_GET
@needs(Role.OWNER)
def begin(request: HttpRequest) -> HttpResponse:
    """Remember in this browser that it asked, and send it to Slack."""
    application = Application.objects.filter(pk=1).first()
    if application is None:
        messages.error(request, _("Give the app's client ID and secrets first."))
        return redirect("slack")
    state = secrets.token_urlsafe(24)
    request.session[STATE] = [state, database_now().isoformat()]
    request.session[BACK] = "guide" if request.GET.get("back") == "guide" else ""
    return redirect(oauth_install.authorize_address(application, state))


@require_GET
@needs(Role.OWNER)
def back(request: HttpRequest) -> HttpResponse:
    """Only the person who started here, within ten minutes and once, may bring a code."""
    now, leads = database_now(), request.session.pop(BACK, "")
    where = guide.address_of("slack") if leads == "guide" else "slack"
    if not _set_out_from_here(request, now):
        messages.error(request, _("That did not begin here, or took too long; press “Add to Slack” again."))
        return redirect(where)
    refused = request.GET.get("error", "")
    if refused:
        say(request, NotConnected(oauth_install.why(refused)))
    else:
        say(request, oauth_install.install(request.GET.get("code", ""), now, by=actor_of(request)))
    return redirect(where)


def say(request: HttpRequest, done: Connected | NotConnected) -> None:
    """What came of connecting, and which permissions are missing."""
    if isinstance(done, NotConnected):
        messages.error(request, done.why)
        return
    told = _("%(name)s is connected; the app sees %(count)d channels.")
    messages.success(request, told % {"name": done.workspace.name, "count": done.channels})
    for scope, purpose in done.missing.items():
        messages.warning(request, f"{scope}: {purpose}")


def _set_out_from_here(request: HttpRequest, now: datetime) -> bool:
    given = request.session.pop(STATE, None)
    if given is None:
        return False
    state, at = given
    fresh = now - datetime.fromisoformat(at) <= GOOD_FOR
    return fresh and constant_time_compare(request.GET.get("state", ""), state)
