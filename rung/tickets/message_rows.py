"""Rows of words: messages and the files that came with them."""

from datetime import datetime
from typing import IO

from django.db import IntegrityError, connection
from msgspec import Struct

from rung.core.actors import Actor
from rung.core.case.events import Said
from rung.core.case.late_events import said_at
from rung.people.prepared_statements import prepared
from rung.tickets import file_store
from rung.tickets.models import Direction, Message

# In the order of the model's own: rows are read back by place.
_FIELDS = [
    *("ticket_id", "direction", "author", "author_name", "text", "html", "folded", "source"),
    *("at", "inbox", "external_id", "answers_to", "cc", "bcc"),
]
_ALL = ["id", *_FIELDS, "blanked_at", "came_from_id"]
_INSERT = f"""
    INSERT INTO tickets_message ({", ".join(_FIELDS)}) VALUES ({", ".join(["%s"] * len(_FIELDS))})
    ON CONFLICT (inbox, external_id) WHERE external_id IS NOT NULL DO NOTHING RETURNING id
"""  # noqa: S608  our own names
_KNOWN = "SELECT ticket_id, id FROM tickets_message WHERE inbox = %s AND external_id = %s"


#: Characters of what a person may say at once, to a customer or inside; longer things are files.
LONGEST_WORDS = 50_000
#: Of what was said before, as many as an answer names.
MOST_BEFORE = 30
#: Of a field of the handoff, and of what is said beside it.
LONGEST_FIELD = 20_000


class MessageText(Struct, frozen=True, kw_only=True):
    """What somebody wrote. `external_id` is unique within its inbox. `said`: when and where, if a server we trust has
    stamped it. `folded`: what was quoted below or between the words. `source`: what the channel calls the raw event."""

    text: str
    html: str = ""
    folded: str = ""
    source: str = ""
    author_name: str = ""
    inbox: str = ""
    external_id: str | None = None
    said: Said | None = None
    files: "tuple[NewFile, ...]" = ()
    #: Of an answer: mail addresses that get it too, openly and in secret.
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()


class NewFile(Struct, frozen=True, kw_only=True):
    """A file as it came. Its type is found by looking; `content_type` is what its sender says."""

    name: str
    content_type: str
    data: bytes | IO[bytes]


def write(ticket: int, direction: Direction, by: Actor, words: MessageText, now: datetime) -> Message:
    """Keep the words and the files. Raises IntegrityError if the inbox has brought this message before."""
    message = write_once(ticket, direction, by, words, now)
    if message is None:
        raise IntegrityError(f"the inbox {words.inbox} has brought {words.external_id} before")
    return message


def write_once(ticket: int, direction: Direction, by: Actor, words: MessageText, now: datetime) -> Message | None:
    """The same; None, and nothing is kept, if the inbox has brought this message before."""
    at = now if words.said is None else said_at(words.said, now)
    before = _said_before(ticket) if direction is Direction.PUBLIC else []
    said = (words.author_name, words.text, words.html, words.folded, words.source, at, words.inbox, words.external_id)
    values = (ticket, direction.value, by, *said, before, list(words.cc), list(words.bcc))
    with prepared() as cursor:
        cursor.execute(_INSERT, values)
        made = cursor.fetchone()
    if made is None:
        return None
    message = Message.from_db(connection.alias, _ALL, [*made, *values, None, None])
    for file in words.files:
        file_store.keep(message, file.name, file.data)
    return message


def _said_before(ticket: int) -> list[str]:
    """What an answer written now answers: the ids of what was said so far in its order, the customer's newest last."""
    rows = Message.objects.filter(ticket=ticket, external_id__isnull=False).exclude(direction=Direction.NOTE)
    found = [(way, name or "") for way, name in rows.order_by("at", "pk").values_list("direction", "external_id")]
    newest = next((name for way, name in reversed(found) if way == Direction.INBOUND), "")
    ids = [name for _, name in found[-MOST_BEFORE:] if name != newest]
    return [*ids, newest] if newest else ids


def known(words: MessageText) -> tuple[int, int] | None:
    """(its ticket, its row) of the same message, if its inbox has brought it before."""
    if words.external_id is None:
        return None
    with prepared() as cursor:
        cursor.execute(_KNOWN, [words.inbox, words.external_id])
        found: tuple[int, int] | None = cursor.fetchone()
    return found
