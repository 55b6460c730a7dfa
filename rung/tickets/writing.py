"""Rows of words: messages and the files that came with them."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from msgspec import Struct

from rung.tickets.models import Attachment, Direction, Message

_KNOWN = "SELECT ticket_id, id FROM tickets_message WHERE inbox = %s AND external_id = %s"


class Words(Struct, frozen=True, kw_only=True):
    """What somebody wrote. `external_id` is unique within its inbox."""

    text: str
    html: str = ""
    author_name: str = ""
    inbox: str = ""
    external_id: str | None = None
    files: "tuple[NewFile, ...]" = ()


class NewFile(Struct, frozen=True, kw_only=True):
    name: str
    content_type: str
    data: bytes


def write(ticket: int, direction: Direction, by: str, words: Words, now: datetime) -> Message:
    """Keep the words and the files. Raises IntegrityError if the inbox has brought this message before."""
    message = Message.objects.create(
        ticket_id=ticket,
        direction=direction,
        author=by,
        author_name=words.author_name,
        text=words.text,
        html=words.html,
        at=now,
        inbox=words.inbox,
        external_id=words.external_id,
    )
    _keep(message, words.files)
    return message


def known(words: Words) -> tuple[int, int] | None:
    """(its ticket, its row) of the same message, if its inbox has brought it before."""
    if words.external_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [words.inbox, words.external_id])
        found: tuple[int, int] | None = cursor.fetchone()
    return found


def _keep(message: Message, files: Sequence[NewFile]) -> None:
    for file in files:
        path = default_storage.save(f"attachments/{message.pk}/{file.name}", ContentFile(file.data))
        Attachment.objects.create(
            message=message, name=file.name, content_type=file.content_type, size=len(file.data), path=path
        )
