"""The way in with a one-time link."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rung.people import signin
from rung.people.clock import database_now


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, word: str) -> HttpResponse:
    """Ask first: a mail scanner that follows the link must not use it up. Then sign in."""
    if request.method != "POST":
        return render(request, "sign_in_link.html")
    agent = signin.redeem_link(word, now=database_now())
    if agent is None:
        return render(request, "sign_in_link.html", {"refused": True}, status=410)
    login(request, agent, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("/")
