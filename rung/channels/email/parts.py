"""The leaves of a mail, whatever the nesting: the words its program would show, and every other leaf as a file."""

import re
from collections.abc import Iterator
from email.message import Message
from email.utils import collapse_rfc2231_value
from html import escape

from msgspec import Struct

from rung.channels.email import winmail
from rung.channels.email.charsets import decode
from rung.channels.email.headers import words

#: Leaves that are read, and of them, files that are decoded. What is beyond is counted, and said.
MOST_LEAVES, MOST_FILES = 1_000, 100
#: Characters of a part's field that say what it is.
LONGEST_FIELD = 4_000
_NAMES = {
    "text/calendar": "invitation.ics",
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "receipt.txt",
    "message/feedback-report": "complaint.txt",
    "text/rfc822-headers": "headers.txt",
    "message/rfc822": "mail.eml",
    "application/pdf": "file.pdf",
    "image/png": "picture.png",
    "image/jpeg": "picture.jpg",
    "image/gif": "picture.gif",
    "application/pgp-signature": "signature.asc",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "text/html": "page.html",
    "text/plain": "text.txt",
}
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
#: Parts for programs that show another form of the same words.
_OTHER_FORMS = ("text/x-amp-html", "text/watch-html", "text/enriched")


class File(Struct, frozen=True, kw_only=True):
    """What came with it. `content_id`: the name by which its HTML shows it, if it does."""

    name: str
    content_type: str
    data: bytes
    content_id: str = ""


class Parts(Struct, frozen=True, kw_only=True):
    """`plain` and `html`: each of the bodies in the order they stand in; empty where there is none of the kind.

    `left_out`: how many leaves were not read, as there were too many.
    """

    plain: str
    html: str
    files: tuple[File, ...]
    left_out: int = 0
    kinds: frozenset[str] = frozenset()


class _Body(Struct):
    """One body, in the forms it came in."""

    plain: str | None = None
    html: str | None = None


def parts_of(mail: Message) -> Parts:
    """Read the whole tree. Never raises for what is in it."""
    reader = _Reader()
    reader.read(mail)
    plain = [body.plain if body.plain is not None else "" for body in reader.bodies if body.plain or not body.html]
    html = [body.html for body in reader.bodies if body.html]
    mixed = [body for body in reader.bodies if (body.plain or "").strip() and not (body.html or "").strip()]
    if html and mixed and any(not (body.plain or "").strip() for body in reader.bodies):
        plain = []  # words in HTML and words in plain text, each only once: both are shown, from the HTML
        html = [body.html or _as_html(body.plain or "") for body in reader.bodies]
    return Parts(
        plain="\n\n".join(text.strip("\n") for text in plain if text.strip()),
        html="\n".join(html),
        files=tuple(reader.files),
        left_out=reader.left_out,
        kinds=frozenset(reader.kinds),
    )


