"""What every shape has in common: the columns of its rows, and how the pieces of a record are read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

Record = Mapping[str, Any]
#: Column -> what the row says there; what it does not name, it does not say.
Row = dict[str, str]

COLUMNS = (
    *("ticket", "time", "opened", "status", "priority", "subject", "category", "requester", "customer"),
    *("channel", "team", "assignee", "author", "author_role", "message", "private"),
)

#: In `assignee` and `team`: taken away.
NOBODY = "nobody"


class Shape(Struct, frozen=True):
    """One kind of export. `rows` is made anew for each file, and may remember what it has seen of it."""

    name: str
    fits: Callable[[Record], bool]
    rows: Callable[[], Callable[[Record], Iterable[Row]]]


def cells(row: Row) -> Sequence[str]:
    return [row.get(name, "") for name in COLUMNS]


def word(value: object) -> str:
    """A plain value as text; nothing for what is missing or not plain."""
    return "" if value is None or isinstance(value, dict | list) else str(value).replace("\0", "\ufffd")


def inner(record: Record, *path: str) -> object:
    """What stands under keys within keys, or None."""
    found: object = record
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def items(record: Record, *path: str) -> Iterator[Record]:
    """The records of a list within it."""
    found = inner(record, *path)
    yield from (each for each in (found if isinstance(found, list) else []) if isinstance(each, dict))


def has(*keys: str) -> Callable[[Record], bool]:
    return lambda record: all(key in record for key in keys)
