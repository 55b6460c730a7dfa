"""Rows of words: messages and the files that came with them."""

from datetime import datetime
from typing import IO

from django.db import connection
from msgspec import Struct

from rung.tickets import filing
from rung.tickets.models import Direction, Message

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
    """A file as it came. Its type is found by looking; `content_type` is what its sender says."""

    name: str
    content_type: str
    data: bytes | IO[bytes]


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
    for file in words.files:
        filing.keep(message, file.name, file.data)
    return message


def known(words: Words) -> tuple[int, int] | None:
    """(its ticket, its row) of the same message, if its inbox has brought it before."""
    if words.external_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [words.inbox, words.external_id])
        found: tuple[int, int] | None = cursor.fetchone()
    return found
