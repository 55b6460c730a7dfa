"""A whole recorded log, read by its mapping into the histories of its tickets."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from rung.core.log_events import Hearing, History, history_of
from rung.core.log_map import LogMap
from rung.core.log_rows import LogRow, Rejection, RowReader
from rung.intake.importers.logs import OpenLog


class Recorded(Struct, frozen=True):
    """What a log holds. `end`: the last moment of its last row."""

    histories: list[History]
    end: datetime | None
    #: Reason -> rows.
    rejected: Mapping[str, int]
    left_out: int


#: Told of each rejected row: its number, its cells, why.
OnRejection = Callable[[int, Sequence[str], Rejection], None]
#: Told now and then how many bytes of the file are read.
OnProgress = Callable[[int], None]

#: Rows between two reports of progress.
PROGRESS_EVERY = 2_000


class Selection(Struct, frozen=True):
    """Which part of a log counts: tickets opened from `since` on, what happened before `until`, the first tickets."""

    since: datetime | None = None
    until: datetime | None = None
    tickets: int | None = None


WHOLE = Selection()


def read_histories(
    log: OpenLog,
    log_map: LogMap,
    *,
    hearing: Hearing,
    levels: Mapping[str, tuple[str, str]],
    selection: Selection = WHOLE,
    on_rejection: OnRejection = lambda _number, _cells, _rejection: None,
    on_progress: OnProgress = lambda _bytes: None,
) -> Recorded:
    """Read the log to its end. Nothing is dropped silently: every row counts, is rejected, or was not asked for."""
    reader = RowReader(log_map, log.columns)
    rows: dict[str, list[LogRow]] = {}
    rejected: Counter[str] = Counter()
    left_out = 0
    end: datetime | None = None
    for number, cells in log.rows:
        if number % PROGRESS_EVERY == 0:
            on_progress(log.done)
        read = reader.read(cells)
        if isinstance(read, Rejection):
            rejected[read.reason] += 1
            on_rejection(number, cells, read)
            continue
        ticket, row = read
        if selection.until is not None and row.at >= selection.until:
            left_out += 1
            continue
        end = row.at if end is None or row.at > end else end
        rows.setdefault(ticket, []).append(row)
    on_progress(log.size)
    histories: list[History] = []
    for ticket in tuple(rows):
        of_ticket = rows.pop(ticket)
        history = None
        if selection.tickets is None or len(histories) < selection.tickets:
            history = history_of(ticket, of_ticket, log_map.fields, hearing, levels)
        if history is None or (selection.since is not None and history.events[0].at < selection.since):
            left_out += len(of_ticket)
        else:
            histories.append(history)
    return Recorded(histories, end, rejected, left_out)
