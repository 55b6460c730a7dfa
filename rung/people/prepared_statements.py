"""Statements that are asked with every message: the database reads and plans them once for each connection."""

from collections.abc import Sequence
from functools import cache
from time import monotonic
from typing import Any, Self, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from django.db.models import Model
from psycopg import Connection, Cursor, errors
from psycopg.abc import Params, QueryNoTemplate
from psycopg.pq import TransactionStatus

#: Seconds after which a plan is made anew: one made for a table of a few rows reads all of it, however it has grown.
PLANS_LAST = 5.0

Row = TypeVar("Row", bound=Model)


def prepared() -> CursorWrapper:
    """A cursor whose statements and parameters go to the database apart, so that it keeps the plan. One statement at a
    time, and each parameter has one type wherever it stands. Through a pooler it works too, but nothing is kept."""
    connection = connections[DEFAULT_DB_ALIAS]  # looked up once: the proxy asks whose thread it is at every word
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        _plan_anew(connection.connection)
    cursor = _Asked(connection.connection)
    return (CursorDebugWrapper if connection.queries_logged else CursorWrapper)(cursor, connection)


class _Asked(Cursor[Any]):
    """A cursor that asks again where a column has another type since the database read the statement."""

    # Templates are not asked here.
    def execute(self, query: QueryNoTemplate, params: Params | None = None, **how: Any) -> Self:  # type: ignore[override]
        try:
            return super().execute(query, params, **how)
        except errors.FeatureNotSupported:
            # A transaction is lost, and the statement forgotten as it is undone. Without one nobody would forget it.
            if self.connection.info.transaction_status is not TransactionStatus.IDLE:
                raise
            with self.connection.transaction(force_rollback=True):
                pass
            return super().execute(query, params, **how)


_planned: "WeakKeyDictionary[Connection[Any], float]" = WeakKeyDictionary()


def _plan_anew(line: "Connection[Any]") -> None:
    now = monotonic()
    if line.prepare_threshold is not None and now - _planned.setdefault(line, now) > PLANS_LAST:
        line.execute("DISCARD PLANS")
        _planned[line] = now


def found(table: type[Row], condition: str, given: Sequence[str | int | list[str]]) -> list[Row]:
    """Rows of a table by a condition in SQL, for what is asked so often that writing it anew each time would show."""
    names, statement = _select(table, condition)
    with prepared() as cursor:
        cursor.execute(statement, given)
        return [table.from_db(DEFAULT_DB_ALIAS, names, row) for row in cursor.fetchall()]


@cache
def _select(table: type[Model], condition: str) -> tuple[list[str], str]:
    connection, fields = connections[DEFAULT_DB_ALIAS], table._meta.concrete_fields
    converted = [field.name for field in fields if field.get_db_converters(connection)]
    if converted:
        raise TypeError(f"{table.__name__} is read by the ORM only: {', '.join(converted)} is kept in another form")
    columns = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'SELECT {columns} FROM "{table._meta.db_table}" WHERE {condition}'  # noqa: S608  our own names
    return [field.attname for field in fields], statement
