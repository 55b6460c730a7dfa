"""Connecting Slack: the app's manifest, its tokens, and the channels customers write in."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rung.channels.slack import channels, connecting, doctor, manifest
from rung.channels.slack.connecting import NotConnected, Secrets
from rung.channels.slack.models import Colleagues, SlackChannel, Workspace
from rung.people.clock import database_now
from rung.people.models import Customer, Role
from rung.web.access import needs

SECRETS = ("token", "signing_secret", "app_token", "refresh_token", "client_id", "client_secret")


@require_http_methods(["GET", "POST"])
@needs(Role.OWNER)
def slack(request: HttpRequest) -> HttpResponse:
    """What is connected and what is not; each form says what it does in `do`."""
    if request.method == "POST":
        _FORMS.get(request.POST.get("do", ""), _nothing)(request)
        return redirect("slack")
    by_socket = request.GET.get("by") == "socket" or not settings.BASE_URL.startswith("https://")
    context = {
        "workspaces": Workspace.objects.all(),
        "channels": SlackChannel.objects.exclude(channel__startswith="D").select_related("workspace", "customer"),
        "customers": Customer.objects.all(),
        "colleagues": Colleagues.choices,
        "by_socket": by_socket,
        "can_http": settings.BASE_URL.startswith("https://"),
        "manifest": manifest.as_text(manifest.manifest("Rung", settings.BASE_URL, socket_mode=by_socket)),
        "findings": doctor.findings(database_now()) if request.GET.get("check") else None,
    }
    return render(request, "slack/page.html", context)


def _connect(request: HttpRequest) -> None:
    given = {name: request.POST.get(name, "").strip() for name in SECRETS}
    done = connecting.connect(Secrets(**given), database_now())
    if isinstance(done, NotConnected):
        messages.error(request, done.why)
        return
    told = _("%(name)s is connected; the app sees %(count)d channels.")
    messages.success(request, told % {"name": done.workspace.name, "count": done.channels})
    for scope, purpose in done.missing.items():
        messages.warning(request, f"{scope}: {purpose}")


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
        row.watched, row.customer = False, customer
        row.save(update_fields=["watched", "customer"])
        messages.success(request, _("%(channel)s is left alone.") % {"channel": row})
        return
    if problem := connecting.watch(row, database_now(), **choices):
        messages.warning(request, problem)
    else:
        messages.success(request, _("Customers may write in %(channel)s.") % {"channel": row})


def _workspace(request: HttpRequest) -> None:
    """The emoji that makes a ticket of a message, and what is said when one comes in."""
    emoji = request.POST.get("emoji", "").strip().strip(":")[:60]
    said = request.POST.get("acknowledgement", "").strip()[:2000]
    found = Workspace.objects.filter(pk=_number(request, "workspace"))
    found.update(emoji=emoji or "ticket", acknowledgement=said)
    messages.success(request, _("Kept."))


def _refresh(request: HttpRequest) -> None:
    """Ask Slack for the channels again."""
    for workspace in Workspace.objects.filter(active=True):
        try:
            channels.refresh_all(workspace, database_now())
        except connecting.TROUBLE:
            messages.error(request, _("Slack did not answer for %(name)s.") % {"name": workspace.name})


def _nothing(request: HttpRequest) -> None:
    messages.error(request, _("That form is not known here."))


def _number(request: HttpRequest, name: str) -> int:
    """An id of a form; 0, which nothing has, for anything else."""
    given = request.POST.get(name, "")
    return int(given) if given.isdigit() and len(given) < 18 else 0


_FORMS = {"connect": _connect, "watch": _watch, "workspace": _workspace, "refresh": _refresh}
