"""The parts of a running desk: what each is, and how each is run by itself."""

import importlib
import logging
import os
import signal
import threading
import time
from dataclasses import dataclass
from types import FrameType

import django
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from rung.config import live_room, logs, parent_death, ports, pulse
from rung.config.environment import whole_number
from rung.outbox import progress

STOP_WITHIN = 3  # seconds a web worker may take to finish its requests
END_WITHIN = 9.0  # seconds a loop has to finish what it holds
LOOPS = {
    "ticker": "rung.escalation.ticker",
    "sorter": "rung.intake.sort",
    "courier": "rung.outbox.courier",
    "worker": "rung.insights.worker",
    "player": "rung.insights.sample_day.player",
}
PARTS = {
    "web": "pages and API, on RUNG_HOST and RUNG_PORT.",
    "live": "tells open pages what changed, on the port after RUNG_PORT.",
    "ticker": "looks at tickets that are due.",
    "sorter": "makes tickets of what came in.",
    "courier": "sends what waits.",
    "worker": "does what is rare or slow.",
}


#: A part only a sample day has.
PLAYER = "player"


def run(part: str) -> None:
    """Run one of PARTS in this process until SIGTERM or SIGINT."""
    os.environ.setdefault("RUNG_PART", part)
    match part:
        case "web":
            run_web(Listen.from_environment())
        case "live":
            run_live(Listen.from_environment())
        case _:
            run_loop(part)


@dataclass(frozen=True)
class Listen:
    """Where the web process listens; /live is on the next port."""

    host: str = "127.0.0.1"
    port: int = 8000

    @classmethod
    def from_environment(cls) -> "Listen":
        """RUNG_HOST and RUNG_PORT."""
        return cls(os.environ.get("RUNG_HOST") or cls.host, whole_number("RUNG_PORT", cls.port))


def run_web(listen: Listen) -> None:
    """Serve pages and the API until told to stop."""
    live_room.raise_limit()
    ports.refuse_taken(listen.host, listen.port, "RUNG_PORT")
    parent_death.name_server()
    Server(
        "rung.config.web:application",
        address=listen.host,
        port=listen.port,
        interface=Interfaces.RSGI,
        workers=whole_number("RUNG_WEB_WORKERS", 1),
        backlog=live_room.BACKLOG,
        backpressure=live_room.BACKPRESSURE,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=STOP_WITHIN,
        log_access=False,
        log_dictconfig=logs.SERVER,
    ).serve()


def run_live(listen: Listen) -> None:
    """Serve /live until told to stop."""
    live_room.raise_limit()
    ports.refuse_taken(listen.host, listen.port + 1, "RUNG_PORT")
    parent_death.name_server()
    Server(
        "rung.config.live:application",
        address=listen.host,
        port=listen.port + 1,
        interface=Interfaces.ASGI,
        backlog=live_room.BACKLOG,
        backpressure=live_room.BACKPRESSURE,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=1,  # its streams never end by themselves
        log_access=False,
        log_dictconfig=logs.SERVER,
    ).serve()


def run_loop(name: str) -> None:
    """Run one of LOOPS until SIGTERM or SIGINT. It is asked to stop and may finish what it holds."""
    stop = threading.Event()
    threading.Thread(target=_end_after, args=(stop,), daemon=True).start()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    django.setup()
    pulse.begin(progress.is_moving)
    importlib.import_module(LOOPS[name]).run(stop)
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        os._exit(0)  # a call that nobody waits for any more does not hold up the end


def _end_after(stop: threading.Event) -> None:
    """Whatever a loop waits for once it is asked to stop, such as a ticket that somebody else has locked: end. What it
    held is rolled back and taken up by others, what it was sending when its lease is over."""
    stop.wait()
    time.sleep(END_WITHIN)
    logging.getLogger(__name__).warning("stopped in the middle of work, which had not ended after %s s", END_WITHIN)
    os._exit(0)
