"""Where requests come in and tickets go out: what is connected, and where each of them is set up."""

from django.conf import settings
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rung.core.policy.outlets import Use
from rung.core.sentences import say
from rung.frame.access import needs
from rung.hooks import Inbox, channels, folders
from rung.people.models import Role, Token
from rung.tickets.models import Link, Ticket


@needs(Role.OWNER)
def inboxes(request: HttpRequest) -> HttpResponse:
    """Every way in, with how many tickets came by it."""
    by_channel = dict(Ticket.objects.order_by().values_list("channel").annotate(Count("number")))
    shown = [(each, by_channel.get(each.key, 0)) for each in every(request)]
    return render(request, "setup/inboxes.html", {"live": [], "inboxes": shown})


def every(request: HttpRequest) -> list[Inbox]:
    """Each way in, as it stands: those of the channels, then our own."""
    asked = [folder.setup.inbox for folder in folders()]
    return [*(ask(request) for ask in asked if ask is not None), _form(request), _api()]


@needs(Role.OWNER)
def trackers(request: HttpRequest) -> HttpResponse:
    """The systems tickets are linked with or sent out to."""
    used = Link.objects.values("tracker").annotate(links=Count("pk"), moved=Max("moved_at")).order_by("tracker")
    linked = {row["tracker"]: row for row in used}
    built_in = [each.rpartition(".")[2] for each in settings.TRACKERS]
    names = sorted({*built_in, *linked})
    rows = [(name, name in built_in, _address(name), linked.get(name)) for name in names]
    return render(request, "setup/trackers.html", {"live": [], "trackers": rows, "ways": _ways_out()})


def _ways_out() -> list[tuple[str, str, str]]:
    """What tickets can go out by besides a tracker: what it is called, how the policy names it, where it is set up."""
    outs = [(folder.outlet, folder.setup.tab) for folder in channels()]
    return [
        (say(outlet.label), outlet.written, reverse(tab[0]))
        for outlet, tab in outs
        if outlet is not None and tab is not None and Use.PROJECT in outlet.uses
    ]


def _form(request: HttpRequest) -> Inbox:
    address = request.build_absolute_uri(reverse("ask"))
    says = _("Open to everybody at %(address)s") % {"address": address}
    return Inbox("form", gettext_lazy("Public form"), True, says, reverse("ask"), gettext_lazy("Look at it"))


def _api() -> Inbox:
    keys = Token.objects.filter(revoked_at=None).count()
    says = _("Keys in use: %(count)d") % {"count": keys}
    return Inbox("api", "API", keys > 0, says, reverse("keys"), gettext_lazy("Keys"))


def _address(name: str) -> str:
    """Where it is set up, if there is a page for it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
