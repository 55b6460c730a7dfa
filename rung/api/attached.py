"""Files that come with a message of the API: in base64, within the limits."""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from typing import cast

from rung.api import shapes
from rung.api.problems import Problem
from rung.core.files.attachments import Objection, objection
from rung.tickets import file_store
from rung.tickets.message_rows import NewFile


def files_of(given: Sequence[shapes.NewFile]) -> tuple[NewFile, ...]:
    """The files of a body. Raises Problem 413 or 422."""
    files = tuple(NewFile(name=file.name, content_type="", data=_decoded(file, n)) for n, file in enumerate(given))
    limits = file_store.limits()
    match objection([(file.name, len(cast("bytes", file.data))) for file in files], limits):
        case Objection.TOO_MANY, _name:
            raise Problem(413, f"body.files: not more than {limits.most} files at once", place="body.files")
        case Objection.TOO_LARGE, name:
            raise Problem(413, f'body.files: "{name}" is larger than {limits.largest // 2**20} MB', place="body.files")
        case Objection.EMPTY, name:
            raise Problem(422, f'body.files: "{name}" is empty', place="body.files")
    return files


def _decoded(file: shapes.NewFile, place: int) -> bytes:
    try:
        return b64decode(file.data, validate=True)
    except (binascii.Error, ValueError):
        where = f"body.files[{place}].data"
        raise Problem(422, f'{where}: the content of "{file.name}" is not base64', place=where) from None
