"""HTTP clients that are kept from one call to the next, and a deadline that holds for a call as a whole."""

import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpcore
import httpx

#: Clients kept at a time, and the seconds after which an idle connection is closed.
MOST_KEPT, IDLE = 64, 30.0
#: Seconds for one read or write; the deadline cuts it shorter.
ONE_STEP = httpx.Timeout(15, connect=5)


class _Ends(threading.local):
    """When the call of this thread must be over, on the machine's steady clock."""

    at = float("inf")


_ends = _Ends()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Everything a kept client reads or writes in this block ends by then: httpx itself bounds only each step, and a
    receiver that sends a byte every few seconds never takes too long for one."""
    before = _ends.at
    _ends.at = min(before, time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends.at = before


def kept_client(address: str, host: str) -> httpx.Client:
    """The client for one judged address and one name. Another name at the same address has another: a connection whose
    certificate was checked for one is never used for the other."""
    with _lock:
        client = _kept.pop((address, host), None) or _made()
        _kept[address, host] = client
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)  # closed when the call that may still use it has ended
        return client


_kept: "OrderedDict[tuple[str, str], httpx.Client]" = OrderedDict()
_lock = threading.Lock()


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes 30 ms of CPU."""
    return httpx.create_ssl_context()


def _made() -> httpx.Client:
    limits = httpx.Limits(max_connections=8, max_keepalive_connections=2, keepalive_expiry=IDLE)
    transport = httpx.HTTPTransport(verify=_certificates(), limits=limits, trust_env=False)
    # httpx has no other way to another network backend.
    transport._pool = httpcore.ConnectionPool(  # noqa: SLF001
        ssl_context=_certificates(),
        max_connections=limits.max_connections,
        max_keepalive_connections=limits.max_keepalive_connections,
        keepalive_expiry=limits.keepalive_expiry,
        network_backend=_Backend(),
    )
    return httpx.Client(transport=transport, timeout=ONE_STEP, follow_redirects=False, trust_env=False)


def _left(timeout: float | None) -> float | None:
    """The timeout, cut to what is left until the deadline."""
    left = _ends.at - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the whole call took too long")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends by the deadline."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Opens such connections."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.connect_tcp(host, port, _left(timeout), local_address, socket_options))
