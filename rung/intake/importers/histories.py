"""A whole recorded log, read by its mapping into the histories of its tickets."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from rung.core.log.events import Hearing, History, history_of
from rung.core.log.mapping import LogMap
from rung.core.log.rows import LogRow, Rejection, RowReader
from rung.intake.importers.grouping import Grouping
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


class Reading:
    """The rows of a log, put together by ticket. Nothing is dropped silently: every row counts, is rejected, or was
    not asked for."""

    def __init__(self, grouping: Grouping, selection: Selection = WHOLE) -> None:
        self.end: datetime | None = None
        self.rejected: Counter[str] = Counter()
        self.left_out = 0
        #: Rows that count.
        self.taken = 0
        self._grouping = grouping
        self._selection = selection
        #: Ticket -> whether it was asked for; empty where no number of them was.
        self._chosen: dict[str, bool] = {}
        self._tickets = 0

    def read(
        self,
        log: OpenLog,
        log_map: LogMap,
        *,
        on_rejection: OnRejection = lambda _number, _cells, _rejection: None,
        on_progress: OnProgress = lambda _bytes: None,
    ) -> None:
        """Read the log to its end. ValueError when the map is for another format."""
        if log_map.format not in (None, log.format):
            raise ValueError(f"the map is for {log_map.format}, but the log is {log.format}")
        reader = RowReader(log_map, log.columns)
        for number, cells in log.rows:
            if number % PROGRESS_EVERY == 0:
                on_progress(log.done)
            read = reader.read(cells)
            if isinstance(read, Rejection):
                self.rejected[read.reason] += 1
                on_rejection(number, cells, read)
            else:
                self._take(*read)
        on_progress(log.size)

    def histories(
        self, log_map: LogMap, hearing: Hearing, levels: Mapping[str, tuple[str, str]], *, words: bool = False
    ) -> Iterator[History]:
        """Each ticket that was asked for, once. `words`: with the texts of its messages."""
        since = self._selection.since
        for ticket, rows in self._grouping.groups():
            history = history_of(ticket, rows, log_map.fields, hearing, levels, words=words)
            if since is None or history.events[0].at >= since:
                yield history
            else:
                self.left_out += history.rows

    def _take(self, ticket: str, row: LogRow) -> None:
        until = self._selection.until
        if until is not None and row.at >= until:
            self.left_out += 1
            return
        self.end = row.at if self.end is None or row.at > self.end else self.end
        if self._asked_for(ticket, row):
            self.taken += 1
            self._grouping.add(ticket, row)
        else:
            self.left_out += 1

    def _asked_for(self, ticket: str, row: LogRow) -> bool:
        """Without a number of tickets all are, so far: when one was opened is known when all of it is there."""
        since, most = self._selection.since, self._selection.tickets
        if most is None:
            return True
        chosen = self._chosen.get(ticket)
        if chosen is None:
            if self._tickets == most:
                return False
            chosen = self._chosen[ticket] = since is None or (row.opened_at or row.at) >= since
            self._tickets += chosen
        return chosen


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
    """The whole log at once."""
    with Grouping() as grouping:
        reading = Reading(grouping, selection)
        reading.read(log, log_map, on_rejection=on_rejection, on_progress=on_progress)
        histories = list(reading.histories(log_map, hearing, levels))
    return Recorded(histories, reading.end, reading.rejected, reading.left_out)
