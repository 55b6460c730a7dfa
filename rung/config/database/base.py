"""Connections to PostgreSQL: whether statements may be prepared on one, and whether it still stands, asked cheaply."""

import select
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base

#: Seconds. A connection that was looked at just now has not been forgotten by a firewall on its way.
RECENTLY = 10.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with what `people.prepared` needs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._looked_at = -RECENTLY

    def get_new_connection(self, conn_params: dict[str, Any]) -> "psycopg.Connection[Any]":
        """A connection. On one that a pooler hands from server process to server process nothing is prepared."""
        made: psycopg.Connection[Any] = super().get_new_connection(conn_params)
        made.prepare_threshold = 0 if _is_direct(made) else None
        return made

    def is_usable(self) -> bool:
        """Whether the database is there. A server that ends says so; one that was heard of just now and has said
        nothing since is not asked again."""
        now = time.monotonic()
        if now - self._looked_at < RECENTLY and not self.errors_occurred and _is_quiet(self.connection):
            self._looked_at = now
            return True
        usable = bool(super().is_usable())
        self._looked_at = now if usable else -RECENTLY
        return usable


def _is_direct(made: "psycopg.Connection[Any]") -> bool:
    """A pooler gives its clients a process number of its own making."""
    said = made.pgconn.exec_(b"SELECT pg_backend_pid()").get_value(0, 0)
    return said == str(made.pgconn.backend_pid).encode()


def _is_quiet(connection: "psycopg.Connection[Any] | None") -> bool:
    """Nothing has come, not even the end."""
    if connection is None or connection.closed:
        return False
    heard = select.poll()
    heard.register(connection.fileno(), select.POLLIN)
    return not heard.poll(0)
