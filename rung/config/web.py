"""The web process's application: takes in whole requests, within bounds, and only then gives each to a thread.

Under WSGI a thread reads the body, and eight bodies that never come hold eight threads. Here the event loop reads and
writes, so a request holds a thread for as long as Django works on it, and no longer.
"""

import asyncio
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any

from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from granian._granian import RSGIProtocolClosed as ProtocolClosed
from granian.rsgi import Scope

from rung.config import incoming, pulse
from rung.config.environment import whole_number
from rung.config.incoming import Gone, Incoming, Refused
from rung.config.parent_death import die_with_server

die_with_server()  # the worker processes import this; a killed server must not leave them its port

from django.core.wsgi import get_wsgi_application  # noqa: E402  it takes a second, in which the server may end

pulse.begin()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
django = get_wsgi_application()

from rung.config import body_limits  # noqa: E402  it needs Django

Environ = dict[str, Any]
#: Seconds a reader may take for one piece of an answer.
PIECE_WITHIN = 60.0
#: Bytes of a body that stay in memory.
IN_MEMORY = 256 * 1024

threads = ThreadPoolExecutor(whole_number("RUNG_WEB_THREADS", 8), thread_name_prefix="request")
coming = Incoming()


async def application(scope: Scope, proto: HTTPProtocol) -> None:
    """One request, as granian's RSGI gives it."""
    try:
        await _respond(environ_of(scope), proto)
    except (ProtocolClosed, Gone):
        return  # the caller has gone
    except Refused as refused:
        # The rest of the body is not read, so the connection is of no more use.
        proto.response_bytes(refused.status, [*refused.headers, *_ALWAYS], refused.body)


_ALWAYS = [("connection", "close"), ("cache-control", "no-store"), ("x-content-type-options", "nosniff")]


def environ_of(scope: Scope) -> Environ:
    """The request as WSGI writes it, without a body. Letters beyond Latin-1 stand as WSGI has them, byte by byte."""
    host, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode(errors="surrogatepass").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.input": io.BytesIO(),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority  # HTTP/2 has it instead of the header
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            environ[key] = value
        elif "_" not in name:  # `X_Forwarded_For` would pass for the header a proxy sets
            key = f"HTTP_{key}"
            environ[key] = f"{environ[key]}{_BETWEEN.get(key, ',')}{value}" if key in environ else value
    return environ


_BETWEEN = {"HTTP_COOKIE": "; "}


async def _respond(environ: Environ, proto: HTTPProtocol) -> None:
    loop = asyncio.get_running_loop()
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
        if environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ:
            await _take_in(environ, body, proto)
        environ["wsgi.input"] = body
        answer = await loop.run_in_executor(threads, _answered, environ)
        if answer.whole is not None:
            proto.response_bytes(answer.status, answer.headers, answer.whole)
            return
        try:
            await _send(answer, proto)
        finally:
            await loop.run_in_executor(threads, answer.close)


async def _take_in(environ: Environ, body: IO[bytes], proto: HTTPProtocol) -> None:
    """The body, read by the event loop. Raises Refused, Gone."""
    most = body_limits.ANYBODY
    if body_limits.must_be_asked(environ):
        most = await asyncio.get_running_loop().run_in_executor(threads, body_limits.most, environ)
    with coming.one_more(body_limits.address_of(environ)):
        length = await incoming.read(aiter(proto), body, most=most)
    if length < int(environ.get("CONTENT_LENGTH") or 0):
        raise Gone
    environ["CONTENT_LENGTH"] = str(length)
    body.seek(0)


@dataclass(frozen=True)
class Answer:
    """What Django answers. `whole`: all of it; None: it comes in `pieces`, and is then to be closed."""

    status: int
    headers: list[tuple[str, str]]
    whole: bytes | None
    pieces: Iterator[bytes] = field(default_factory=lambda: iter(()))
    close: Any = None


def _answered(environ: Environ) -> Answer:
    """In a thread."""
    started: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        started.extend((int(status.partition(" ")[0]), [(name.lower(), value) for name, value in headers]))

    response: Any = django(environ, start)  # type: ignore[arg-type]
    status, headers = started
    if getattr(response, "streaming", False):
        return Answer(status, headers, None, iter(response), response.close)
    try:
        return Answer(status, headers, b"".join(response))
    finally:
        response.close()


async def _send(answer: Answer, proto: HTTPProtocol) -> None:
    """Piece by piece: a thread fetches each, and none waits for the reader."""
    loop = asyncio.get_running_loop()
    to = proto.response_stream(answer.status, answer.headers)
    while True:
        piece = await loop.run_in_executor(threads, next, answer.pieces, None)
        if piece is None:
            return
        try:
            await asyncio.wait_for(to.send_bytes(piece), PIECE_WITHIN)
        except TimeoutError:
            return  # nobody reads it
