"""The way in with a one-time link, and the way out everywhere."""

from typing import cast

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from rung.frame.access import agent_of, needs
from rung.people import sign_in
from rung.people.clock import database_now
from rung.people.models import Role


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, word: str) -> HttpResponse:
    """Ask first: a mail scanner that follows the link must not use it up. Then sign in.

    A link is one factor: who has set up a second one is asked for it.
    """
    if request.method != "POST":
        return render(request, "people/sign_in_link.html")
    agent = sign_in.redeem_link(word, now=database_now())
    if agent is None:
        return render(request, "people/sign_in_link.html", {"refused": True}, status=410)
    record_authentication(request, agent, method="link")
    return cast("HttpResponse", perform_login(request, Login(user=agent)))


@require_POST
@needs(Role.OBSERVER)
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Every session of the reader's is over, this one too."""
    sign_in.sign_out_everywhere(agent_of(request), now=database_now())
    logout(request)
    return redirect("account_login")
