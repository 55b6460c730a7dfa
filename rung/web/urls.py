"""Addresses of the pages."""

from django.urls import path

from rung.web import entrance, home

urlpatterns = [
    path("", home.home, name="triage"),
    path("sign-in/<str:word>", entrance.sign_in_link, name="sign-in-link"),
]
