"""An exported desk read back: all of it or nothing, into an empty desk."""

import json
from collections.abc import Iterator
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from psycopg import sql

from rung.intake.transfer.tables import (
    ATTACHMENTS,
    FORMAT,
    MANIFEST,
    ROWS_AT_A_TIME,
    SECRETS,
    TABLES,
    NotMovable,
    OnProgress,
    attachment_paths,
    columns_of,
    raw,
)


def take_in(folder: Path, on_progress: OnProgress = lambda _table, _rows: None) -> dict[str, int]:
    """Make an empty desk the one that was exported: all of it or nothing. Numbers, times and clocks stay as they are;
    people sign in by link, for passwords were not written. Raises NotMovable, OSError."""
    manifest = _manifest(folder)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tickets_ticket")
        if cursor.fetchone()[0]:
            raise NotMovable("this desk has tickets; an export can only be taken into an empty desk")
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        for table, key in TABLES.items():
            for done in _read(folder, table):
                on_progress(table, done)
            _go_on_counting(table, key)
    _read_attachments(folder)
    return dict(manifest["rows"])


def _manifest(folder: Path) -> dict[str, dict[str, int]]:
    path = folder / MANIFEST
    if not path.exists():
        raise NotMovable(f"{folder} is no export of a desk: there is no {MANIFEST} in it")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if manifest.get("format") != FORMAT:
        raise NotMovable(f"{folder} was written by another version of Rung (format {manifest.get('format')})")
    for table in TABLES:
        if manifest["columns"].get(table) != sorted(columns_of(table)):
            raise NotMovable(f"{table} has other columns here than in {folder}; use the version that wrote it")
    return dict(manifest)


def _read(folder: Path, table: str) -> Iterator[int]:
    given = {column: value for (of, column), value in SECRETS.items() if of == table}
    statement = sql.SQL(
        "INSERT INTO {table} SELECT r.* FROM unnest(%s::text[]) line,"
        " jsonb_populate_record(NULL::{table}, line::jsonb || %s::jsonb) r"
    ).format(table=sql.Identifier(table))
    done = 0
    with (folder / f"{table}.ndjson").open(encoding="utf-8") as lines, raw().cursor() as cursor:
        while batch := [line for _, line in zip(range(ROWS_AT_A_TIME), lines, strict=False)]:
            cursor.execute(statement, [batch, json.dumps(given)])
            done += len(batch)
            yield done


def _go_on_counting(table: str, key: str) -> None:
    """New rows get numbers after those taken in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, key])
        (sequence,) = cursor.fetchone()
        if sequence is not None:
            cursor.execute(f'SELECT setval(%s, greatest((SELECT max("{key}") FROM {table}), 1))', [sequence])  # noqa: S608


def _read_attachments(folder: Path) -> None:
    for path in attachment_paths():
        source = folder / ATTACHMENTS / path
        if source.exists() and not default_storage.exists(path):
            with source.open("rb") as file:
                default_storage.save(path, File(file))
