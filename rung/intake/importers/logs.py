"""Opening a recorded log: its columns and its rows, as a stream, packed or not."""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

GZIP_MAGIC = b"\x1f\x8b"
#: The longest cell read: a whole mail with its quotations.
LONGEST_CELL = 64 << 20


class OpenLog(Struct):
    """A log being read. `rows`: (row number in the file, its cells); the first row after the heading is 2."""

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
    """A CSV file, gzip or not, with a heading. OSError when it cannot be read, ValueError when it is empty."""
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        binary = gzip.GzipFile(fileobj=raw) if packed else raw
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(io.TextIOWrapper(binary, encoding="utf-8-sig", errors="replace", newline=""))
        columns = next(reader, None)
        if columns is None:
            raise ValueError(f"{path} is empty: a log begins with a heading that names its columns")
        yield OpenLog(columns, _rows(reader), path.stat().st_size, raw)


def _rows(reader: "Iterator[list[str]]") -> Iterator[tuple[int, Sequence[str]]]:
    number = 1
    for cells in reader:
        number += 1
        if cells:
            yield number, cells
