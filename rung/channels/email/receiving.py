"""What lies new in a mailbox is kept for the sorter, as it came; then, and only then, the place is remembered."""

import imaplib
import re
import time
from datetime import UTC, datetime
from email import message_from_bytes, policy
from hashlib import sha256

from imap_tools import BaseMailBox

from rung.channels.email import mailboxes
from rung.channels.email.models import Mailbox
from rung.channels.email.reading import message_id
from rung.intake.receive import store

CHANNEL = "email"
#: Mails in one look; the rest is for the next, a moment later.
AT_ONCE = 50
#: Bytes; of a larger mail the head is kept, and a sentence.
LARGEST = 35 * 1024 * 1024
TOO_LARGE = b"\r\n(This mail was larger than 35 MB; only its head was taken in.)\r\n"


def collect(box: Mailbox, found: BaseMailBox, now: datetime) -> int:
    """Take in what is new; how many mails that were. Raises what `mailboxes.TROUBLE` lists."""
    stands = mailboxes.standing(found, box.folder)
    if stands.validity != box.uid_validity:
        # The server has numbered its mails anew: what came since we read here is looked at again, and known again.
        box.read_to, box.uid_validity = 0, stands.validity
    elif stands.next_uid and stands.next_uid - 1 <= box.read_to:
        return 0
    new = sorted(int(uid) for uid in found.uids(f"UID {box.read_to + 1}:*") if int(uid) > box.read_to)[:AT_ONCE]
    taken = 0
    for uid in new:
        raw, came_at = _fetch(found, uid)
        if raw and came_at >= box.connected_at.replace(microsecond=0):
            taken += keep(raw, box.address, now)
        box.read_to = uid
        Mailbox.objects.filter(pk=box.pk).update(read_to=uid, uid_validity=box.uid_validity)
    return taken


def keep(raw: bytes, address: str, now: datetime) -> bool:
    """Write one mail down for the sorter; whether it is new. By its Message-ID, or its content where it has none."""
    mail = message_from_bytes(raw, policy=policy.default)
    name = message_id(mail)[:300] or f"sha256:{sha256(raw).hexdigest()}"
    # Latin-1 gives every byte back; in JSON its words stand to be searched when a person is forgotten.
    body = {"raw": raw.decode("latin-1"), "address": address}
    return store(CHANNEL, name, body, inbox=f"email:{address}", place=address, now=now)


def _fetch(found: BaseMailBox, uid: int) -> tuple[bytes, datetime]:
    """The mail as it lies there, unmarked, and when it came."""
    told = found.client.uid("fetch", str(uid), "(RFC822.SIZE INTERNALDATE)")[1]
    line = b" ".join(part if isinstance(part, bytes) else part[0] for part in told if part)
    size = re.search(rb"RFC822\.SIZE (\d+)", line)
    whole = size is None or int(size[1]) <= LARGEST
    answer = found.client.uid("fetch", str(uid), "(BODY.PEEK[])" if whole else "(BODY.PEEK[HEADER])")[1]
    raw = next((part[1] for part in answer if isinstance(part, tuple)), b"")
    return raw if whole else raw + TOO_LARGE, _moment(line)


def _moment(line: bytes) -> datetime:
    """A mail without a date of arrival came now: better looked at once too often."""
    when = imaplib.Internaldate2tuple(line)
    if when is None:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.fromtimestamp(time.mktime(when), tz=UTC)
