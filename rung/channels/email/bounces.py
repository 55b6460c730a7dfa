"""A mail of ours that came back: why, to whom it was, and which answer it carried."""

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from rung.core.reckoning.effects import NoticeKind
from rung.outbox.models import State
from rung.tickets import actions
from rung.tickets.models import Direction, Message, Ticket

LONGEST_REASON = 300
_ACTION = re.compile(rb"(?im)^Action:[ \t]*([a-z]+)")
_FACT = r"(?im)^{}:[ \t]{{0,9}}(?:[a-z0-9-]{{1,20}};)?[ \t]{{0,9}}(\S.{{0,500}})"
_WHY = re.compile(_FACT.format("Diagnostic-Code").encode())
_STATUS = re.compile(_FACT.format("Status").encode())
_TO = re.compile(_FACT.format("Final-Recipient").encode())
#: A warning in words: the mail is still on its way.
_STILL_TRYING = re.compile(r"(?i)\bdelayed\b|still (?:be )?tr(?:y|ied)|will (?:keep trying|retry|be retried)")


class Failure(Struct, frozen=True):
    """What a bounce says. `to`: the address that did not take it, empty where it is not said."""

    said: str
    to: str = ""


def failure(raw: bytes, text: str) -> Failure | None:
    """Why a mail came back for good (RFC 3464, else its words); None: it is only late, or did arrive."""
    done = {each.lower() for each in _ACTION.findall(raw)}
    if (done and b"failed" not in done) or (not done and _STILL_TRYING.search(text)):
        return None
    said = _first(_WHY, raw) or _first(_STATUS, raw) or next(filter(None, map(str.strip, text.split("\n"))), "")
    to = _first(_TO, raw).strip("<>")
    return Failure((said or "no reason is given")[:LONGEST_REASON], to if "@" in to else "")


def take_back(ticket: Ticket, came_back: Sequence[str], failed: Failure, now: datetime) -> None:
    """The answer that came back did not arrive. `came_back`: Message-IDs in the bounce; without one of ours it is the
    newest answer that went out by mail."""
    ours = Message.objects.filter(ticket=ticket, direction=Direction.PUBLIC)
    named = ours.filter(external_id__in=came_back).order_by("-pk").first()
    sent = ours.filter(deliveries__kind=NoticeKind.REPLY, deliveries__channel="email", deliveries__state=State.SENT)
    message = named or sent.order_by("-pk").first()
    if message is not None:
        actions.bounced(ticket.number, message.pk, said=failed.said, to=failed.to, now=now)


def _first(pattern: re.Pattern[bytes], raw: bytes) -> str:
    found = pattern.search(raw)
    return found[1].decode("utf-8", "replace").strip() if found else ""
