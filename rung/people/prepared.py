"""Statements that are asked with every message: the database reads and plans them once for each connection."""

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from psycopg import Cursor


def prepared() -> CursorWrapper:
    """A cursor whose statements and parameters go to the database apart, so that it keeps the plan. One statement at a
    time, and each parameter has one type wherever it stands. Through a pooler it works too, but nothing is kept."""
    connection = connections[DEFAULT_DB_ALIAS]  # looked up once: the proxy asks whose thread it is at every word
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor = Cursor(connection.connection)
    return (CursorDebugWrapper if connection.queries_logged else CursorWrapper)(cursor, connection)
