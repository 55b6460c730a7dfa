"""The map of a log that already has Rung's own words for its columns."""

from collections.abc import Sequence

from rung.core.log.mapping import Column, Field, LogMap, TimeColumn
from rung.core.spelling import did_you_mean

#: What every row names, and what it may name besides a map's fields.
NEEDED = ("ticket", "time")
BESIDES = ("order", "opened")


def direct_map(columns: Sequence[str]) -> LogMap | str:
    """Each column under the name of what it says, values in Rung's words, times in ISO 8601; or what is wrong."""
    known = (*NEEDED, *BESIDES, *Field)
    for name in columns:
        if name not in known:
            return f'no column is called "{name}"{did_you_mean(name, known)}'
    for name in NEEDED:
        if name not in columns:
            return f"every row needs a `{name}`"
    if Field.MESSAGE in columns and Field.AUTHOR_ROLE not in columns:
        return "a message needs `author_role`, to know who speaks: customer, agent or bot"
    return LogMap(
        ticket="ticket",
        time=TimeColumn("time"),
        order=("order",) if "order" in columns else (),
        opened=TimeColumn("opened") if "opened" in columns else None,
        fields={field: Column(field.value) for field in Field if field in columns},
    )
