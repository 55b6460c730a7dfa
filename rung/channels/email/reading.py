"""One mail as it came, read: who wrote what, which mail it answers, and whether a machine wrote it."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage, Message, MIMEPart
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parseaddr
from html import unescape

import nh3
from mailparser_reply import EmailReplyParser
from msgspec import Struct

from rung.core.vocabulary import Automatic

LONGEST = 50_000
#: Characters in which the end of the writer's own words is looked for: the expressions that do it are slow, and no
#: signal ends them. Nobody's mail may keep the sorter busy for minutes.
PARSED = 3_000
#: Bytes of a head, of one field in a longer head, and how many fields of it are read.
LONGEST_HEAD, MOST_OF_FIELD, MOST_FIELDS = 32_000, 2_000, 60
#: Characters: an address may have 320, the name before it as many again.
LONGEST_ADDRESS = 640
_NEEDED = (
    *(b"from:", b"reply-to:", b"to:", b"date:", b"subject:", b"message-id:", b"references:", b"in-reply-to:"),
    *(b"content-", b"mime-version:", b"return-path:", b"auto-submitted:", b"precedence:", b"list-", b"feedback-id:"),
    *(b"x-auto", b"authentication-results:"),
)
_ANGLED = re.compile(r"<\s*([^<>\s@]+@[^<>\s@]+)\s*>\s*$")
_RUNS = re.compile(r"([\s\xa0])\1{2,}")
_WROTE = re.compile(r"(?i)\b(?:wrote|schrieb|schreef|geschreven|scritto|escribi|.crit)")
_REPORT = "multipart/report"
_BLOCK_END = re.compile(r"(?i)<br\s*/?>|</(?:p|div|tr|li|h[1-6]|blockquote)>")
_BLANKS = re.compile(r"\n{3,}")


class File(Struct, frozen=True, kw_only=True):
    """What was attached."""

    name: str
    content_type: str
    data: bytes


class Mail(Struct, frozen=True, kw_only=True):
    """`text`: what its writer wrote, without what they quoted. `answers`: Message-IDs it refers to, newest first.

    `stamps`: its `Authentication-Results`, the latest first.
    """

    message_id: str
    sender: str
    name: str
    subject: str
    text: str
    answers: tuple[str, ...]
    automatic: Automatic | None
    stamps: tuple[str, ...] = ()
    files: tuple[File, ...]


def read(raw: bytes) -> Mail:
    """Whatever it is: a mail that is badly made loses what cannot be read, never everything."""
    raw = _tamed(raw)
    try:
        return _of(message_from_bytes(raw, policy=policy.default), raw)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError):
        head, _, rest = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        plain = BytesHeaderParser(policy=policy.compat32).parsebytes(head)
        for name in ("Content-Type", "Content-Transfer-Encoding"):
            del plain[name]
        return _of(message_from_bytes(plain.as_bytes() + rest[:LONGEST], policy=policy.default), b"")


def _of(mail: EmailMessage, raw: bytes) -> Mail:
    sender_name, sender = _address(_header(mail, "From"), _raw(mail, "From"))
    reply_name, reply = _address(_header(mail, "Reply-To"), _raw(mail, "Reply-To"))
    automatic = _automatic(mail, sender)
    return Mail(
        message_id=message_id(mail),
        sender=(sender or reply).lower(),
        name=sender_name or reply_name or (sender or reply).partition("@")[0],
        subject=_header(mail, "Subject"),
        text=_text(mail),
        answers=_answers(mail) or (_returned(raw) if automatic is Automatic.BOUNCE else ()),
        automatic=automatic,
        stamps=tuple(str(value)[:MOST_OF_FIELD] for value in mail.get_all("Authentication-Results", [])[:10]),
        files=_files(mail),
    )


def _address(field: str, raw: str) -> tuple[str, str]:
    """(name, address): the one in angle brackets, which is what a receiving server has looked at.

    The parser of brackets within brackets knows no end, and takes an address written as a name for the sender's.
    """
    if len(field) <= LONGEST_ADDRESS and field.count("(") < 20:
        name, address = parseaddr(field)
        if not address:  # newer releases of Python, and Debian's, give up on two addresses: the first
            several = getaddresses([field])
            name, address = next((each for each in several if each[1] and f"<{each[1]}>" in raw), ("", ""))
        last = _ANGLED.search(raw)
        if last is None or f"<{address}>" in raw:
            return name, address
        return raw[: last.start()].strip(' "'), last[1]
    found = re.search(r"[\w.+-]{1,64}@[\w.-]{1,190}", field)
    return "", found[0] if found else ""


def _tamed(raw: bytes) -> bytes:
    """With a head of ordinary size: the parser takes minutes for one of megabytes."""
    head, between, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    if len(head) <= LONGEST_HEAD:
        return raw
    fields = [field[:MOST_OF_FIELD] for field in re.split(rb"\n(?![ \t])", head)]
    known = [field for field in fields if field.lower().startswith(_NEEDED)][:MOST_FIELDS]
    return b"\n".join(known) + between + body


def message_id(mail: EmailMessage) -> str:
    """With its angle brackets; empty if it has none."""
    found = re.search(r"<[^<>\s]+>", _header(mail, "Message-ID"))
    return found[0] if found else ""


def _header(mail: EmailMessage, name: str) -> str:
    """One header on one line. The parser raises on some that are badly made."""
    try:
        return " ".join(str(mail.get(name, "")).replace("\x00", "").split())[:LONGEST_HEAD]
    except (ValueError, IndexError, AttributeError, TypeError, RecursionError):
        return _raw(mail, name)


def _raw(mail: EmailMessage, name: str) -> str:
    """The same as it was sent, whatever it means."""
    raw = next((value for key, value in mail.raw_items() if key.lower() == name.lower()), "")
    return " ".join(str(raw).replace("\x00", "").split())[:LONGEST_HEAD]


def _answers(mail: EmailMessage) -> tuple[str, ...]:
    ids = re.findall(r"<[^<>\s]+>", f"{_header(mail, 'References')} {_header(mail, 'In-Reply-To')}")
    return tuple(dict.fromkeys(reversed(ids)))


def _returned(raw: bytes) -> tuple[str, ...]:
    """The Message-IDs in a bounce: of the mail that comes back."""
    found = re.findall(rb"(?im)^[> ]*Message-ID:\s*(<[^<>\s]+>)", raw.partition(b"\n")[2])
    return tuple(dict.fromkeys(each.decode("latin-1") for each in found[-20:]))


def _automatic(mail: EmailMessage, sender: str) -> Automatic | None:
    """RFC 3834 and what machines really send."""
    who = sender.partition("@")[0].lower()
    if mail.get_content_type() == _REPORT or who in ("mailer-daemon", "postmaster"):
        return Automatic.BOUNCE
    if _header(mail, "Return-Path") == "<>":
        return Automatic.OUT_OF_OFFICE
    lists = any(name in mail for name in ("List-Id", "List-Unsubscribe", "Feedback-ID"))
    if lists or _header(mail, "Precedence").lower() in ("bulk", "list", "junk"):
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
        text = _of_html(_content(html)[: 4 * LONGEST])
    text = _RUNS.sub(r"\1\1", text[: 4 * LONGEST].replace("\r\n", "\n").replace("\x00", "")).strip()
    return _own(text[:LONGEST]).strip() or text[:LONGEST]


def _own(text: str) -> str:
    """Without what was quoted. Of a long mail the rest is only rid of the lines that say themselves they are quoted."""
    head, rest = text[:PARSED], text[PARSED:]
    if len(_WROTE.findall(head)) > 10:
        head, rest, own = "", text, ""
    else:
        own = EmailReplyParser(languages=["en", "de", "fr", "it", "es", "nl"]).parse_reply(text=head) or ""
    if rest and len(own.strip()) >= len(head.strip()) - 1:
        lines = (head + rest).split("\n")
        return "\n".join(line for line in lines if not line.startswith(">"))
    return own


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
