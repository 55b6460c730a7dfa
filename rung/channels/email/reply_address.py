"""Addresses that carry the ticket they are about, signed: what answers are to be sent to, and what bounces come to."""

import hmac
import re
from collections.abc import Iterable

from django.utils.crypto import salted_hmac

#: What stands between the mailbox's name and the word (RFC 5233 calls it a subaddress).
MARK = "+"
_LENGTH = 12
_WORD = re.compile(r"\+([rb])(\d{1,18})\.([0-9a-f]{12})@", re.I)


def answers_to(address: str, ticket: int) -> str:
    """`support@desk.example` -> `support+r42.<signature>@desk.example`: a mail to it belongs to ticket 42."""
    return _with(address, "r", ticket)


def bounces_to(address: str, ticket: int) -> str:
    """The same for the envelope (VERP): what comes back there is a bounce of a mail about that ticket."""
    return _with(address, "b", ticket)


def ticket_of(addresses: Iterable[str]) -> int | None:
    """The ticket of the first address that carries one and is signed by this desk."""
    return next((ticket for _kind, ticket in _read(addresses)), None)


def is_bounce_address(addresses: Iterable[str]) -> bool:
    """Whether a mail to these came back to the envelope of one of ours."""
    return any(kind == "b" for kind, _ticket in _read(addresses))


def plain(address: str) -> str:
    """Without the word: the mailbox's own address."""
    return _WORD.sub("@", address)


def _with(address: str, kind: str, ticket: int) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}{MARK}{kind}{ticket}.{_signature(kind, ticket)}@{domain}"


def _read(addresses: Iterable[str]) -> Iterable[tuple[str, int]]:
    for address in addresses:
        for kind, number, signature in _WORD.findall(address):
            if hmac.compare_digest(signature.lower(), _signature(kind.lower(), int(number))):
                yield kind.lower(), int(number)


def _signature(kind: str, ticket: int) -> str:
    return salted_hmac("rung.email.address", f"{kind}{ticket}").hexdigest()[:_LENGTH]
