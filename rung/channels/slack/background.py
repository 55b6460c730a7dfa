"""What runs beside the sorter: a slow round of catching up, the sockets, open Home tabs, and whether we are known."""

from __future__ import annotations

import threading

import structlog
from django.db import close_old_connections, connection

from rung.channels.slack import socket_mode
from rung.channels.slack.connection import disconnect
from rung.channels.slack.events import catch_up, cursors
from rung.channels.slack.home import open_tabs
from rung.channels.slack.models import Workspace
from rung.outbox import loop
from rung.people.clock import database_now
from rung.people.database_errors import AWAY

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0
#: Sockets are opened and closed as workspaces are connected and switched off.
SOCKETS_EVERY = 15.0
#: Whether the workspaces still know us.
KNOWN_EVERY = 600.0
HOME_EVERY = 10.0
#: Between two looks for a place that is due, once none is.
ROUND_EVERY = 5.0


def catch_up_in_rounds(stop: threading.Event) -> None:
    """One place after the other, the most pressing first, each again and again; slow where Slack wants it slow."""

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise InterruptedError("the desk stops")

    while not stop.is_set():
        now = database_now()
        if catch_up.wanted.is_set():
            catch_up.wanted.clear()
            cursors.want_all()
            for workspace in Workspace.objects.filter(active=True):
                catch_up.learn_direct_channels(workspace, now)
        due = cursors.next_due(now)
        if due is not None:
            catch_up.look(due, now, sleep)
        close_old_connections()
        if due is None:
            stop.wait(ROUND_EVERY)


def run(stop: threading.Event) -> None:
    """Until asked to stop."""
    catch_up.wanted.set()
    loop.keep_running("slack catch-up", catch_up_in_rounds, stop)
    kept = socket_mode.Sockets()
    since_sockets, since_known, since_home = SOCKETS_EVERY, 0.0, 0.0
    try:
        while not stop.is_set():
            try:
                if since_sockets >= SOCKETS_EVERY:
                    since_sockets = 0.0
                    kept.match()
                if since_known >= KNOWN_EVERY:
                    since_known = 0.0
                    disconnect.look(database_now())
                if since_home >= HOME_EVERY:
                    since_home = 0.0
                    open_tabs.redraw(database_now())
            except AWAY as lost:
                log.warning("Slack's background work waits for the database", error=str(lost).strip())
            close_old_connections()
            stop.wait(LOOK_EVERY)
            since_sockets += LOOK_EVERY
            since_known += LOOK_EVERY
            since_home += LOOK_EVERY
    finally:
        kept.close()
        connection.close()
