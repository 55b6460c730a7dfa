"""What runs beside the sorter: catching up, the sockets, open Home tabs, and whether we are still known."""

from __future__ import annotations

import threading

import structlog
from django.db import Error, close_old_connections, connection

from rung.channels.slack import catching_up, home_tabs, sockets, switching_off
from rung.people.clock import database_now

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0
#: Sockets are opened and closed as workspaces are connected and switched off.
SOCKETS_EVERY = 15.0
#: Whether the workspaces still know us.
KNOWN_EVERY = 600.0
HOME_EVERY = 10.0


def run(stop: threading.Event) -> None:
    """Until asked to stop."""
    catching_up.wanted.set()
    kept = sockets.Sockets()
    since_sockets, since_known, since_home = SOCKETS_EVERY, 0.0, 0.0
    try:
        while not stop.is_set():
            try:
                if since_sockets >= SOCKETS_EVERY:
                    since_sockets = 0.0
                    kept.match()
                if since_known >= KNOWN_EVERY:
                    since_known = 0.0
                    switching_off.look(database_now())
                if since_home >= HOME_EVERY:
                    since_home = 0.0
                    home_tabs.redraw(database_now())
                if catching_up.wanted.is_set():
                    catching_up.wanted.clear()
                    catching_up.catch_up(database_now(), sleep=stop.wait)
            except Error as lost:
                log.warning("Slack's background work waits for the database", error=str(lost).strip())
            close_old_connections()
            stop.wait(LOOK_EVERY)
            since_sockets += LOOK_EVERY
            since_known += LOOK_EVERY
            since_home += LOOK_EVERY
    finally:
        kept.close()
        connection.close()
