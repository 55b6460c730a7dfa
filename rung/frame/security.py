"""What a browser may load and keep: our own files, nothing written into a page, and no page on its disk."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotFound, QueryDict
from django.shortcuts import render

from rung.frame.live_address import live_url

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'{live}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: adds the policy, unless a view has set its own (a page that others may embed)."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if settings.FILES_HOST and request.get_host() == settings.FILES_HOST and not request.path.startswith("/files/"):
            return HttpResponseNotFound()  # the origin of downloads knows nothing else
        if "\x00" in request.path:
            raise Http404("nothing here has a name with a NUL in it, and the database takes none")
        response = get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and "text/html" in request.headers.get("Accept", ""):
            response = _no_page(request, response)
        live = "" if settings.LIVE_URL.startswith("/") else " " + live_url(request).rpartition("/")[0]
        response.headers.setdefault("Content-Security-Policy", POLICY.format(live=live))
        # Pages and answers say what only their reader may know: no browser or proxy keeps one, not even for its button
        # back after somebody has signed out. What may be kept, such as a picture, says so; static files are not here.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return respond


class WithoutNul:
    """Middleware: no field of a form or query holds a NUL, which nobody types and PostgreSQL takes in no text.

    What programs send is exempt from the token of forms, and read by its own view: a signature stands for its bytes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, _args: object, _named: object) -> None:
        """Django's hook, once it is known which view it is."""
        if "%00" in request.META.get("QUERY_STRING", "") and not request.path.startswith("/api/"):  # it refuses one
            cast("Any", request).GET = _cleaned(request.GET)
        if request.method == "POST" and request.content_type in FORMS and not getattr(view, "csrf_exempt", False):
            cast("Any", request).POST = _cleaned(request.POST)


def _cleaned(given: QueryDict) -> QueryDict:
    if not any("\x00" in text for name, values in given.lists() for text in (name, *values)):
        return given
    cleaned = QueryDict(mutable=True)
    for name, values in given.lists():
        cleaned.setlist(name.replace("\x00", ""), [value.replace("\x00", "") for value in values])
    return cleaned


def _no_page(request: HttpRequest, refused: HttpResponseBase) -> HttpResponseBase:
    """The address of a form, opened as a page: browsers show nothing of an answer without words."""
    page = render(request, "405.html", status=refused.status_code)
    page.headers["Allow"] = refused.headers.get("Allow", "")
    return page
