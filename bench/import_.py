"""History taken into the record: events of a log a second, against copying the same finished rows and nothing else."""

from collections.abc import Iterator, Sequence
from itertools import islice
from time import perf_counter, process_time

import psycopg
from django.db import connection, transaction

from bench import filled_desk
from bench.replay import year
from rung.core.log.events import History
from rung.intake.importers.recording import record
from rung.people.clock import database_now

BAR = 5_000
TICKETS = 25_000
AT_A_TIME = 5_000
_TABLES = {"tickets_ticket": "number", "tickets_event": "ticket_id, number"}


def run(scale: float = 1.0) -> dict[str, object]:
    """Import a recorded year into an empty desk, then copy the rows it made into bare tables. Events are rows of the
    log; `rows_per_second` counts what was written for them."""
    policy = filled_desk.make_desk()
    log, histories = year()
    chosen = list(islice(histories, max(1, int(TICKETS * scale))))
    events = sum(history.rows for history in chosen)
    began, worked = perf_counter(), process_time()
    written = _import(chosen)
    seconds, worked = perf_counter() - began, process_time() - worked
    rows = written + len(chosen)
    bare = _copy_bare()
    return {
        "log": log,
        "policy": policy,
        "tickets": len(chosen),
        "events": events,
        "events_per_second": round(events / seconds),
        "rows_per_second": round(rows / seconds),
        "share_of_it_in_python": round(worked / seconds, 2),
        "against": "COPY of the same finished rows into tables with the same indexes, same run",
        "bare_rows_per_second": round(rows / bare),
        "ratio": round(bare / seconds, 3),
        "bar_events_per_second": BAR,
        "reached": events / seconds >= BAR,
    }


def _import(histories: Sequence[History]) -> int:
    """Returns the rows written for events."""
    written = 0
    for so_far in record(histories, "bench", database_now()):
        written = so_far.events
    return written


def _copy_bare() -> float:
    """Seconds to copy what the import has written into tables made alike."""
    seconds = 0.0
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"CREATE TEMPORARY TABLE bare_{table} (LIKE {table} INCLUDING ALL) ON COMMIT DROP")
        for table, key in _TABLES.items():
            for batch in _batches(table, key):
                began = perf_counter()
                with _raw().cursor() as raw, raw.copy(f"COPY bare_{table} FROM STDIN") as copy:
                    copy.write(batch)
                seconds += perf_counter() - began
    return seconds


def _batches(table: str, key: str) -> Iterator[bytes]:
    """The table's rows in COPY's own format, some thousand at a time."""
    with _raw().cursor() as raw, raw.copy(f"COPY (SELECT * FROM {table} ORDER BY {key}) TO STDOUT") as copy:  # noqa: S608
        rows = [bytes(row) for row in copy]
    for first in range(0, len(rows), AT_A_TIME):
        yield b"".join(rows[first : first + AT_A_TIME])


def _raw() -> "psycopg.Connection[tuple[object, ...]]":
    connection.ensure_connection()
    own = connection.connection
    assert isinstance(own, psycopg.Connection)  # noqa: S101  for the type checker
    return own
