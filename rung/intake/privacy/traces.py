"""Where a person's name, addresses and ids stand: in any text, JSON, list or bytes of any table, and in the logs.

Tables are not named here, they are asked for: what is added to Rung tomorrow is searched too.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from msgspec import Struct
from psycopg import sql

#: Types a word can stand in, by PostgreSQL's `udt_name`, and how a column is read as text.
_READ = {
    "text": "{}",
    "varchar": "{}",
    "bpchar": "{}",
    "json": "{}::text",
    "jsonb": "{}::text",
    "_text": "{}::text",
    "_varchar": "{}::text",
    "tsvector": "{}::text",
    "bytea": "encode({}, 'escape')",
}
_COLUMNS = """
    SELECT c.table_name, c.column_name, c.udt_name
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
    ORDER BY c.table_name, c.ordinal_position
"""
#: What only describes the schema itself.
_NOT_ABOUT_PEOPLE = frozenset({"django_migrations", "django_content_type", "auth_permission"})


_ALONE_BEFORE, _ALONE_AFTER = r"(?<![\w.+-])", r"(?![\w+-]|\.\w)"


class Mark(Struct, frozen=True):
    """A word to be found between what must stand before and after it, and what stands in its place afterwards.

    `before` and `after` are regular expressions that Python and PostgreSQL read alike; without them the word must stand
    alone: not within a longer word, address or handle. A group in `before` is kept.
    """

    word: str
    instead: str
    ignores_case: bool = True
    before: str = _ALONE_BEFORE
    after: str = _ALONE_AFTER
    #: Only in tables whose name begins so.
    tables: str = ""

    def pattern(self, *, as_bytes: bool = False) -> str:
        """The whole expression. `as_bytes`: as bytes beyond ASCII read in PostgreSQL's `escape`."""
        word = (
            "".join(rf"\{byte:03o}" if byte > 127 else chr(byte) for byte in self.word.encode())
            if as_bytes
            else self.word
        )
        escaped = "".join(letter if letter.isalnum() or letter in "_@/ " else f"\\{letter}" for letter in word)
        return f"{self.before}{escaped}{self.after}"

    @property
    def replacement(self) -> str:
        """With what stood before it, where that is a group."""
        kept = r"\1" if self.before.startswith("(") and not self.before.startswith("(?") else ""
        return kept + self.instead


class Column(NamedTuple):
    """A column that holds words, and its type."""

    table: str
    name: str
    kind: str


def columns() -> Iterator[Column]:
    """Every column of every table that can hold a word."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        rows = cursor.fetchall()
    for table, name, kind in rows:
        if kind in _READ and table not in _NOT_ABOUT_PEOPLE:
            yield Column(table, name, kind)


def found(marks: Sequence[Mark]) -> dict[str, int]:
    """`table.column` -> rows that still hold one of the marks; only those with any."""
    hits: dict[str, int] = {}
    for column in columns():
        here = _of(column, marks)
        if not here:
            continue
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(column.table), _matches(column, here))
        with connection.cursor() as cursor:
            cursor.execute(query)
            (rows,) = cursor.fetchone()
        if rows:
            hits[f"{column.table}.{column.name}"] = rows
    return hits


def wipe(marks: Sequence[Mark]) -> int:
    """Put the pseudonym in the place of every mark, everywhere. Returns how many rows were changed."""
    return sum(_wipe(column, here) for column in columns() if (here := _of(column, marks)))


def wipe_logs(marks: Sequence[Mark]) -> int:
    """The same in the logs of the data folder, in place, so that the parts go on writing to them. Returns the files."""
    changed = 0
    for path in sorted(Path(settings.DATA, "log").glob("*.log*")):
        said = path.read_text(errors="surrogateescape")
        cleaned = said
        for mark in marks:
            flags = re.IGNORECASE if mark.ignores_case else 0
            cleaned = re.sub(mark.pattern(), mark.replacement, cleaned, flags=flags)
        if cleaned != said:
            with path.open("r+", errors="surrogateescape") as log:
                log.write(cleaned)
                log.truncate()
            changed += 1
    return changed


def _wipe(column: Column, marks: Sequence[Mark]) -> int:
    name = sql.Identifier(column.name)
    value: sql.Composable = sql.SQL(_READ[column.kind]).format(name)
    for mark in marks:
        value = sql.SQL("regexp_replace({}, {}, {}, {})").format(
            value,
            sql.Literal(mark.pattern(as_bytes=column.kind == "bytea")),
            sql.Literal(mark.replacement),
            sql.Literal("gi" if mark.ignores_case else "g"),
        )
    written = sql.SQL("decode({}, 'escape')" if column.kind == "bytea" else "({})::" + _type(column)).format(value)
    query = sql.SQL("UPDATE {} SET {} = {} WHERE {}").format(
        sql.Identifier(column.table), name, written, _matches(column, marks)
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.rowcount)


def _type(column: Column) -> str:
    return f"{column.kind[1:]}[]" if column.kind.startswith("_") else column.kind


def _matches(column: Column, marks: Sequence[Mark]) -> sql.Composable:
    text = sql.SQL(_READ[column.kind]).format(sql.Identifier(column.name))
    each = [
        sql.SQL("{} {} {}").format(
            text,
            sql.SQL("~*" if mark.ignores_case else "~"),
            sql.Literal(mark.pattern(as_bytes=column.kind == "bytea")),
        )
        for mark in marks
    ]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(each))


def _of(column: Column, marks: Sequence[Mark]) -> list[Mark]:
    return [mark for mark in marks if column.table.startswith(mark.tables)]
