"""The fields of a mail's head: words that were encoded, raw ones, and the addresses in them."""

import base64
import binascii
import quopri
import re
from email.message import Message

from msgspec import Struct

from rung.channels.email.charsets import clean, decode

#: Characters of a field that are read, and of an address (RFC 5321).
LONGEST, LONGEST_ADDRESS = 32_000, 254
_ENCODED = re.compile(r"=\?([\w.:-]{1,60})(?:\*[\w-]{0,20})?\?([bBqQ])\?([^?\r\n]{0,2000})\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?[\w.:*-]{1,80}\?[bBqQ]\?)")
_ANGLED = re.compile(r"<\s*([^<>\s]+@[^<>\s@]+)\s*>")
_BARE = re.compile(r"[^\s<>()\[\]\"',;:@]+@[^\s<>()\[\]\"',;:@]+")
_COMMENT = re.compile(r"\(([^()]*)\)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Person(Struct, frozen=True):
    """Who is named in a field. `address` is in lower case, and empty where none is named."""

    address: str
    name: str = ""


def field(mail: Message, name: str) -> str:
    """One field on one line, decoded; of several the first. Empty if there is none."""
    return next(iter(fields(mail, name)), "")


def fields(mail: Message, name: str) -> list[str]:
    """All of that name, the topmost first."""
    wanted = name.lower()
    return [words(str(value)) for key, value in mail.raw_items() if key.lower() == wanted][:50]


def words(raw: str) -> str:
    """A field as people read it: encoded words decoded, what was not encoded read as far as it goes."""
    raw = raw[:LONGEST]
    if not raw.isascii():
        raw = decode(raw.encode("utf-8", "surrogateescape"))
    raw = _BETWEEN.sub(r"\1", " ".join(raw.split()))
    if "=?" not in raw:
        return clean(raw)
    return " ".join(clean(_joined(raw)).split())


def _joined(raw: str) -> str:
    """Neighbours of one charset are decoded together: some mailers cut within a character."""
    said, place = [], 0
    charset, data = "", b""
    for found in _ENCODED.finditer(raw):
        if (between := raw[place : found.start()]) or found[1].lower() != charset:
            said += [decode(data, charset), between]
            charset, data = found[1].lower(), b""
        data += _bytes(found[2], found[3])
        place = found.end()
    return "".join([*said, decode(data, charset), raw[place:]])


def _bytes(kind: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if kind in "qQ":
        return quopri.decodestring(raw, header=True)
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return raw


def named(mail: Message, name: str) -> list[Person]:
    """The people in all fields of that name, the topmost first. What is encoded is a name, and never an address."""
    return [each for key, value in mail.raw_items() if key.lower() == name.lower() for each in persons(str(value))][
        :200
    ]


def persons(value: str) -> list[Person]:
    """The people named in a field as it came: groups, comments and bare names too. At most a hundred."""
    value = value[:LONGEST]
    if not value.isascii():
        value = decode(value.encode("utf-8", "surrogateescape"))
    value = " ".join(value.replace("\x00", "").split())
    found = []
    for piece in _pieces(value)[:100]:
        person = _person(piece)
        if person.address or person.name:
            found.append(person)
    return found


def _pieces(value: str) -> list[str]:
    """Between commas and semicolons that stand outside quotes, comments and brackets; without names of groups."""
    pieces, start, quoted, depth, angled = [], 0, False, 0, False
    for place, sign in enumerate(value):
        if quoted:
            quoted = sign != '"' or value[place - 1] == "\\"
        elif sign == '"':
            quoted = True
        elif sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif sign in "<>":
            angled = sign == "<"
        elif not depth and not angled and sign in ",;:" and (sign != ":" or "@" not in value[start:place]):
            pieces.append("" if sign == ":" else value[start:place])
            start = place + 1
    return _with_their_names([piece for piece in [*pieces, value[start:]] if piece.strip()])


def _with_their_names(pieces: list[str]) -> list[str]:
    """`Park, Zoe <zoe@acme.example>` is one person: what names no address belongs with what follows."""
    joined, before = [], ""
    for piece in pieces:
        if "@" in piece or "<" in piece:
            joined.append(f"{before}{piece}")
            before = ""
        else:
            before += f"{piece},"
    return [*joined, before.rstrip(",")] if before else joined


def _person(piece: str) -> Person:
    """The address in the last angle brackets, which is what a receiving server looks at; else the first that stands
    there bare."""
    angled = list(_ANGLED.finditer(piece))
    if angled:
        last = angled[-1]
        before = piece[: last.start()]
        return Person(_address(last[1]), _name(before) or _name(piece[last.end() :]))
    bare = _BARE.search(_QUOTED.sub(" ", _COMMENT.sub(" ", piece))) or _BARE.search(piece)
    if bare is None:
        return Person("", _name(piece))
    comment = _COMMENT.search(piece)
    address = _address(bare[0])
    return Person(address, _name(comment[1]) if comment else "" if address else _name(piece))


def _address(text: str) -> str:
    """In lower case, the domain as DNS names it; empty where it is longer than an address may be."""
    local, _, domain = text.strip().lower().rpartition("@")
    domain = domain.strip(".")
    try:
        domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return ""
    is_one = local and domain and len(local) + len(domain) < LONGEST_ADDRESS and local.isprintable()
    return f"{local}@{domain}" if is_one else ""


def _name(text: str) -> str:
    text = text.strip()
    quoted = _QUOTED.fullmatch(text)
    text = words(re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text.replace('"', ""))
    return " ".join(text.strip(" '<>()").split())[:200]
