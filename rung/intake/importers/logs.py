"""Opening a recorded log: its columns and its rows, as a stream, packed or not, whichever format it has."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

import msgspec
import pyarrow.parquet as pq
from msgspec import Struct

from rung.core.log.mapping import Format
from rung.core.log.rows import NOT_UTF8, NoObject
from rung.core.sentences import say
from rung.intake.importers.shapes.recognition import changed, shape_of, unfolded
from rung.intake.importers.shapes.rows import COLUMNS as SHAPED
from rung.intake.importers.slack_archive import COLUMNS, is_slack, slack_rows

GZIP_MAGIC = b"\x1f\x8b"
PARQUET_MAGIC = b"PAR1"
ZIP_MAGIC = b"PK\x03\x04"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
#: The longest cell read: a whole mail with its quotations.
LONGEST_CELL = 64 << 20
#: Lines of NDJSON whose keys together are the columns.
LOOKED_AT = 200
#: Rows, or bytes, of a Parquet file unpacked at a time; and of it read at a time, however large its groups of rows.
PARQUET_BATCH = 10_000
PARQUET_BYTES = 8 << 20
PARQUET_BUFFER = 1 << 20
#: Stands for NUL, which no database text can hold.
UNHOLDABLE = "\ufffd"


class OpenLog(Struct):
    """A log being read. `rows`: (row number in the file, its cells); CSV's first row after the heading is 2."""

    format: Format
    columns: list[str]
    rows: Iterator[tuple[int, Sequence[str]]]
    #: Bytes of the file, packed as it is.
    size: int
    raw: BinaryIO

    @property
    def done(self) -> int:
        """Bytes of the file read so far."""
        return self.raw.tell()


@contextmanager
def open_log(path: Path) -> Iterator[OpenLog]:
    """A file of rows. OSError when it cannot be read, ValueError when it holds none, or later when it is cut off."""
    with path.open("rb") as raw:
        magic = raw.read(4)
        raw.seek(0)
        size = path.stat().st_size
        if magic == PARQUET_MAGIC:
            table = pq.ParquetFile(raw, buffer_size=PARQUET_BUFFER, pre_buffer=False)
            columns = list(table.schema_arrow.names)
            yield OpenLog(Format.PARQUET, columns, _parquet_rows(table), size, raw)
            return
        if magic == ZIP_MAGIC:
            with _archive(raw) as archive:
                yield OpenLog(Format.NDJSON, list(COLUMNS), slack_rows(archive), size, raw)
            return
        text = _text_of(io.BufferedReader(_Packed(fileobj=raw) if magic[:2] == GZIP_MAGIC else raw))
        first = text.readline()
        if not first.strip():
            raise ValueError(f"{path} is empty: a log begins with a heading that names its columns")
        if NOT_UTF8.search(first):
            raise ValueError(
                say("its first line is not UTF-8; `iconv -f WINDOWS-1252 -t UTF-8` makes it so, if it is that")
            )
        if first.lstrip().startswith(("{", "[")):
            head = [first, *islice(text, LOOKED_AT - 1)]
            if (shape := shape_of(_object(first))) is not None:
                yield OpenLog(Format.NDJSON, list(SHAPED), unfolded(shape, chain(head, text)), size, raw)
                return
            columns = list(dict.fromkeys(chain.from_iterable(_cells(line) for line in head)))
            if not columns:
                raise ValueError(
                    say("it is JSON, but a log has one whole object on each line (`jq -c '.[]'` makes it so)")
                )
            yield OpenLog(Format.NDJSON, columns, _json_rows(chain(head, text), columns), size, raw)
            return
        rows = _csv_rows(chain([first], text), _separator(first))
        _, heading = next(rows)
        yield _changes_as_rows(OpenLog(Format.CSV, list(heading), rows, size, raw))


def _changes_as_rows(log: OpenLog) -> OpenLog:
    """As it is, unless each of its rows is a change of one field."""
    shape = shape_of(dict.fromkeys(log.columns, ""))
    if shape is None:
        return log
    return OpenLog(log.format, list(SHAPED), changed(shape, log.columns, log.rows), log.size, log.raw)


def _archive(raw: BinaryIO) -> ZipFile:
    try:
        archive = ZipFile(raw)
    except BadZipFile as damage:
        raise ValueError(say("the file is damaged or not whole: %(why)s", why=damage)) from damage
    if not is_slack(archive):
        raise ValueError(say("it is a zip file, but no export of Slack, which has channels.json and users.json in it"))
    return archive


class _Packed(gzip.GzipFile):
    """One that was cut off on its way ends in a sentence: an EOFError would pass for somebody pressing Ctrl-D."""

    def read(self, size: int | None = -1) -> bytes:
        try:
            return super().read(size)
        except (EOFError, zlib.error) as cut:
            raise ValueError(say("the file is damaged or not whole: %(why)s", why=cut)) from cut


def _text_of(buffered: "io.BufferedReader[Any]") -> io.TextIOWrapper:
    """UTF-8, or UTF-16 that says so. Bytes that are neither stay recognisable, and reject their row."""
    encoding = "utf-16" if buffered.peek(2)[:2] in UTF16_MARKS else "utf-8-sig"
    return io.TextIOWrapper(buffered, encoding=encoding, errors="surrogateescape", newline="")


def _separator(heading: str) -> str:
    """As spreadsheets of some countries write it."""
    return "," if "," in heading else next((mark for mark in (";", "\t") if mark in heading), ",")


def _csv_rows(lines: Iterator[str], separator: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The heading is row 1. ValueError for a cell that never ends: what stands in it was meant to be rows."""
    csv.field_size_limit(LONGEST_CELL)
    quotes = 0

    def counted() -> Iterator[str]:
        nonlocal quotes
        for line in lines:
            quotes += line.count('"')
            yield line.replace("\0", UNHOLDABLE)

    cells: Sequence[str] = ()
    before = number = 0
    try:
        for number, cells in enumerate(csv.reader(counted(), delimiter=separator), 1):
            if number > 1:
                before, quotes = quotes, 0
            if cells:
                yield number, cells
    except csv.Error as problem:
        raise ValueError(f"row {number + 1} cannot be read: {problem}") from None
    if before % 2 and "\n" in (cells[-1:] or [""])[0]:
        raise ValueError(f"row {number}: a quotation mark is opened and never closed, so that all the rest is one cell")


def _json_rows(lines: Iterator[str], columns: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """A line that is no JSON object comes as one cell, and is rejected as that."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        cells = _cells(line)
        yield number, [cells.get(name, "") for name in columns] if cells else NoObject([line.strip()])


def _cells(line: str) -> dict[str, str]:
    """The values of a JSON object as text; those of an object within it under `outer.inner`. {} for anything else."""
    return dict(_flat("", _object(line)))


def _object(line: str) -> dict[str, Any]:
    try:
        read = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _flat(prefix: str, values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", _text(value)


def _parquet_rows(table: pq.ParquetFile) -> Iterator[tuple[int, Sequence[str]]]:
    number, whole = 0, table.metadata
    unpacked = sum(whole.row_group(group).total_byte_size for group in range(whole.num_row_groups))
    rows = min(PARQUET_BATCH, max(1, whole.num_rows * PARQUET_BYTES // max(unpacked, 1)))
    for batch in table.iter_batches(batch_size=rows, use_threads=False):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number += 1
            yield number, [_text(value) for value in values]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value.replace("\0", UNHOLDABLE)
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return ",".join(_text(each) for each in value)
        case _ if hasattr(value, "isoformat"):
            return str(value.isoformat())
        case _:
            return str(value)
