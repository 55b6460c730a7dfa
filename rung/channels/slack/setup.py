"""What owners see of Slack: a row among the inboxes, its pages, and a part of the guide."""

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rung.channels.slack.models import Workspace
from rung.channels.slack.pages import install, parts, sample_day, settings
from rung.hooks import GuidePart, Inbox, Setup


def inbox(_request: HttpRequest) -> Inbox:
    """Which workspaces are connected."""
    names = [each.name for each in Workspace.objects.filter(active=True)]
    says = _("Connected: %(names)s") % {"names": ", ".join(names)} if names else _("No workspace is connected.")
    return Inbox("slack", "Slack", bool(names), says, reverse("slack"), gettext_lazy("Set up"))


SETUP = Setup(
    pages=(
        path("inboxes/slack", settings.slack, name="slack"),
        path("inboxes/slack/install", install.begin, name="slack-install"),
        path("inboxes/slack/installed", install.back, name="slack-installed"),
        path("inboxes/slack/sample", sample_day.sample, name="slack-sample"),
    ),
    inbox=inbox,
    guide=GuidePart("slack", "slack/parts.html", parts.context_of, ("slack/slack.css",)),
    nouns={
        "application": gettext_lazy("Slack app"),
        "slackchannel": gettext_lazy("channel"),
        "workspace": gettext_lazy("Slack workspace"),
    },
)
