"""Each table as NDJSON and Parquet, and the files that came with messages. The same desk gives the same bytes."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
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


def export(folder: Path, on_progress: OnProgress = lambda _table, _rows: None) -> dict[str, int]:
    """Write everything into an empty folder: each table as NDJSON and Parquet, and the files that came with messages.
    The same desk gives the same bytes. Returns the rows of each table. Raises NotMovable, OSError."""
    if folder.exists() and any(folder.iterdir()):
        raise NotMovable(f"{folder} is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    with _snapshot():
        columns = {table: columns_of(table) for table in TABLES}
        for table, key in TABLES.items():
            counts[table] = 0
            for rows in _write(folder, table, key, columns[table]):
                counts[table] += rows
                on_progress(table, counts[table])
        _write_attachments(folder)
    manifest = {
        "format": FORMAT,
        "rows": counts,
        "columns": {table: sorted(kinds) for table, kinds in columns.items()},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return counts


@contextmanager
def _snapshot() -> Iterator[None]:
    """One moment of the desk for all tables, however long it takes."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _write(folder: Path, table: str, key: str, columns: Mapping[str, str]) -> Iterator[int]:
    schema = pa.schema([(name, _arrow_type(kind)) for name, kind in columns.items()])
    with ExitStack() as stack:
        lines = stack.enter_context((folder / f"{table}.ndjson").open("wb"))
        parquet = stack.enter_context(pq.ParquetWriter(folder / f"{table}.parquet", schema))
        for batch in _rows(table, key, columns):
            lines.writelines(line.encode() + b"\n" for line in batch)
            read = [json.loads(line) for line in batch]
            values = {name: [_value(row[name], kind) for row in read] for name, kind in columns.items()}
            parquet.write_table(pa.table(values, schema=schema))
            yield len(batch)


def _rows(table: str, key: str, columns: Mapping[str, str]) -> Iterator[list[str]]:
    """Rows as JSON, in the order of their key, so many at a time; the order of names within a row is PostgreSQL's."""
    left_out = [column for (of, column) in SECRETS if of == table and column not in columns]
    query = sql.SQL("SELECT (to_jsonb(t) - %s::text[])::text FROM {} t ORDER BY {}").format(
        sql.Identifier(table), sql.Identifier(key)
    )
    with raw().cursor(name="export") as cursor:
        cursor.execute(query, [left_out])
        while rows := cursor.fetchmany(ROWS_AT_A_TIME):
            yield [str(text) for (text,) in rows]


def _arrow_type(kind: str) -> pa.DataType:
    return _ARROW_TYPES.get(kind, pa.string())


_ARROW_TYPES: Mapping[str, pa.DataType] = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "smallint": pa.int16(),
    "boolean": pa.bool_(),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
    "bytea": pa.binary(),
    "array": pa.list_(pa.string()),
}


def _value(value: object, kind: str) -> object:
    """As Parquet's type wants it."""
    match kind, value:
        case _, None:
            return None
        case "timestamp with time zone", str(text):
            return datetime.fromisoformat(text)
        case "bytea", str(text):
            return bytes.fromhex(text.removeprefix("\\x"))
        case "jsonb", _:
            return json.dumps(value, ensure_ascii=False)
        case _:
            return value


def _write_attachments(folder: Path) -> None:
    for path in attachment_paths():
        if default_storage.exists(path):
            target = folder / ATTACHMENTS / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with default_storage.open(path) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)
