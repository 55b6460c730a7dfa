"""A POST that cannot be led into our own network: the address is looked up once, judged, and connected to as judged."""

import ipaddress
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

import httpx

from rung.channels.webhook.kept import deadline, kept_client
from rung.channels.webhook.sentences import Said
from rung.outbox.handover import handing_over
from rung.outbox.sentences import Sentence

#: Seconds for the whole call, and bytes of an answer that anybody wants to read.
DEADLINE = 30.0
MOST_READ = 4096
#: Seconds for the body, once the receiver has said whether it took it.
BODY_WITHIN = 2.0


class Forbidden(Exception):
    """The address stands where webhooks may not go; `why` says it in one sentence."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)
        self.why = why


class Answer(NamedTuple):
    """What came back: `text` is the beginning of its body."""

    status_code: int
    headers: httpx.Headers
    text: str

    @property
    def is_success(self) -> bool:
        """Whether the receiver took it."""
        return 200 <= self.status_code < 300


def post(url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool) -> Answer:
    """Post without following redirects. The whole call ends within DEADLINE, and of the answer at most MOST_READ bytes
    are read, as they come. Raises Forbidden, or what httpx raises."""
    parts, host = _read(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _addresses_of(host, port, allow_private=allow_private)
    with deadline(DEADLINE):
        for address in addresses[:-1]:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):  # nobody has it yet: the name's next address
                return _post_to(address, parts, host, body, headers)
        return _post_to(addresses[-1], parts, host, body, headers)


def _post_to(address: str, parts: SplitResult, host: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Connected to the address that was judged, not to the name: a second look-up could give another answer."""
    literal = f"[{address}]" if ":" in address else address
    target = parts._replace(netloc=literal if parts.port is None else f"{literal}:{parts.port}").geturl()
    host_header = host if parts.port is None else f"{host}:{parts.port}"
    given = {**headers, "Host": host_header, "Accept-Encoding": "identity"}
    client, sni = kept_client(address, host), {"sni_hostname": host}
    handing_over()
    with client.stream("POST", target, content=body, headers=given, extensions=sni) as response:
        return Answer(response.status_code, response.headers, _beginning(response))


def _beginning(response: httpx.Response) -> str:
    """The first bytes of the body; the rest is left unread, and its connection closed. What a receiver that took it
    still says is read only so that the connection can be kept."""
    read = b""
    with suppress(httpx.HTTPError), deadline(BODY_WITHIN):
        for part in response.iter_raw():
            read += part
            if len(read) >= MOST_READ:
                break
    return read[:MOST_READ].decode(errors="replace")


def judge(url: str, *, allow_private: bool) -> None:
    """Say at once what sending to it would say. Raises Forbidden; a name that leads nowhere yet is left to later."""
    parts, host = _read(url)
    with suppress(OSError, UnicodeError):
        _addresses_of(host, parts.port or 443, allow_private=allow_private)


def _read(url: str) -> tuple[SplitResult, str]:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as wrong:
        raise Forbidden(Said.NO_ADDRESS(url=url, wrong=wrong)) from wrong
    if parts.scheme not in ("http", "https") or not host:
        raise Forbidden(Said.NO_WEB_ADDRESS(url=url))
    return parts, host


def _addresses_of(host: str, port: int, *, allow_private: bool) -> list[str]:
    """All of a name's addresses, in the system's order; there is at least one. Raises Forbidden if any is inside."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not allow_private:
        inside = [address for address in addresses if not _is_public(address)]
        if inside:
            raise Forbidden(Said.NOT_PUBLIC(host=host, inside=inside[0]))
    return addresses


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    judged = _carried(ip) if isinstance(ip, ipaddress.IPv6Address) else ip
    return judged.is_global and not judged.is_multicast and judged not in _LOCAL_NAT64


def _carried(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 address leads to, else itself: mapped and compatible (RFC 4291), 6to4 (RFC 3056)
    and NAT64 (RFC 6052). Teredo's are not public anyway."""
    if ip in _NAT64 or ip in _COMPATIBLE:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: Of networks that translate for themselves (RFC 8215): whatever stands behind it, it is inside.
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
