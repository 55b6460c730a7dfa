"""Files of messages, given back as downloads."""

from typing import cast

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Router

from rung.api.callers import OBSERVER
from rung.api.problems import Problem
from rung.api.tickets import the_ticket
from rung.core.files.attachments import UNKNOWN
from rung.tickets.models import Attachment

router = Router(tags=["tickets"])


@router.get(
    "/tickets/{int:number}/attachments/{int:attachment}",
    auth=OBSERVER,
    summary="A file of a ticket",
    openapi_extra={"responses": {200: {"content": {UNKNOWN: {"schema": {"type": "string", "format": "binary"}}}}}},
)
def download(request: HttpRequest, number: int, attachment: int) -> HttpResponse:
    """The content, always as a download. `attachment`: its `id` in the message."""
    found = Attachment.objects.filter(pk=attachment, message__ticket=the_ticket(request, number)).first()
    if found is None or not default_storage.exists(found.path):
        raise Problem(404, f"ticket {number} has no attachment {attachment}", place="path.attachment")
    stream = default_storage.open(found.path)
    answer = FileResponse(stream, as_attachment=True, filename=found.name, content_type=found.content_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return cast("HttpResponse", answer)  # a stream, with headers like any other
