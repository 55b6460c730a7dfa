"""Which shape a record has, and the rows of a whole file of them."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rung.core.log.rows import NoObject, OtherKind
from rung.intake.importers.shapes import freshdesk, jira, servicenow, zendesk
from rung.intake.importers.shapes.rows import COLUMNS, Record, Shape, cells, items

SHAPES: Sequence[Shape] = (*zendesk.SHAPES, *freshdesk.SHAPES, *jira.SHAPES, *servicenow.SHAPES)
#: Keys under which an answer of an API has its records: a page of them may stand on one line.
PAGES = ("ticket_events", "tickets", "issues", "results", "result", "records")


def shape_of(record: Record) -> Shape | None:
    """Of a record, or of the first in a page of them."""
    first = next(_records(record), None)
    return None if first is None else next((shape for shape in SHAPES if shape.fits(first)), None)


def unfolded(shape: Shape, lines: Iterable[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row with the number of its line. A line that is something else comes as one cell, and is rejected."""
    rows = shape.rows()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            read = None
        if not isinstance(read, dict):
            yield number, NoObject([line.strip()])
            continue
        for record in _records(read):
            if shape.fits(record):
                for row in rows(record):
                    yield number, cells(row)
            else:
                yield number, OtherKind([msgspec.json.encode(record).decode()])


def changed(
    shape: Shape, columns: Sequence[str], given: Iterable[tuple[int, Sequence[str]]]
) -> Iterator[tuple[int, Sequence[str]]]:
    """The same for rows of a table. One with other than its columns is passed on, and rejected."""
    rows = shape.rows()
    for number, values in given:
        if len(values) != len(columns):
            yield number, values if len(values) != len(COLUMNS) else values[:-1]
            continue
        for row in rows(dict(zip(columns, values, strict=True))):
            yield number, cells(row)


def _records(read: Record) -> Iterator[Record]:
    for name in PAGES:
        if isinstance(read.get(name), list):
            yield from items(read, name)
            return
    yield read
