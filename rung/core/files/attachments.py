"""Files that come with messages: what they may be called, what they are by their first bytes, and what is too much."""

import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

#: As many of a file's first bytes as `kind_of` looks at.
HEAD = 512
LONGEST_NAME = 120
UNKNOWN = "application/octet-stream"
NAMELESS = "file"

#: First bytes -> what they are. Nothing a browser would run is among them: that is a download like any other.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (257, b"ustar", "application/x-tar"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
)
#: Office documents are archives too; the name says which one, and nothing depends on it.
_IN_ZIP = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


class Limits(Struct, frozen=True):
    """Bytes of one file, and files of one message."""

    largest: int
    most: int


class Objection(StrEnum):
    """Why files cannot be taken."""

    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"
    EMPTY = "empty"


def objection(files: Sequence[tuple[str, int]], limits: Limits) -> tuple[Objection, str] | None:
    """The first thing wrong with these (name, bytes), and the name of the file; None: they can be taken."""
    if len(files) > limits.most:
        return Objection.TOO_MANY, files[limits.most][0]
    for name, size in files:
        if size > limits.largest:
            return Objection.TOO_LARGE, name
        if size == 0:
            return Objection.EMPTY, name
    return None


def safe_name(given: str) -> str:
    """The name without folders, control characters and such as turn the direction of writing; never empty."""
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    # Printable excludes what hides or turns letters: invoice<U+202E>gpj.exe is shown as invoiceexe.jpg.
    shown = "".join(letter for letter in " ".join(last.split()) if letter.isprintable())
    plain = " ".join(shown.split()).strip(". ")
    if len(plain) <= LONGEST_NAME:
        return plain or NAMELESS
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        return plain[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def kind_of(head: bytes, name: str = "") -> str:
    """What a file is, as a media type, by its first bytes; whatever its sender calls it is not asked."""
    for place, signature, kind in _SIGNATURES:
        if head[place : place + len(signature)] == signature:
            return _IN_ZIP.get(name.rpartition(".")[2].lower(), kind) if kind == "application/zip" else kind
    return "text/plain" if head and _reads_as_text(head) else UNKNOWN


def _reads_as_text(head: bytes) -> bool:
    """UTF-8 without control characters, and no markup that a browser would draw."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as broken:
        if broken.reason != "unexpected end of data":
            return False
        text = head[: broken.start].decode("utf-8")  # a character cut off where the head ends
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        return False
    return all(letter >= " " or letter in "\t\r\n\f\x1b" for letter in text)
