"""Who may open a page: every view says so, and a test walks them all."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from rung.core import actors
from rung.core.actors import Actor
from rung.people import roles
from rung.people.models import Agent, Role

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def needs(role: Role) -> Callable[[View[P]], View[P]]:
    """For agents with this role or more. Others are sent to the way in, or told that it is not theirs."""

    def guarded(view: View[P]) -> View[P]:
        @wraps(view)
        def look(request: HttpRequest, *args: P.args, **named: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return _shown_in(request)
            if not roles.may(agent_of(request).role, role):
                raise PermissionDenied
            return view(request, *args, **named)

        look.needs = role  # type: ignore[attr-defined]
        return cast("View[P]", look)

    return guarded


def _shown_in(request: HttpRequest) -> HttpResponse:
    """To the way in, and from there back to the page. A part of a page is only told: it must not become that page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401)
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    page = urlsplit(request.headers.get("Referer", ""))  # a form's own address shows nothing
    is_ours = page.netloc == request.get_host()
    return redirect_to_login(page._replace(scheme="", netloc="", fragment="").geturl() if is_ours else "/")


def public(why: str) -> Callable[[View[P]], View[P]]:
    """For everybody, and why that is right."""

    def opened(view: View[P]) -> View[P]:
        view.public = why  # type: ignore[attr-defined]
        return view

    return opened


def agent_of(request: HttpRequest) -> Agent:
    """Who looks at the page. Only in views that need a role."""
    return cast("Agent", request.user)


def actor_of(request: HttpRequest) -> Actor:
    """The same, as what they do names them."""
    return actors.agent(agent_of(request).handle)


def may(request: HttpRequest, role: Role) -> bool:
    """Whether to show what asks for this role."""
    return request.user.is_authenticated and roles.may(agent_of(request).role, role)
