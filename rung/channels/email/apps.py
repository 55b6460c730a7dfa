"""The app's place among Django's."""

from django.apps import AppConfig


class EmailConfig(AppConfig):
    """Mail."""

    name = "rung.channels.email"
    label = "email"
    verbose_name = "Mail"