class _Reader:
    def __init__(self) -> None:
        self.bodies: list[_Body] = []
        self.files: list[File] = []
        self.left_out = self.seen = 0
        self.kinds: set[str] = set()

    def read(self, mail: Message) -> None:
        """Without recursion: (part, the body it is another form of)."""
        waiting: list[tuple[Message, _Body | None]] = [(mail, None)]
        while waiting:
            part, body = waiting.pop()
            kind = kind_of(part)
            self.kinds.add(kind)
            children = part.get_payload() if part.is_multipart() else None
            if isinstance(children, list) and not kind.startswith("message/"):
                if kind == "multipart/alternative" and body is None:
                    body = _Body()
                    self.bodies.append(body)
                waiting += [(child, body) for child in reversed(children) if isinstance(child, Message)]
                continue
            self.seen += 1
            if self.seen > MOST_LEAVES:
                self.left_out += 1
            else:
                self._leaf(part, kind, body, is_all=part is mail)

    def _leaf(self, part: Message, kind: str, body: _Body | None, *, is_all: bool) -> None:
        if kind in ("text/plain", "text/html") and _is_shown(part, is_all=is_all) and self._says(part, kind, body):
            return
        if kind in _OTHER_FORMS and body is not None:
            return
        if len(self.files) >= MOST_FILES:
            self.left_out += 1
            return
        data = _data(part, kind)
        if kind in _TNEF or name_of(part, kind).lower() == "winmail.dat":
            found = winmail.opened(data)
            if found is not None:
                self._keep_opened(found)
                return
        if data:
            content_id = words(str(part.get("Content-ID", "")))[:300].strip("<> ")
            self.files.append(File(name=name_of(part, kind), content_type=kind, data=data, content_id=content_id))

    def _says(self, part: Message, kind: str, body: _Body | None) -> bool:
        """Whether it is a body, and not one more form of what is there already."""
        text = decode(_data(part, kind), charset_of(part))
        if body is None:
            body = _Body()
            self.bodies.append(body)
        if kind == "text/plain" and body.plain is None:
            body.plain = text
        elif kind == "text/html" and body.html is None:
            body.html = text
        elif text.strip():
            self.bodies.append(_Body(plain=text) if kind == "text/plain" else _Body(html=text))
        return True

    def _keep_opened(self, found: "winmail.Opened") -> None:
        if (found.text or found.html) and not any((each.plain or each.html or "").strip() for each in self.bodies):
            self.bodies.append(_Body(plain=found.text or None, html=found.html or None))
        for name, data in found.files[: MOST_FILES - len(self.files)]:
            self.files.append(File(name=name, content_type="application/octet-stream", data=data))


def kind_of(part: Message) -> str:
    """Its content type in lower case; `text/plain` where it says none that can be understood."""
    raw = str(part.get("Content-Type", ""))[:200].partition(";")[0].strip().lower()
    if re.fullmatch(r"[\w.+-]+/[\w.+-]+", raw):
        return raw
    return part.get_default_type() if not raw else "text/plain"


def charset_of(part: Message) -> str:
    """As it says; empty if it says none."""
    found = re.search(r"(?i)charset\*?\s*=\s*\"?'?([\w.:+-]{1,60})", str(part.get("Content-Type", ""))[:LONGEST_FIELD])
    return found[1] if found else ""


def name_of(part: Message, kind: str) -> str:
    """What it is called; what it is where it has no name, or one too long to be read."""
    for field in ("Content-Disposition", "Content-Type"):
        raw = str(part.get(field, ""))
        if "name" not in raw.lower() or len(raw) > LONGEST_FIELD:
            continue
        value = part.get_param("filename" if field == "Content-Disposition" else "name", header=field)
        name = words(collapse_rfc2231_value(value)) if value else ""
        if name.strip():
            return name.strip()
    return _NAMES.get(kind, "file")


def _is_shown(part: Message, *, is_all: bool) -> bool:
    """Whether a program would show it among the words: not as an attachment, and without a name unless it is all."""
    disposition = str(part.get("Content-Disposition", ""))[:LONGEST_FIELD].strip().lower()
    if disposition.startswith("attachment") and not is_all:
        return False
    has_name = "name" in disposition or re.search(
        r"(?i);\s*name\*?\d*\*?\s*=", str(part.get("Content-Type", ""))[:1000]
    )
    return is_all or not has_name


def _data(part: Message, kind: str) -> bytes:
    """The leaf decoded; of a mail within the mail the whole of it."""
    if kind.startswith("message/") and part.is_multipart():
        return b"\n".join(_whole(part))
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = None
    if isinstance(data, bytes):
        return data
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def _whole(part: Message) -> Iterator[bytes]:
    inner = part.get_payload()
    for each in inner if isinstance(inner, list) else []:
        try:
            yield each.as_bytes() if isinstance(each, Message) else b""
        except (ValueError, LookupError, UnicodeError, RecursionError, AttributeError, TypeError):
            yield b""


def _as_html(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"
