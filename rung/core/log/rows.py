"""One row of a recorded log, read by its mapping: what it says, or why it is rejected."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from rung.core.calendar.instants import zone
from rung.core.log.mapping import ISO, KEEP, WORDS, Column, Field, LogMap, TimeColumn
from rung.core.spelling import did_you_mean

#: A number sorts before a word, so that any column can order rows.
OrderKey = tuple[tuple[float, str], ...]


#: A byte that was no UTF-8, as the opened log keeps it.
NOT_UTF8 = re.compile("[\udc80-\udcff]")


class LogRow(Struct, frozen=True):
    """One update of one ticket. `values`: in the order of the map's fields; None says nothing, "" means nobody.
    `mark`: of all its cells, so that two rows are equal only when they are alike in what the map does not read, too."""

    order: OrderKey
    at: datetime
    opened_at: datetime | None
    values: tuple[str | None, ...]
    mark: int = 0


class Rejection(Struct, frozen=True):
    """`reason` is counted, `sentence` tells the row's case."""

    reason: str
    sentence: str


class NoObject(tuple[str, ...]):
    """One cell: a line of a log of JSON that holds no JSON object."""


class OtherKind(tuple[str, ...]):
    """One cell: a record that is none of those the export is made of."""


class _NotReadable(Exception):
    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.rejection = Rejection(reason, sentence)


class RowReader:
    """Reads the rows of one log. Remembers what texts mean, because they come again and again."""

    def __init__(self, log_map: LogMap, columns: Sequence[str]) -> None:
        """`columns`: the log's, all those the map names among them."""
        # Of columns called alike, as Jira exports them, the first: the others are for those with more to say.
        place = {name: number for number, name in reversed(list(enumerate(columns)))}
        self._width = len(columns)
        self._missing = log_map.missing
        self._ticket = place[log_map.ticket]
        self._order = tuple(place[name] for name in log_map.order)
        self._at = (place[log_map.time.column], _moments(log_map.time))
        self._opened = None if log_map.opened is None else (place[log_map.opened.column], _moments(log_map.opened))
        self._fields = tuple((place[column.name], _meaning(field, column)) for field, column in log_map.fields.items())

    def read(self, cells: Sequence[str]) -> tuple[str, LogRow] | Rejection:
        """(ticket, row), or why not."""
        try:
            return self._read(cells)
        except _NotReadable as problem:
            return problem.rejection

    def _read(self, cells: Sequence[str]) -> tuple[str, LogRow]:
        whole = "".join(cells)
        if not whole.isascii() and NOT_UTF8.search(whole):
            raise _NotReadable("not UTF-8", "the row has bytes in it that are not UTF-8")
        if isinstance(cells, NoObject):
            raise _NotReadable("no JSON object", 'the line is no JSON object, such as {"ticket": "4711", …}')
        if isinstance(cells, OtherKind):
            raise _NotReadable("another kind of record", "the record is of another kind than the rest of the export")
        if len(cells) != self._width:
            sentence = f"the row has {len(cells)} columns, the log {self._width}"
            raise _NotReadable("wrong number of columns", sentence)
        ticket = cells[self._ticket]
        if ticket in self._missing:
            raise _NotReadable("no ticket", "the row names no ticket")
        place, moment = self._at
        if cells[place] in self._missing:
            raise _NotReadable("no time", "the row says no time")
        at = moment(cells[place])
        opened_at = None
        if self._opened is not None:
            place, moment = self._opened
            opened_at = None if cells[place] in self._missing else moment(cells[place])
        missing = self._missing
        values = tuple(meaning("" if cells[place] in missing else cells[place]) for place, meaning in self._fields)
        order = tuple(_order_key(cells[place]) for place in self._order)
        return ticket, LogRow(order, at, opened_at, values, hash(tuple(cells)))


def _order_key(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return float("inf"), text


def _moments(column: TimeColumn) -> Callable[[str], datetime]:
    where = zone(column.timezone)
    known: dict[str, datetime] = {}

    def moment(text: str) -> datetime:
        at = known.get(text)
        if at is None:
            if len(known) > MOST_REMEMBERED:
                known.clear()
            at = known[text] = parse(text)
        return at

    def parse(text: str) -> datetime:
        try:
            at = datetime.fromisoformat(text) if column.format == ISO else _strptime(text, column.format)
            at = (at.replace(tzinfo=where) if at.tzinfo is None else at).astimezone(UTC)
        except (ValueError, OverflowError):
            form = "ISO 8601" if column.format == ISO else f'of the form "{column.format}"'
            sentence = f'{column.column}: "{text}" is not a moment {form}'
            raise _NotReadable(f"unreadable {column.column}", sentence) from None
        if at.year not in YEARS:
            sentence = f'{column.column}: "{text}" is in no year from {YEARS[0]} to {YEARS[-1]}'
            raise _NotReadable(f"unreadable {column.column}", sentence)
        return at

    return moment


#: Years a ticket can be of; calendars reach a century further both ways.
YEARS = range(1970, 2200)

#: Texts of moments kept at a time: a log of any length is read in constant memory.
MOST_REMEMBERED = 200_000


def _strptime(text: str, form: str) -> datetime:
    return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the column's, given by the caller


def _meaning(field: Field, column: Column) -> Callable[[str], str | None]:
    """What a text of the column means; "" stands for a missing value."""
    known: dict[str, str | None] = {text: None if word == KEEP else word for text, word in column.values.items()}
    words = WORDS.get(field)
    if words is None:
        known.setdefault("", "" if field in (Field.ASSIGNEE, Field.TEAM) else None)
        return lambda text: known.get(text, text)
    known.setdefault("", None)
    if not column.values:
        known |= {word: None if word == KEEP else word for word in words}
    if field is Field.PRIVATE:
        known = {**_TRUTHS, **known}

    def meaning(text: str) -> str | None:
        if text not in known:
            nearest = did_you_mean(text, known) or f"; the map knows {', '.join(column.values or words)}"
            sentence = f'{column.name}: no {field} is known as "{text}"{nearest}'
            raise _NotReadable(f"unknown {field}", sentence)
        return known[text]

    return meaning


_TRUTHS: dict[str, str | None] = {
    **dict.fromkeys(("true", "True", "TRUE", "yes", "1", "1.0", "t"), "true"),
    **dict.fromkeys(("false", "False", "FALSE", "no", "0", "0.0", "f"), "false"),
}


def in_order(rows: Sequence[LogRow]) -> Iterator[LogRow]:
    """The rows of one ticket in the order they happened; ties keep the order given, which is the file's."""
    ordered = any(row.order for row in rows)
    yield from sorted(rows, key=lambda row: row.order) if ordered else sorted(rows, key=lambda row: row.at)
