"""Files on their way in: as many and as large as the desk takes, in files without a name, so a cut leaves nothing."""

import tempfile
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from rung.core.files.attachments import Objection, objection
from rung.tickets import file_store
from rung.tickets.message_rows import NewFile

#: What a form may hold beside its files.
WORDS = 2 * 1024 * 1024  # bytes
FIELD = "files"


class TooMuch(Exception):
    """Files that are not taken, and why, in a sentence."""


class Bounded(FileUploadHandler):
    """Keeps what is within the limits; of anything more only how large it was."""

    def handle_raw_input(self, *given: Any, **named: Any) -> None:
        # input_data, META, content_length, boundary, encoding
        self.count, content_length = 0, named.get("content_length") or given[2]
        if content_length > settings.ATTACHMENT_LARGEST * settings.ATTACHMENTS_MOST + WORDS:
            raise RequestDataTooBig

    def new_file(self, *args: Any, **named: Any) -> None:
        super().new_file(*args, **named)
        self.count += 1
        self.kept, self.size = tempfile.TemporaryFile(), 0  # noqa: SIM115  it is closed with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002  Django's signature
        self.size += len(raw_data)
        if self.size <= settings.ATTACHMENT_LARGEST and self.count <= settings.ATTACHMENTS_MOST:
            self.kept.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> Any:
        self.kept.seek(0)
        return UploadedFile(file=self.kept, name=self.file_name, content_type=self.content_type, size=file_size)


def files_of(request: HttpRequest) -> tuple[NewFile, ...]:
    """The files of a form. Raises TooMuch."""
    given = [file for file in request.FILES.getlist(FIELD) if file.name]
    refuse([(str(file.name), file.size or 0) for file in given])
    return tuple(
        NewFile(name=str(file.name), content_type=file.content_type or "", data=file.file)
        for file in given
        if file.file is not None
    )


def refuse(files: list[tuple[str, int]]) -> None:
    """Raises TooMuch, which names the file and the limit."""
    limits = file_store.limits()
    match objection(files, limits):
        case Objection.TOO_MANY, _name:
            raise TooMuch(_again(_("Not more than %(most)d files at once; nothing was sent.") % {"most": limits.most}))
        case Objection.TOO_LARGE, name:
            words = {"name": name, "largest": filesizeformat(limits.largest)}
            raise TooMuch(_again(_("“%(name)s” is larger than %(largest)s; nothing was sent.") % words))
        case Objection.EMPTY, name:
            raise TooMuch(_again(_("“%(name)s” is empty; nothing was sent.") % {"name": name}))


def _again(sentence: str) -> str:
    """A browser gives a page no files back."""
    return f"{sentence} {_('Your words are still here; choose the files again.')}"
