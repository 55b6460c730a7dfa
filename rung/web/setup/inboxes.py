"""Where requests come in and tickets go out: what is connected, and where each of them is set up."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rung.channels.email import outgoing
from rung.channels.email.models import Mailbox
from rung.channels.slack.models import Workspace
from rung.frame.access import needs
from rung.people.models import Role, Token
from rung.tickets.models import Link, Ticket


@dataclass(frozen=True)
class Inbox:
    """One way in: whether it is open, in a sentence, and where it is set up."""

    key: str
    name: str | Promise
    is_open: bool
    says: str
    address: str = ""
    action: str | Promise = ""
    tickets: int = 0


@needs(Role.OWNER)
def inboxes(request: HttpRequest) -> HttpResponse:
    """Every way in, with how many tickets came by it."""
    by_channel = dict(Ticket.objects.order_by().values_list("channel").annotate(Count("number")))
    shown = [(each, by_channel.get(each.key, 0)) for each in every(request)]
    return render(request, "setup/inboxes.html", {"live": [], "inboxes": shown})


def every(request: HttpRequest) -> list[Inbox]:
    """Each way in, as it stands."""
    return [_slack(), _mail(), _form(request), _chat(), _api()]


@needs(Role.OWNER)
def trackers(request: HttpRequest) -> HttpResponse:
    """The systems tickets are linked with or sent out to."""
    used = Link.objects.values("tracker").annotate(links=Count("pk"), moved=Max("moved_at")).order_by("tracker")
    linked = {row["tracker"]: row for row in used}
    built_in = [app.rpartition(".")[2] for app in settings.TRACKERS]
    names = sorted({*built_in, *linked})
    rows = [(name, name in built_in, _address(name), linked.get(name)) for name in names]
    return render(request, "setup/trackers.html", {"live": [], "trackers": rows})


def _slack() -> Inbox:
    names = [each.name for each in Workspace.objects.filter(active=True)]
    says = _("Connected: %(names)s") % {"names": ", ".join(names)} if names else _("No workspace is connected.")
    return Inbox("slack", "Slack", bool(names), says, _address("slack"), gettext_lazy("Set up"))


def _mail() -> Inbox:
    out, boxes = outgoing.server(), list(Mailbox.objects.filter(active=True))
    said = [_("In: %(addresses)s.") % {"addresses": ", ".join(box.address for box in boxes)}] if boxes else []
    said += [_("Out by %(host)s as %(sender)s.") % {"host": out.host, "sender": out.sender}] if out else []
    said += [box.trouble for box in boxes if box.trouble]
    says = " ".join(said) or _("No mail comes in or goes out.")
    return Inbox("email", gettext_lazy("Mail"), bool(boxes or out), says, _address("mail"), gettext_lazy("Set up"))


def _form(request: HttpRequest) -> Inbox:
    address = request.build_absolute_uri(reverse("ask"))
    says = _("Open to everybody at %(address)s") % {"address": address}
    return Inbox("form", gettext_lazy("Public form"), True, says, reverse("ask"), gettext_lazy("Look at it"))


def _chat() -> Inbox:
    is_there = "rung.channels.webchat" in settings.CHANNELS
    says = _("A conversation on your own pages.") if is_there else _("Not part of this version.")
    return Inbox(
        "webchat", gettext_lazy("Chat"), is_there, says, _address("webchat"), gettext_lazy("Set up") if is_there else ""
    )


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
