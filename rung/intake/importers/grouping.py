"""Rows put together by ticket, in constant memory: what is too much waits in files."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self
from zlib import crc32

import msgspec

from rung.core.log.rows import LogRow

#: Rows, and letters in them, kept in memory before files are begun.
MOST_IN_MEMORY = 100_000
MOST_LETTERS = 32 << 20
#: Files: one of them is in memory at a time, so this many times the above can be grouped well.
FILES = 256
#: Where they are put unless TMPDIR says otherwise: on many machines /tmp is itself in memory. They have no names there,
#: so that nothing is left of a process that was killed.
SPACIOUS = Path("/var/tmp")  # noqa: S108

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[str, LogRow])
_LENGTH_BYTES = 4


class Grouping:
    """Takes rows in any order. Groups come in the order of their first row, once files were needed in that within
    each file; the same rows always give the same order. To be used in a `with`: its files go away with it."""

    def __init__(self) -> None:
        self._rows: dict[str, list[LogRow]] = {}
        self._count = 0
        self._letters = 0
        self._open = ExitStack()
        self._files: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._open.close()

    def add(self, ticket: str, row: LogRow) -> None:
        if self._files:
            self._put_away(ticket, row)
            return
        self._rows.setdefault(ticket, []).append(row)
        self._count += 1
        self._letters += sum(len(value) for value in row.values if value)
        if self._count > MOST_IN_MEMORY or self._letters > MOST_LETTERS:
            self._begin_files()

    def groups(self) -> Iterator[tuple[str, list[LogRow]]]:
        """Every ticket with its rows, in the order they were added. Once only: what is given is let go."""
        if not self._files:
            yield from _emptied(self._rows)
            return
        for file in self._files:
            file.seek(0)
            rows: dict[str, list[LogRow]] = {}
            while length := file.read(_LENGTH_BYTES):
                ticket, row = _decoder.decode(file.read(int.from_bytes(length)))
                rows.setdefault(ticket, []).append(row)
            file.truncate(0)
            yield from _emptied(rows)

    def _begin_files(self) -> None:
        there = SPACIOUS if "TMPDIR" not in os.environ and os.access(SPACIOUS, os.W_OK) else None
        self._files = [self._open.enter_context(TemporaryFile(dir=there)) for _ in range(FILES)]  # noqa: SIM115
        for ticket, rows in _emptied(self._rows):
            for row in rows:
                self._put_away(ticket, row)

    def _put_away(self, ticket: str, row: LogRow) -> None:
        data = _encoder.encode((ticket, row))
        self._files[crc32(ticket.encode()) % FILES].write(len(data).to_bytes(_LENGTH_BYTES) + data)


def _emptied(rows: dict[str, list[LogRow]]) -> Iterator[tuple[str, list[LogRow]]]:
    for ticket in tuple(rows):
        yield ticket, rows.pop(ticket)
