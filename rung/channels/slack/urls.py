"""The addresses of the manifest."""

from django.urls import path

from rung.channels.slack import views

urlpatterns = [
    path("events", views.events, name="slack-events"),
    path("interactive", views.interactive, name="slack-interactive"),
    path("commands", views.commands, name="slack-commands"),
]
