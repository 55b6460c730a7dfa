"""/live: one LISTEN connection, and for each open page the topics that changed since it was last told. No ORM."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator

import psycopg
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from rung.config import data_folder, pulse
from rung.config.connection_timeouts import with_timeouts
from rung.config.live_readers import EVERY, Readers
from rung.config.live_room import Room
from rung.config.parent_death import die_with_server
from rung.config.pulse import Pulse
from rung.frame import live_token
from rung.outbox.live import CHANNEL, PRESENCE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
die_with_server()

HEARTBEAT = 15.0  # seconds; keeps proxies from closing a quiet stream
RETRY = 1.0  # seconds between attempts to reach the database
REPORT_EVERY = 5.0  # seconds between entries in the table of heartbeats
_REPORT = """
    INSERT INTO outbox_heartbeat (loop, process, at, rounds, done, error)
    VALUES ('live', %s, clock_timestamp(), 1, %s, %s)
    ON CONFLICT (loop, process) DO UPDATE
    SET at = excluded.at, done = excluded.done, error = excluded.error, rounds = outbox_heartbeat.rounds + 1
"""
EVERYTHING = "*"

log = structlog.get_logger(__name__)


class Page:
    """One open page. Topics it has not been told of wait as a set, so a slow page never makes a queue grow."""

    def __init__(self, topics: list[str], reader: int = 0) -> None:
        self.topics = frozenset(topics)
        self.reader = reader
        self.ended = False
        self.waiting: set[str] = set()
        #: Who is on a ticket this page shows, as they last said; told once and kept nowhere.
        self.present: dict[str, str] = {}
        self.woken = asyncio.Event()

    def tell(self, topic: str) -> None:
        """Note a change if this page shows it."""
        if topic == EVERYTHING or topic in self.topics:
            self.waiting.add(topic)
            self.woken.set()

    def meet(self, topic: str, who: str, said: str) -> None:
        """Somebody on the same topic says what they do there."""
        if topic in self.topics:
            self.present[who] = said
            self.woken.set()

    def end(self) -> None:
        """Tell it nothing any more."""
        self.ended = True
        self.woken.set()

    async def stream(self) -> AsyncIterator[str]:
        """Server-sent events, one for each changed topic."""
        yield "retry: 2000\n\n"
        while True:
            try:
                await asyncio.wait_for(self.woken.wait(), HEARTBEAT)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if self.ended:
                return
            self.woken.clear()
            told, self.waiting = self.waiting, set()
            met, self.present = self.present, {}
            for topic in sorted(told):
                yield f"event: changed\ndata: {topic}\n\n"
            for said in met.values():
                yield f"event: presence\ndata: {said}\n\n"


pages: set[Page] = set()
room = Room()
readers = Readers()


async def live(request: Request) -> Response:
    """One page listening."""
    headers = {"Access-Control-Allow-Origin": "*"}  # the pass is what lets it in; no cookie is read
    found = live_token.read(request.query_params.get("pass", ""))
    try:
        if found is None or not await readers.has(found[0]):
            return PlainTextResponse("This page's pass to /live is over; load the page again.", 403, headers)
    except psycopg.OperationalError:
        return PlainTextResponse("The database does not answer; the page tries again.", 503, headers)
    page = Page(found[1], reader=found[0])
    if refusal := room.refusal(page.reader):
        return PlainTextResponse(refusal, 503, {**headers, "Retry-After": "60"})

    async def told() -> AsyncIterator[str]:
        if room.refusal(page.reader):  # others came in meanwhile
            return
        pages.add(page)
        room.take(page.reader)
        try:
            async for event in page.stream():
                yield event
        finally:
            pages.discard(page)
            room.leave(page.reader)

    return StreamingResponse(
        told(),
        media_type="text/event-stream",
        headers={**headers, "Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def listen() -> None:
    """Pass on what the database says, for ever. After a break every page is told to ask again."""
    while True:
        try:
            url = data_folder.database_url(data_folder.data_folder()) or ""
            async with await psycopg.AsyncConnection.connect(with_timeouts(url), autocommit=True) as connection:
                await connection.execute(f"listen {CHANNEL}")
                _tell(EVERYTHING)
                while True:
                    full = f"all {room.most} pages of /live are open" if room.open >= room.most else ""
                    await connection.execute(_REPORT, [f"{socket.gethostname()}:{os.getpid()}", room.open, full])
                    async for notice in connection.notifies(timeout=REPORT_EVERY):
                        _tell(notice.payload)
        except psycopg.Error as problem:
            log.warning("live lost the database", problem=str(problem))
        await asyncio.sleep(RETRY)


async def give_signs_of_life() -> None:
    """To the supervisor, for ever: as long as this process answers anybody, it comes to do this too."""
    alive = Pulse()
    while True:
        alive.send()
        await asyncio.sleep(pulse.EVERY)


async def see_off() -> None:
    """End the pages of those who do not work here any more, for ever, once a minute."""
    while True:
        await asyncio.sleep(EVERY)
        await end_pages_of_gone()


async def end_pages_of_gone(*, older_than: float = EVERY / 2) -> None:
    """Ask who works here, if anybody listens, and end the pages of all others."""
    if not pages:
        return
    try:
        active = await readers.ask(older_than=older_than)
    except psycopg.Error as problem:
        log.warning("live could not ask who works here", problem=str(problem))
        return
    for page in [each for each in pages if each.reader not in active]:
        page.end()


def _tell(payload: str) -> None:
    if payload.startswith(PRESENCE):
        _word, topic, who, said = payload.split(" ", 3)
        for page in pages:
            page.meet(topic, who, said)
        return
    for page in pages:
        page.tell(payload)


@contextlib.asynccontextmanager
async def _listening(_app: Starlette) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(each()) for each in (listen, see_off, give_signs_of_life)]
    yield
    for task in tasks:
        task.cancel()


application = Starlette(routes=[Route("/live", live)], lifespan=_listening)
