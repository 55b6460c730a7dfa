"""A winmail.dat of Outlook, opened: the words and files in it (MS-OXTNEF)."""

import struct

from msgspec import Struct
from tnefparse import TNEF

#: Bytes of the whole, and files in it.
LARGEST, MOST = 35 * 1024 * 1024, 100
_SIGNATURE = b"\x78\x9f\x3e\x22"


class Opened(Struct, frozen=True):
    """`files`: (name, content)."""

    text: str
    html: str
    files: tuple[tuple[str, bytes], ...]


def opened(data: bytes) -> Opened | None:
    """What is in it; None: it cannot be opened, and is a file like any other."""
    if not data.startswith(_SIGNATURE) or len(data) > LARGEST:
        return None
    try:
        found = TNEF(data, do_checksum=False)
        files = tuple((_name(each), bytes(each.data or b"")) for each in found.attachments[:MOST])
        opened = Opened(_text(found.body), _text(found.htmlbody), tuple(each for each in files if each[1]))
    except (ValueError, LookupError, TypeError, AttributeError, struct.error, AssertionError, OverflowError):
        return None
    return opened if opened.text or opened.html or opened.files else None


def _name(attachment: object) -> str:
    long_name = getattr(attachment, "long_filename", None)
    name = long_name() if callable(long_name) else getattr(attachment, "name", "")
    return _text(name) or "file"


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""
