"""What lies new in a mailbox is kept for the sorter, as it came; then, and only then, the place is remembered."""

import imaplib
import re
import time
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.parser import BytesHeaderParser
from hashlib import sha256
from typing import Any

from imap_tools import AND, BaseMailBox, ImapToolsError

from rung.channels.email import mailboxes
from rung.channels.email.models import Mailbox
from rung.intake.models import Received
from rung.intake.receive import store

CHANNEL = "email"
#: Mails in one look; the rest is for the next, a moment later.
AT_ONCE = 50
#: Bytes; of a larger mail the beginning is kept, and sorting says so.
LARGEST = 35 * 1024 * 1024
BEGINNING = 256 * 1024
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")


class NotHandedOver(ImapToolsError):
    """The server says there is a mail, and does not give it. It is asked again: nothing is passed over."""


def collect(box: Mailbox, found: BaseMailBox, now: datetime) -> int:
    """Take in what is new; how many mails that were. Raises what `mailboxes.TROUBLE` lists."""
    found.client.noop()  # some servers say what is new only then
    stands = mailboxes.standing(found, box.folder)
    if stands.validity != box.uid_validity:
        return _anew(box, found, stands, now)
    if stands.next_uid and stands.next_uid - 1 <= box.read_to:
        return 0
    new = sorted(int(uid) for uid in found.uids(f"UID {box.read_to + 1}:*") if int(uid) > box.read_to)[:AT_ONCE]
    taken = 0
    for uid in new:
        # Not asked when it came: clocks differ, and a mail that was moved here keeps its old date.
        taken += _take(box, found, uid, now)
        box.read_to = uid
        Mailbox.objects.filter(pk=box.pk).update(read_to=uid)
    return taken


def keep(raw: bytes, address: str, now: datetime, *, is_cut: bool = False) -> bool:
    """Write one mail down for the sorter; whether it is new. By its Message-ID, or its content where it has none."""
    head = BytesHeaderParser().parsebytes(raw)
    named = _MESSAGE_ID.search(str(head.get("Message-ID", "")))
    name = named[0][:230] if named else f"sha256:{sha256(raw).hexdigest()}"
    # Latin-1 gives every byte back; in JSON its words stand to be searched when a person is forgotten.
    body = {"raw": raw.decode("latin-1"), "address": address, "print": _print(head, raw), "cut": is_cut, "key": name}
    inbox = f"email:{address}"
    if store(CHANNEL, name, body, inbox=inbox, place=address, now=now):
        return True
    known = Received.objects.filter(channel=CHANNEL, external_id=name).values_list("body__print", flat=True).first()
    if known is None or known == body["print"]:
        return False
    # Some machines use one Message-ID for all they write: another mail, which must not be lost.
    name = f"{name} {body['print']}"
    return store(CHANNEL, name, body | {"reused": True, "key": name}, inbox=inbox, place=address, now=now)


def _anew(box: Mailbox, found: BaseMailBox, stands: mailboxes.Works, now: datetime) -> int:
    """The server has numbered its mails anew: what came since we read here is looked at again, and known again.

    The new numbers are believed once all were looked at: cut off before, it begins again.
    """
    found.folder.set(box.folder, readonly=True)
    taken, since = 0, box.connected_at.replace(microsecond=0)
    for uid in sorted(map(int, found.uids(AND(date_gte=(since - timedelta(days=1)).date())))):
        if _came_at(found, uid) >= since:
            taken += _take(box, found, uid, now)
    box.read_to, box.uid_validity = max(stands.next_uid - 1, 0), stands.validity
    Mailbox.objects.filter(pk=box.pk).update(read_to=box.read_to, uid_validity=box.uid_validity)
    return taken


def _take(box: Mailbox, found: BaseMailBox, uid: int, now: datetime) -> bool:
    """Keep the mail as it lies there, unmarked; whether it is new. One that has gone meanwhile is none."""
    size = re.search(rb"RFC822\.SIZE (\d+)", _line(_told(found, uid, "(RFC822.SIZE)")))
    is_cut = size is not None and int(size[1]) > LARGEST
    answer = _told(found, uid, f"(BODY.PEEK[]<0.{BEGINNING}>)" if is_cut else "(BODY.PEEK[])")
    raw = next((part[1] for part in answer if isinstance(part, tuple)), b"")
    return bool(raw) and keep(raw[:LARGEST], box.address, now, is_cut=is_cut)


def _came_at(found: BaseMailBox, uid: int) -> datetime:
    return _moment(_line(_told(found, uid, "(INTERNALDATE)")))


def _told(found: BaseMailBox, uid: int, what: str) -> list[Any]:
    """What the server says of one mail. Raises NotHandedOver."""
    status, told = found.client.uid("fetch", str(uid), what)
    if status != "OK":
        raise NotHandedOver(f"mail {uid} is not handed over: {told!r}"[:200])
    return list(told)


def _line(told: list[Any]) -> bytes:
    return b" ".join(part if isinstance(part, bytes) else part[0] for part in told if part)


def _print(head: Message, raw: bytes) -> str:
    """The same for one mail in two mailboxes, another for another mail."""
    words = [str(head.get(name, "")) for name in ("From", "Date", "Subject")]
    text = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2].strip()
    return sha256("\0".join(words).encode("utf-8", "replace") + text).hexdigest()


def _moment(line: bytes) -> datetime:
    """A mail without a date of arrival came now: better looked at once too often."""
    when = imaplib.Internaldate2tuple(line)
    if when is None:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.fromtimestamp(time.mktime(when), tz=UTC)
