"""Waking the loops: a NOTIFY that is sent when the transaction commits."""

from django.db import connection

TICKER = "rung_ticker"
COURIER = "rung_courier"
SORTER = "rung_sorter"


def ticker() -> None:
    """Some ticket is due, or due sooner than before."""
    _notify(TICKER)


def courier() -> None:
    """Some delivery waits."""
    _notify(COURIER)


def sorter() -> None:
    """Some message has come in."""
    _notify(SORTER)


def _notify(channel: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel])
