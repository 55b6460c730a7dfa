"""Connecting Slack: the app's manifest, its tokens, and the channels customers write in."""

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rung.channels.slack.api import members
from rung.channels.slack.connection import channel_changes, connect, oauth_install
from rung.channels.slack.connection.connect import Secrets
from rung.channels.slack.models import Colleagues, SlackChannel, Workspace
from rung.channels.slack.pages.install import say
from rung.channels.slack.pages.parts import context_of, publish_places
from rung.frame import guide
from rung.frame.access import actor_of, needs
from rung.frame.fields import number_in
from rung.people import changes
from rung.people.clock import database_now
from rung.people.models import Customer, Role

SECRETS = ("token", "signing_secret", "app_token", "refresh_token", "client_id", "client_secret")


@require_http_methods(["GET", "POST"])
@needs(Role.OWNER)
def slack(request: HttpRequest) -> HttpResponse:
    """What is connected and what is not; each form says what it does in `do`."""
    if request.method == "POST":
        _FORMS.get(request.POST.get("do", ""), _nothing)(request)
        return redirect(guide.address_of("slack") if guide.is_from_guide(request) else "slack")
    return render(request, "slack/page.html", context_of(request))


def _connect(request: HttpRequest) -> None:
    given = {name: request.POST.get(name, "").strip() for name in SECRETS}
    say(request, connect.connect(msgspec.convert(given, Secrets), database_now(), by=actor_of(request)))


def _app(request: HttpRequest) -> None:
    """What the button "Add to Slack" needs to know of the app."""
    given = (request.POST.get(name, "").strip() for name in ("client_id", "client_secret", "signing_secret"))
    if problem := oauth_install.keep_application(*given, by=actor_of(request)):
        messages.error(request, problem)
    else:
        messages.success(request, _("Saved. Now press “Add to Slack”."))


def _watch(request: HttpRequest) -> None:
    """One channel as its row says: watched or not, whose it is, what our own people are there."""
    row = SlackChannel.objects.filter(pk=_number(request, "channel")).select_related("workspace").first()
    if row is None:
        return
    customer = Customer.objects.filter(pk=_number(request, "customer")).first()
    colleagues = request.POST.get("colleagues", "")
    choices: dict[str, object] = {"customer": customer}
    if colleagues in Colleagues.values:
        choices["colleagues"] = colleagues
    if not request.POST.get("watched"):
        before = changes.facts_of(row)
        row.watched, row.customer = False, customer
        row.save(update_fields=["watched", "customer"])
        changes.note("changed", row, by=actor_of(request), before=before)
        messages.success(request, _("%(channel)s is no longer watched.") % {"channel": row})
        return
    if problem := connect.watch(row, database_now(), by=actor_of(request), **choices):
        messages.warning(request, problem)
    else:
        messages.success(request, _("Customers may write in %(channel)s.") % {"channel": row})


def _workspace(request: HttpRequest) -> None:
    """The emoji that makes a ticket of a message, what is said when one comes in, and who is an agent."""
    workspace = Workspace.objects.filter(pk=_number(request, "workspace")).first()
    if workspace is None:
        return
    before = changes.facts_of(workspace)
    workspace.emoji = request.POST.get("emoji", "").strip().strip(":")[:60] or "ticket"
    workspace.acknowledgement = request.POST.get("acknowledgement", "").strip()[:2000]
    workspace.admits = bool(request.POST.get("admits"))
    name = request.POST.get("agent_group", "").strip().lstrip("@")[:100]
    if name != workspace.agent_group_name:
        _group(request, workspace, name)
    workspace.save(update_fields=["emoji", "acknowledgement", "admits", "agent_group", "agent_group_name"])
    changes.note("changed", workspace, by=actor_of(request), before=before)
    messages.success(request, _("Saved."))


def _group(request: HttpRequest, workspace: Workspace, name: str) -> None:
    """The user group whose members are agents; one that Slack does not have is not kept."""
    try:
        found = members.group_called(workspace, name, database_now()) if name else ""
    except connect.TROUBLE:
        messages.error(request, _("Slack did not answer for %(name)s.") % {"name": workspace.name})
        return
    if name and not found:
        told = _("There is no user group @%(group)s in %(name)s.")
        messages.error(request, told % {"group": name, "name": workspace.name})
        return
    workspace.agent_group, workspace.agent_group_name = found, name


def _refresh(request: HttpRequest) -> None:
    """Ask Slack for the channels again."""
    for workspace in Workspace.objects.filter(active=True):
        try:
            channel_changes.refresh_all(workspace, database_now())
        except connect.TROUBLE:
            messages.error(request, _("Slack did not answer for %(name)s.") % {"name": workspace.name})


def _places(request: HttpRequest) -> None:
    """Where the team works: written into the policy."""
    if problem := publish_places(request.POST, by=actor_of(request)):
        messages.error(request, problem)
    else:
        messages.success(request, _("Saved in the policy. Write /invite @Rung in these channels."))


def _nothing(request: HttpRequest) -> None:
    messages.error(request, _("There is no such form."))


def _number(request: HttpRequest, name: str) -> int:
    """An id of a form; 0, which nothing has, for anything else."""
    return number_in(request.POST, name) or 0


_FORMS = {
    "connect": _connect,
    "watch": _watch,
    "app": _app,
    "workspace": _workspace,
    "refresh": _refresh,
    "places": _places,
}
