"""Connections: what is prepared on them, and how their end is noticed."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from rung.people import prepared_statements
from rung.people.prepared_statements import prepared
from tests.desk import eventually

pytestmark = pytest.mark.django_db


@contextmanager
def another(**settings: str) -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own, with health checks as in a web process."""
    made = connection.copy()
    made.settings_dict = {**made.settings_dict, **settings}
    made.health_check_enabled = True
    try:
        yield made
    finally:
        made.close()


def kept_by(made: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many statements the database keeps of the connection, once the same one has been asked twice."""
    monkeypatch.setattr(prepared_statements, "connections", {"default": made})
    for number in (1, 2):
        with prepared() as cursor:
            cursor.execute("SELECT %s::int", [number])
            assert cursor.fetchone() == (number,)
    with made.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        (kept,) = cursor.fetchone()
    return int(kept)


def test_a_statement_is_planned_once_for_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    with another() as made:
        assert kept_by(made, monkeypatch) == 1


def test_a_plan_does_not_outlive_the_size_of_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    with another() as made:
        monkeypatch.setattr(prepared_statements, "connections", {"default": made})
        with made.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE small AS SELECT 1 AS id")
            cursor.execute("ALTER TABLE small ADD PRIMARY KEY (id)")
            cursor.execute("ANALYZE small")
        assert "Seq Scan" in how_it_is_read(made)
        with made.cursor() as cursor:
            cursor.execute("INSERT INTO small SELECT generate_series(2, 100000)")
        monkeypatch.setattr(prepared_statements, "PLANS_LAST", -1.0)
        assert "Index" in how_it_is_read(made)


@pytest.mark.django_db(transaction=True)
def test_a_statement_outlives_a_column_of_another_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration runs beside processes that have asked before; who asks without a transaction does not notice, and
    who asks within one loses no more than that one."""
    with another() as made, another() as migrating, migrating.cursor() as migration:
        monkeypatch.setattr(prepared_statements, "connections", {"default": made})
        migration.execute("CREATE TABLE migrated AS SELECT 1::int AS id")
        try:
            assert [which_are_migrated(), which_are_migrated()] == [(1,), (1,)]
            migration.execute("ALTER TABLE migrated ALTER id TYPE bigint")
            assert which_are_migrated() == (1,)
            migration.execute("ALTER TABLE migrated ALTER id TYPE text")
            made.set_autocommit(False)
            with pytest.raises(DatabaseError):
                which_are_migrated()
            made.rollback()
            assert which_are_migrated() == ("1",)
        finally:
            made.close()  # a transaction still open would keep the table
            migration.execute("DROP TABLE migrated")


def which_are_migrated() -> object:
    with prepared() as cursor:
        cursor.execute("SELECT id FROM migrated")
        return cursor.fetchone()


def how_it_is_read(made: BaseDatabaseWrapper) -> str:
    """The plan of a statement that has been asked so often that the database has settled on one."""
    for _ in range(10):
        with prepared() as cursor:
            cursor.execute("SELECT id FROM small WHERE id = %s::int", [1])
    with made.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT id FROM small%'")
        (name,) = cursor.fetchone()
        cursor.execute(f'EXPLAIN EXECUTE "{name}" (1)')
        return "\n".join(line for (line,) in cursor)


def test_through_a_pooler_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with pooler() as port, another(HOST="127.0.0.1", PORT=str(port)) as made:
        assert kept_by(made, monkeypatch) == 0


def test_the_end_of_a_connection_is_noticed_before_the_next_request_uses_it() -> None:
    with another() as made:
        made.ensure_connection()
        assert made.is_usable()
        assert made.is_usable()  # not asked again: it has just been heard of
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [made.connection.info.backend_pid])
        eventually(lambda: not made.is_usable())
        made.close_if_unusable_or_obsolete()  # as every request begins with
        with made.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)


@contextmanager
def pooler() -> Iterator[int]:
    """As one answers: what it says of the server process is its own. Yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_serve, args=(door,), daemon=True).start()
        yield int(door.getsockname()[1])


def _serve(door: socket.socket) -> None:
    with suppress(OSError):
        while True:
            client, _ = door.accept()
            server = _database()
            threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
            threading.Thread(target=_pass_on, args=(server, client), daemon=True).start()


def _database() -> socket.socket:
    place = connection.settings_dict
    port = place["PORT"] or "5432"
    if not str(place["HOST"]).startswith("/"):
        return socket.create_connection((place["HOST"] or "127.0.0.1", int(port)))
    server = socket.socket(socket.AF_UNIX)
    server.connect(str(Path(place["HOST"]) / f".s.PGSQL.{port}"))
    return server


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    key = b"K\x00\x00\x00\x0c"  # the message that names the server process, and its length
    with suppress(OSError):
        while said := source.recv(65536):
            before, found, after = said.partition(key)
            target.sendall(before + found + (b"\x00\x00\x00\x07" + after[4:] if found else b""))
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
