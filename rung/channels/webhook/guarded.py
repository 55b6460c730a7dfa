"""A POST that cannot be led into our own network: the address is looked up once, judged, and connected to as judged."""

import ipaddress
import socket
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

import httpx

from rung.channels.webhook.sentences import Said
from rung.outbox.sentences import Sentence

TIMEOUT = httpx.Timeout(15, connect=5)


class Forbidden(Exception):
    """The address stands where webhooks may not go; `why` says it in one sentence."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)
        self.why = why


def post(url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool) -> httpx.Response:
    """Post without following redirects. Raises Forbidden, or what httpx raises."""
    parts, host = _read(url)
    address = _address_of(host, parts.port or (443 if parts.scheme == "https" else 80), allow_private=allow_private)
    # Connected to the address that was judged, not to the name: a second look-up could give another answer.
    literal = f"[{address}]" if ":" in address else address
    target = parts._replace(netloc=literal if parts.port is None else f"{literal}:{parts.port}").geturl()
    host_header = host if parts.port is None else f"{host}:{parts.port}"
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
        return client.post(
            target, content=body, headers={**headers, "Host": host_header}, extensions={"sni_hostname": host}
        )


def judge(url: str, *, allow_private: bool) -> None:
    """Say at once what sending to it would say. Raises Forbidden; a name that leads nowhere yet is left to later."""
    parts, host = _read(url)
    with suppress(OSError, UnicodeError):
        _address_of(host, parts.port or 443, allow_private=allow_private)


def _read(url: str) -> tuple[SplitResult, str]:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as wrong:
        raise Forbidden(Said.NO_ADDRESS(url=url, wrong=wrong)) from wrong
    if parts.scheme not in ("http", "https") or not host:
        raise Forbidden(Said.NO_WEB_ADDRESS(url=url))
    return parts, host


def _address_of(host: str, port: int, *, allow_private: bool) -> str:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not allow_private:
        inside = [address for address in addresses if not _is_public(address)]
        if inside:
            raise Forbidden(Said.NOT_PUBLIC(host=host, inside=inside[0]))
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_global and not ip.is_multicast
