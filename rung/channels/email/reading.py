"""One mail as it came, read: who wrote what, which mail it answers, and whether a machine wrote it."""

import re
from collections.abc import Collection
from email import message_from_bytes, policy
from email.message import Message

from msgspec import Struct

from rung.channels.email import reply_address, verdict
from rung.channels.email.bounces import Failure, failure
from rung.channels.email.charsets import clean, decode
from rung.channels.email.headers import Person, field, named
from rung.channels.email.parts import File, Parts, parts_of
from rung.core.text.html_words import words_of
from rung.core.vocabulary import Automatic

__all__ = ["File", "Mail", "Person", "read"]

#: Bytes of a head, of one field in a longer head, and how many fields of it are read.
LONGEST_HEAD, MOST_OF_FIELD, MOST_FIELDS = 64_000, 16_000, 200
#: Message-IDs that are looked for, the newest first.
MOST_ANSWERED = 100
_FORWARD = re.compile(
    r"(?i)\s*(?:\[[^\]]{1,20}\]\s*)?(?:fwd?|fw|wg|tr|rv|enc|vs|i|pd|vb|doorst|转发|轉寄|转|転送)\s?(?:\[\d+\])?[:：]"
)
_ID = re.compile(r"<[^<>\s]+>")
_RUNS = re.compile(r"([ \t\xa0])\1{40,}|(\n)\n{9,}")
#: Addresses that only hand on what somebody wrote elsewhere: their Reply-To is the one who wrote.
_FORMS = re.compile(
    r"(?:web)?(?:forms?|formular|kontakt(?:formular)?|contact(?:[-_.]?form)?|website|webmaster|wordpress|www(?:-data)?|shop"
    r"|mailer|notifications?|notify|system|service|apache|nginx|typeform|jotform|wpforms|feedback)(?:[-+_.].*)?$"
)


class Mail(Struct, frozen=True, kw_only=True):
    """`text`: all its words. `html`: as it came, empty without. `answers`: Message-IDs it refers to, newest first.

    `sender`: who wrote it, by address; empty where none is given. `is_by_reply_to`: that is who stands in Reply-To,
    whom nobody has proven. `said_domains`: of each address in From. `others`: whom it went to as well.
    `stamps`: its `Authentication-Results`, the latest first. `left_out`: parts beyond what is read.
    """

    message_id: str
    sender: str
    name: str
    subject: str
    text: str
    html: str = ""
    answers: tuple[str, ...] = ()
    automatic: Automatic | None = None
    stamps: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    is_by_reply_to: bool = False
    said_domains: tuple[str, ...] = ()
    others: tuple[Person, ...] = ()
    #: Every address it was sent or delivered to.
    delivered_to: tuple[str, ...] = ()
    #: What Outlook calls the conversation; empty without.
    conversation: str = ""
    is_forward: bool = False
    is_reply: bool = False
    #: Of a bounce: why a mail of ours did not arrive; None: it is none, or only says that it is late.
    failure: Failure | None = None
    left_out: int = 0


def read(raw: bytes, own: Collection[str] = ()) -> Mail:
    """Whatever it is: one that is badly made loses what cannot be read, never everything. `own`: addresses of ours."""
    tamed = _tamed(raw)
    try:
        mail = message_from_bytes(tamed, policy=policy.compat32)
        return _of(mail, parts_of(mail), own, raw)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError):
        head, _, rest = tamed.replace(b"\r\n", b"\n").partition(b"\n\n")
        kept = [line for line in re.split(rb"\n(?![ \t])", head) if not line.lower().startswith(b"content-")]
        mail = message_from_bytes(b"\n".join(kept) + b"\n\n", policy=policy.compat32)
        return _of(mail, Parts(plain=decode(rest[:LONGEST_HEAD]), html="", files=()), own, raw)


def _of(mail: Message, parts: Parts, own: Collection[str], raw: bytes) -> Mail:
    said = named(mail, "From")
    who, is_by_reply_to = _writer(mail, said, own)
    reply = next((each.address for each in named(mail, "Reply-To")), "")
    subject = field(mail, "Subject")
    text = text_of(parts)
    first = said[0].address if said else ""
    to = _to(mail)
    automatic = verdict.verdict(
        mail, sender=first, answers_to=reply, subject=subject, text=text, kinds=parts.kinds, own=own
    )
    if automatic is None and reply_address.is_bounce_address(each.address for each in to):
        automatic = Automatic.BOUNCE
    referred = _answers(mail)
    return Mail(
        message_id=message_id(mail),
        sender=who.address,
        name=who.name or who.address.partition("@")[0],
        subject=subject,
        text=text,
        html=parts.html,
        answers=(*referred, *(_returned(raw) if automatic is Automatic.BOUNCE else ())),
        automatic=automatic,
        stamps=tuple(_stamps(mail)),
        files=parts.files,
        is_by_reply_to=is_by_reply_to,
        said_domains=tuple(each.address.rpartition("@")[2] for each in said if each.address),
        others=tuple({each.address: each for each in to if each.address not in (who.address, "")}.values()),
        delivered_to=tuple(each.address for each in to),
        conversation=_conversation(mail),
        is_forward=bool(_FORWARD.match(subject)),
        is_reply=bool(referred),
        failure=failure(raw, text) if automatic is Automatic.BOUNCE else None,
        left_out=parts.left_out,
    )


