"""Waking the loops: a NOTIFY that is sent when the transaction commits."""

from django.db import connection

TICKER = "rung_ticker"
COURIER = "rung_courier"
SORTER = "rung_sorter"

#: The same as statements, for those who have more to say at once.
TICKER_NOW = f"SELECT pg_notify('{TICKER}', '')"
COURIER_NOW = f"SELECT pg_notify('{COURIER}', '')"


def ticker() -> None:
    """Some ticket is due, or due sooner than before."""
    _notify(TICKER_NOW)


def courier() -> None:
    """Some delivery waits."""
    _notify(COURIER_NOW)


def sorter() -> None:
    """Some message has come in."""
    _notify(f"SELECT pg_notify('{SORTER}', '')")


def _notify(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
