"""The app's place among Django's."""

from django.apps import AppConfig


class SlackConfig(AppConfig):
    """Slack."""

    name = "rung.channels.slack"
    label = "slack"
    verbose_name = "Slack"
