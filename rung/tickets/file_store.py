"""Where the files of messages lie: under the hash of their content, each content once, written whole or not at all."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from rung.core.files.attachments import HEAD, Limits, kind_of, safe_name
from rung.people import advisory_locks
from rung.tickets.models import Attachment, Message

FOLDER = "attachments"
#: Files on their way in. Whatever is cut off stays here, and is swept.
INCOMING = f"{FOLDER}/.incoming"
_BLOCK = 1024 * 1024  # bytes


def limits() -> Limits:
    """As this desk is set up."""
    return Limits(largest=settings.ATTACHMENT_LARGEST, most=settings.ATTACHMENTS_MOST)


def keep(message: Message, name: str, content: bytes | IO[bytes]) -> Attachment:
    """Keep one file with a message. To be called inside the transaction of the message: a file whose message is not
    written has no row, and is swept. Raises OSError."""
    stream: IO[bytes] = BytesIO(content) if isinstance(content, bytes) else content
    stream.seek(0)
    head = stream.read(HEAD)
    stream.seek(0)
    name = safe_name(name)
    path, size = _put(stream)
    return Attachment.objects.create(message=message, name=name, content_type=kind_of(head, name), size=size, path=path)


def remove(attachments: Iterable[Attachment]) -> None:
    """Take these off their messages. Once that is committed, files that no other message has are deleted too."""
    gone = list(attachments)
    Attachment.objects.filter(pk__in=[each.pk for each in gone]).delete()
    paths = {each.path for each in gone}
    transaction.on_commit(lambda: [_delete_if_unused(path) for path in sorted(paths)])


def sweep(*, before: datetime) -> int:
    """Delete files that belong to no message, and uploads cut off before that moment. Returns how many."""
    root = Path(default_storage.path(FOLDER))
    swept = 0
    for file in _files_older(root, before):
        if file.parent == root / ".incoming":
            file.unlink(missing_ok=True)
            swept += 1
        else:
            swept += _delete_if_unused(f"{FOLDER}/{file.relative_to(root).as_posix()}")
    return swept


def _put(stream: IO[bytes]) -> tuple[str, int]:
    """Write it beside, then move it to its name in one step: a name always stands for the whole content."""
    incoming = Path(default_storage.path(INCOMING))
    incoming.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as written:
        try:
            digest, size = _copy(stream, written)
            path = f"{FOLDER}/{digest[:2]}/{digest}"
            target = Path(default_storage.path(path))
            target.parent.mkdir(parents=True, exist_ok=True)
            _hold(path, alone=False)
            Path(written.name).replace(target)
        except BaseException:
            Path(written.name).unlink(missing_ok=True)
            raise
    return path, size


def _copy(stream: IO[bytes], written: IO[bytes]) -> tuple[str, int]:
    """The content, on disk; its hash and its bytes."""
    digest, size = hashlib.sha256(), 0
    while block := stream.read(_BLOCK):
        written.write(block)
        digest.update(block)
        size += len(block)
    written.flush()
    os.fsync(written.fileno())
    return digest.hexdigest(), size


def _delete_if_unused(path: str) -> int:
    with transaction.atomic():
        _hold(path, alone=True)
        if Attachment.objects.filter(path=path).exists() or not default_storage.exists(path):
            return 0
        default_storage.delete(path)
    return 1


def _hold(path: str, *, alone: bool) -> None:
    """Until the transaction ends nobody deletes this content; `alone`: nobody keeps it either."""
    advisory_locks.wait(advisory_locks.file_content(path), shared=not alone)


def _files_older(folder: Path, before: datetime) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        try:
            if path.is_file() and path.stat().st_mtime < before.timestamp():
                yield path
        except FileNotFoundError:
            continue  # moved or deleted meanwhile
