"""Into a mailbox by IMAP: connecting, looking whether it works, and taking it among those that are read."""

import imaplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import formataddr, parseaddr

from imap_tools import (
    AND,
    BaseMailBox,
    ImapToolsError,
    MailBox,
    MailboxFolderSelectError,
    MailBoxStartTls,
    MailBoxUnencrypted,
)
from imap_tools.errors import MailboxLoginError
from msgspec import Struct

from rung.channels.email.models import Mailbox, Security
from rung.channels.email.sentences import Said
from rung.channels.email.server_errors import of_connection
from rung.outbox import sentences
from rung.outbox.sentences import Sentence
from rung.people.vault import VaultProblem, unseal

TIMEOUT = 20.0
#: What a look at a mailbox may raise that is the server's or the network's fault, or ours by a wrong password.
#: ValueError: STARTTLS on the port of TLS, a password that IMAP cannot say.
TROUBLE = (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError, VaultProblem)


class Works(Struct, frozen=True):
    """The mailbox opens. `messages`: how many lie in the folder; `next_uid`, `validity`: where reading begins."""

    messages: int
    next_uid: int
    validity: int


@contextmanager
def opened(box: Mailbox) -> Iterator[BaseMailBox]:
    """Its folder, chosen without a mark left on anything. Raises what TROUBLE lists."""
    found = connect(box)
    try:
        yield found
    finally:
        close(found)


def connect(box: Mailbox) -> BaseMailBox:
    """Signed in, with the folder chosen for reading only. Raises what TROUBLE lists."""
    found = _at(box)
    try:
        found.login(box.user, unseal(box.password), initial_folder=None)
        found.folder.set(box.folder, readonly=True)
    except BaseException:
        close(found)
        raise
    return found


def _at(box: Mailbox) -> BaseMailBox:
    """Connected, not signed in. Without a context of ours imaplib would believe any certificate."""
    match box.security:
        case Security.TLS:
            return MailBox(box.host, box.port, timeout=TIMEOUT, ssl_context=ssl.create_default_context())
        case Security.STARTTLS:
            return MailBoxStartTls(box.host, box.port, timeout=TIMEOUT, ssl_context=ssl.create_default_context())
        case _:
            return MailBoxUnencrypted(box.host, box.port, timeout=TIMEOUT)


def close(found: BaseMailBox) -> None:
    """Say goodbye; whether it is heard does not matter."""
    try:
        found.client.logout()
    except (imaplib.IMAP4.error, OSError):
        found.client.shutdown()


def try_out(box: Mailbox) -> Works | str:
    """Look into it: what is there, or what is wrong in one sentence."""
    try:
        with opened(box) as found:
            return standing(found, box.folder)
    except TROUBLE as failed:
        return str(why(box, failed))


def arrives(box: Mailbox, word: str) -> bool:
    """Whether a mail with that subject comes in within TIMEOUT seconds."""
    until = time.monotonic() + TIMEOUT
    try:
        with opened(box) as found:
            while not found.uids(AND(subject=word)):
                if time.monotonic() > until:
                    return False
                time.sleep(1)
                found.client.noop()
            return True
    except TROUBLE:
        return False


def standing(found: BaseMailBox, folder: str) -> Works:
    """How the folder stands. Raises what TROUBLE lists."""
    told = found.folder.status(folder)
    return Works(told.get("MESSAGES", 0), told.get("UIDNEXT", 1), told.get("UIDVALIDITY", 0))


def begin(box: Mailbox, works: Works, now: datetime) -> None:
    """Read from here on: what lies there already is left alone."""
    box.read_to, box.uid_validity = works.next_uid - 1, works.validity
    box.connected_at, box.looked_at, box.trouble = now, now, None


def why(box: Mailbox, failed: Exception) -> Sentence:
    """What is to be mended."""
    match failed:
        case VaultProblem():
            return sentences.Said.SEALED_ELSEWHERE()
        case MailboxLoginError():
            return Said.REFUSED(said=_said(failed))
        case MailboxFolderSelectError():
            return Said.NO_FOLDER(folder=box.folder)
        case ImapToolsError() | imaplib.IMAP4.error():
            return Said.UNUSABLE(place=f"{box.host}:{box.port}", said=_said(failed))
        case _:
            return of_connection(failed, box.host, box.port)


class AnswersAs(Struct, frozen=True, kw_only=True):
    """Whom an answer is from, where answers to it go when that is somewhere else, and what stands below its words."""

    sender: str
    reply_to: tuple[str, ...] = ()
    signature: str = ""


def answers_as(inbox: str, agent: str, desk: str) -> AnswersAs:
    """As whom a ticket that came in by `inbox` is answered. `agent`: who answers, empty for the desk itself; `desk`:
    whom all other mails are from. Another address of the desk's own domain answers for itself; a mail from any other
    would not pass as its own."""
    boxes = list(Mailbox.objects.filter(active=True))
    box = next((each for each in boxes if inbox == f"email:{each.address}"), boxes[0] if boxes else None)
    name, address = parseaddr(desk)
    if box is None:
        return AnswersAs(sender=desk)
    named = box.sender_name if agent or "{agent}" not in box.sender_name else ""
    name = named.replace("{agent}", agent) or name
    own = box.address.rpartition("@")[2].lower() == address.rpartition("@")[2].lower()
    goes_elsewhere = not own and box.address.lower() != address.lower()
    return AnswersAs(
        sender=formataddr((name, box.address if own else address)) if name else box.address if own else address,
        reply_to=(box.address,) if goes_elsewhere else (),
        signature=box.signature.replace("{agent}", agent) if agent else "",
    )


def _said(failed: Exception) -> str:
    """The server's own words, out of what the libraries put round them."""
    result = getattr(failed, "command_result", None)
    words = result[1] if isinstance(result, tuple) and len(result) == 2 else failed.args
    first = words[0] if isinstance(words, list | tuple) and words else failed
    return (first.decode(errors="replace") if isinstance(first, bytes) else str(first))[:200]
