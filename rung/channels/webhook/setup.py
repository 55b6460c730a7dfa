"""What owners see of webhooks: their pages, under a tab of the settings."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from rung.channels.webhook import pages
from rung.hooks import Setup

SETUP = Setup(
    pages=(
        path("settings/webhooks", pages.webhooks, name="webhooks"),
        path("settings/webhooks/<str:name>", pages.webhook, name="webhook"),
        path("settings/webhooks/<str:name>/do", pages.webhook_act, name="webhook-act"),
    ),
    tab=("webhooks", _("Webhooks")),
    nouns={"endpoint": _("webhook")},
)