def text_of(parts: Parts, *, quotes: bool = False) -> str:
    """All words of a mail: of its plain text, or else of its HTML."""
    text = parts.plain if parts.plain.strip() else words_of(parts.html, quotes=quotes)
    return tidy(text)


def tidy(text: str) -> str:
    """With one kind of line end, and without runs of blanks that nobody has typed."""
    return _RUNS.sub(lambda run: (run[1] or run[2]) * 2, clean(text).replace("\r\n", "\n").replace("\r", "\n")).strip()


def _writer(mail: Message, said: list[Person], own: Collection[str]) -> tuple[Person, bool]:
    """Who wrote it, and whether that is somebody else than From says: a form, a group, or nobody who reads mail."""
    first = said[0] if said else Person("")
    local = first.address.partition("@")[0]
    hands_on = not first.address or first.address in own or verdict.is_nobody(local) or bool(_FORMS.match(local))
    if not hands_on:
        return first, False
    names = ("X-Original-From", "Reply-To", "X-Original-Sender") if first.address in own else ("Reply-To",)
    for name in (*names, *(() if first.address else ("Sender",))):
        for each in named(mail, name):
            if each.address and each.address not in own and not verdict.is_nobody(each.address.partition("@")[0]):
                return Person(each.address, each.name or ("" if first.address in own else first.name)), True
    return first, False


def _to(mail: Message) -> list[Person]:
    names = ("To", "Cc", "Delivered-To", "X-Original-To", "X-Forwarded-To", "Envelope-To")
    return [each for name in names for each in named(mail, name) if each.address]


def _stamps(mail: Message) -> list[str]:
    """Whole, as they came: a cut could hide what stands at the end."""
    found = [str(value) for key, value in mail.raw_items() if key.lower() == "authentication-results"]
    return [clean(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")) for value in found[:10]]


def _tamed(raw: bytes) -> bytes:
    """With a head of ordinary size: the parser takes minutes for one of megabytes. Stamps are never cut."""
    ends = re.search(rb"\r?\n\r?\n", raw)
    place = ends.start() if ends else len(raw)
    if place <= LONGEST_HEAD:
        return raw
    head = [
        each if each.lower().startswith(b"authentication-results") else each[:MOST_OF_FIELD]
        for each in re.split(rb"\n(?![ \t])", raw[:place].replace(b"\r\n", b"\n"))
    ]
    needed = [each for each in head if not each.lower().startswith(_UNNEEDED)][:MOST_FIELDS]
    kept, size = [], 0
    for each in needed:
        size += len(each)
        if size > 8 * LONGEST_HEAD:
            break
        kept.append(each)
    return b"\n".join(kept) + raw[place:]


_UNNEEDED = (b"x-a:", b"received:", b"arc-", b"dkim-signature", b"x-ms-exchange-antispam", b"x-microsoft-antispam")


def message_id(mail: Message) -> str:
    """With its angle brackets; empty if it has none."""
    found = _ID.search(field(mail, "Message-ID"))
    return found[0] if found else ""


def _answers(mail: Message) -> tuple[str, ...]:
    ids = _ID.findall(f"{field(mail, 'References')} {field(mail, 'In-Reply-To')}")
    return tuple(dict.fromkeys(reversed(ids)))[:MOST_ANSWERED]


def _conversation(mail: Message) -> str:
    """The first 22 bytes of Thread-Index, which every answer of Outlook keeps."""
    found = re.match(r"[A-Za-z0-9+/]{28}", re.sub(r"\s", "", field(mail, "Thread-Index")))
    return found[0] if found else ""


def _returned(raw: bytes) -> tuple[str, ...]:
    """The Message-IDs in a bounce: of the mail that comes back."""
    found = re.findall(rb"(?im)^[> \t]*Message-ID:\s*(<[^<>\s]+>)", raw.partition(b"\n")[2])
    return tuple(dict.fromkeys(each.decode("latin-1") for each in found[-20:]))
