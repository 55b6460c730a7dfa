"""Files of messages, always as downloads: nothing that somebody sent is ever drawn by a browser as a page of ours."""

from contextlib import suppress
from typing import cast

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from rung.core.files import previews
from rung.frame.access import agent_of, needs, public
from rung.people.models import Role
from rung.tickets import visibility
from rung.tickets.models import Attachment

SALT = "rung.file"
LASTS = 5 * 60  # seconds, for the address on the origin of its own
#: Nothing may run, load or be framed, whatever is in the file.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


@never_cache
@needs(Role.OBSERVER)
def attachment(request: HttpRequest, number: int) -> HttpResponse:
    """A file of a ticket's message, for people who may see the ticket."""
    seen = Attachment.objects.filter(message__ticket__in=visibility.visible(agent_of(request)))
    return file_response(get_object_or_404(seen, pk=number))


@public("its address is signed and lasts five minutes")
@never_cache
def file(request: HttpRequest, word: str) -> HttpResponse:
    """The same, on an origin of its own that knows nobody's cookies."""
    try:
        number = signing.loads(word, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        raise Http404("this address has run out") from None
    return download(get_object_or_404(Attachment, pk=number))


@never_cache
@needs(Role.OBSERVER)
def preview(request: HttpRequest, number: int) -> HttpResponse:
    """An image for an <img> of a ticket's page, for people who may see it. Opened by itself it is a download."""
    seen = Attachment.objects.filter(message__ticket__in=visibility.visible(agent_of(request)))
    return preview_response(get_object_or_404(seen, pk=number))


def preview_response(found: Attachment) -> HttpResponse:
    """The file itself, where it is an image a page may show. Raises Http404. From our own origin also where downloads
    have theirs: an <img> draws pixels and runs nothing, and the other origin is not let into our pages."""
    if previews.is_previewed(found.content_type, found.size):
        with suppress(FileNotFoundError), default_storage.open(found.path) as stream:
            if previews.is_small_enough(stream.read(previews.HEAD)):
                return download(found)
    raise Http404(f"{found.name} is not shown as a picture")


def file_response(found: Attachment) -> HttpResponse:
    """The file, or the way to it on the origin of its own. Ask first whether the reader may have it."""
    if not settings.FILES_URL:
        return download(found)
    return redirect(settings.FILES_URL + reverse("file", args=[signing.dumps(found.pk, salt=SALT)]))


def download(found: Attachment) -> HttpResponse:
    """The file as an attachment. Raises Http404 where it is gone."""
    try:
        stream = default_storage.open(found.path)
    except FileNotFoundError:
        raise Http404(f"{found.name} is not there any more") from None
    answer = FileResponse(stream, as_attachment=True, filename=found.name, content_type=found.content_type)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return cast("HttpResponse", answer)  # a stream, with headers like any other
