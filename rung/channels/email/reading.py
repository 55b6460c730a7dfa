"""One mail as it came, read: who wrote what, which mail it answers, and whether a machine wrote it."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage, Message, MIMEPart
from email.utils import parseaddr
from html import unescape

import nh3
from mailparser_reply import EmailReplyParser
from msgspec import Struct

from rung.core.vocabulary import Automatic

LONGEST = 50_000
_REPORT = "multipart/report"
_BLOCK_END = re.compile(r"(?i)<br\s*/?>|</(?:p|div|tr|li|h[1-6]|blockquote)>")
_BLANKS = re.compile(r"\n{3,}")


class File(Struct, frozen=True, kw_only=True):
    """What was attached."""

    name: str
    content_type: str
    data: bytes


class Mail(Struct, frozen=True, kw_only=True):
    """`text`: what its writer wrote, without what they quoted. `answers`: Message-IDs it refers to, newest first."""

    message_id: str
    sender: str
    name: str
    subject: str
    text: str
    answers: tuple[str, ...]
    automatic: Automatic | None
    files: tuple[File, ...]


def read(raw: bytes) -> Mail:
    """Whatever it is: a mail that is badly made loses what cannot be read, never everything."""
    mail = message_from_bytes(raw, policy=policy.default)
    sender_name, sender = parseaddr(_header(mail, "From"))
    reply_name, reply = parseaddr(_header(mail, "Reply-To"))
    return Mail(
        message_id=message_id(mail),
        sender=(sender or reply).lower(),
        name=sender_name or reply_name or (sender or reply).partition("@")[0],
        subject=_header(mail, "Subject"),
        text=_text(mail)[:LONGEST],
        answers=_answers(mail),
        automatic=_automatic(mail, sender),
        files=_files(mail),
    )


def message_id(mail: EmailMessage) -> str:
    """With its angle brackets; empty if it has none."""
    found = re.search(r"<[^<>\s]+>", _header(mail, "Message-ID"))
    return found[0] if found else ""


def _header(mail: EmailMessage, name: str) -> str:
    """One header on one line. The parser raises on some that are badly made."""
    try:
        return " ".join(str(mail.get(name, "")).split())
    except (ValueError, IndexError, AttributeError, TypeError):
        raw = next((value for key, value in mail.raw_items() if key.lower() == name.lower()), "")
        return " ".join(str(raw).split())


def _answers(mail: EmailMessage) -> tuple[str, ...]:
    ids = re.findall(r"<[^<>\s]+>", f"{_header(mail, 'References')} {_header(mail, 'In-Reply-To')}")
    return tuple(dict.fromkeys(reversed(ids)))


def _automatic(mail: EmailMessage, sender: str) -> Automatic | None:
    """RFC 3834 and what machines really send."""
    who = sender.partition("@")[0].lower()
    if mail.get_content_type() == _REPORT or who in ("mailer-daemon", "postmaster"):
        return Automatic.BOUNCE
    if any(name in mail for name in ("List-Id", "List-Unsubscribe")) or _header(mail, "Precedence").lower() in (
        "bulk",
        "list",
        "junk",
    ):
        return Automatic.LIST
    said = _header(mail, "Auto-Submitted").lower()
    if (said and said != "no") or any(name in mail for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponse")):
        return Automatic.OUT_OF_OFFICE
    if _header(mail, "Precedence").lower() == "auto_reply":
        return Automatic.OUT_OF_OFFICE
    return Automatic.BOT if re.fullmatch(r"no-?reply|do-?not-?reply", who) else None


def _text(mail: EmailMessage) -> str:
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    text = _content(plain) if plain is not None else ""
    if not text.strip() and html is not None:
        text = _of_html(_content(html))
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    own = EmailReplyParser(languages=["en", "de", "fr", "it", "es", "nl"]).parse_reply(text=text) or ""
    return own.strip() or text


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError, KeyError, AttributeError):
        data = part.get_payload(decode=True)
        return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""


def _of_html(html: str) -> str:
    """Its words: no tags, no scripts, no pictures from elsewhere."""
    words = nh3.clean(_BLOCK_END.sub("\n", html), tags=set(), clean_content_tags={"script", "style", "title"})
    return _BLANKS.sub("\n\n", "\n".join(line.strip() for line in unescape(words).splitlines()))


def _files(mail: EmailMessage) -> tuple[File, ...]:
    found = []
    for part in mail.iter_attachments():
        data = part.get_payload(decode=True)
        if part.get_content_type() == "message/rfc822":
            data = _whole(part)
        if isinstance(data, bytes):
            name = part.get_filename() or ("mail.eml" if part.get_content_type() == "message/rfc822" else "file")
            found.append(File(name=name, content_type=part.get_content_type(), data=data))
    return tuple(found)


def _whole(part: MIMEPart) -> bytes | None:
    inner = part.get_payload()
    try:
        first = inner[0] if isinstance(inner, list) and inner else None
        return first.as_bytes() if isinstance(first, Message) else None
    except (ValueError, KeyError, LookupError, UnicodeError):
        return None
