"""A log somebody brings to the studio: kept while it is replayed, its columns guessed, read by the worker."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from rung.core.actors import Actor
from rung.core.conditions.evaluation import phrases_of_policy
from rung.core.log.events import hearing_of, levels_of
from rung.core.log.guess import MOST_WORDS, guess_map
from rung.core.log.mapping import read_map
from rung.core.policy.model import Policy
from rung.core.sentences import say
from rung.insights.policy_job_progress import Progress
from rung.insights.policy_jobs import Recording
from rung.intake.importers.histories import read_histories
from rung.intake.importers.logs import GZIP_MAGIC, PARQUET_MAGIC, ZIP_MAGIC, OpenLog, open_log
from rung.people.clock import database_now
from rung.policies.models import PolicyJob, UploadedLog

#: As it is sent; a year of a busy desk, packed, is a tenth of it.
LARGEST = 20 * 1024 * 1024  # bytes
#: Rows of a log that are read, so that a small file that unpacks to a huge one ends.
MOST_ROWS = 500_000
#: Bytes of a packed log once it is unpacked, and of its first line.
LARGEST_UNPACKED, LONGEST_HEADING = 400 * 1024 * 1024, 4 * 1024 * 1024
#: Rows a guess is made from, and letters of each cell.
LOOKED_AT, LETTERS = 5_000, 200
SHOWN_ROWS = 3


class CannotRead(Exception):
    """A file that is no log, and why, in a sentence."""


class Looked(Struct, frozen=True):
    """An uploaded log as it was found: the map guessed for it, and its first rows."""

    log: UploadedLog
    columns: list[str]
    rows: list[list[str]]
    guess: str
    doubts: tuple[str, ...]


def take_in(file: Any, author: Actor) -> Looked:
    """Keep a file that was sent, if it is a log. Raises CannotRead."""
    if file is None or not file.name:
        raise CannotRead(_("Choose a file first."))
    largest = min(LARGEST, settings.ATTACHMENT_LARGEST)
    if (file.size or 0) > largest:
        size = {"name": file.name, "most": largest // (1024 * 1024)}
        raise CannotRead(_("“%(name)s” is larger than %(most)d MB; send a part of it, or pack it with gzip.") % size)
    data = file.read()
    columns, rows = looked_at(str(file.name), data)
    short = [[cell[:LETTERS] for cell in row] for row in rows]
    guessed = guess_map(columns, short)
    log = UploadedLog.objects.create(
        name=Path(str(file.name)).name[:200],
        author=author,
        data=data,
        columns={name: _values(place, short) for place, name in enumerate(columns)},
        created_at=database_now(),
    )
    return Looked(log, columns, short[:SHOWN_ROWS], guessed.text, guessed.doubts)


def looked_at(name: str, data: bytes) -> tuple[list[str], list[list[str]]]:
    """The columns and the first rows. Raises CannotRead."""
    if not data.strip():
        raise CannotRead(_("“%(name)s” is empty.") % {"name": name})
    try:
        _refuse_bombs(data)
        with opened(data) as log:
            rows = [list(cells) for _number, cells in islice(log.rows, LOOKED_AT)]
            columns = list(log.columns)
    except (OSError, ValueError) as problem:
        raise CannotRead(_("“%(name)s” cannot be read: %(why)s") % {"name": name, "why": _sentence(problem)}) from None
    if not any(len(row) == len(columns) for row in rows):
        raise CannotRead(_("“%(name)s” has no row that fits its heading.") % {"name": name})
    return columns, rows


def _refuse_bombs(data: bytes) -> None:
    """ValueError for a file that is small as it is sent and fills the memory when it is unpacked."""
    heading = data[:LONGEST_HEADING] if data[:2] != GZIP_MAGIC else _heading_of_packed(data)
    is_text = data[:4] not in {PARQUET_MAGIC, ZIP_MAGIC}
    if is_text and len(heading) == LONGEST_HEADING and b"\n" not in heading:
        raise ValueError(say("its first line does not end, so it is no log"))


def _heading_of_packed(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as packed:
            heading = packed.read(LONGEST_HEADING)
            unpacked = len(heading)
            while part := packed.read(1 << 20):
                unpacked += len(part)
                if unpacked > LARGEST_UNPACKED:
                    most = LARGEST_UNPACKED >> 20
                    raise ValueError(say("unpacked it is larger than %(most)d MB; send a part of it", most=most))
    except (OSError, EOFError, zlib.error) as cut:
        raise ValueError(say("the file is damaged or not whole: %(why)s", why=cut)) from None
    return heading


@contextmanager
def opened(data: bytes) -> Iterator[OpenLog]:
    """The bytes as a log. Its readers want a file; this one is gone with the block."""
    with TemporaryDirectory(prefix="rung-log-") as folder:
        path = Path(folder) / "log"
        path.write_bytes(data)
        with open_log(path) as log:
            yield log


def read_uploaded(job: PolicyJob, old: Policy, new: Policy, steps: Progress) -> Recording:
    """The whole log, heard with the phrases of both policies. ValueError with a sentence where it cannot be read."""
    if job.log is None:
        raise ValueError("the log is not there any more; upload it again")
    data, text = bytes(job.log.data), str(job.wanted["map"])
    first = _read(data, job.log.name, text, old, steps)
    again = first if _heard(old) == _heard(new) else _read(data, job.log.name, text, new, steps)
    return Recording(first.before, again.before, first.end, first.rejected)


def _heard(policy: Policy) -> tuple[Any, ...]:
    """What decides what is heard in a text: the same need be read only once."""
    return frozenset(phrases_of_policy(policy)), policy.holding, levels_of(policy)


def _read(data: bytes, name: str, text: str, policy: Policy, steps: Progress) -> Recording:
    try:
        with opened(data) as log:
            log_map, findings = read_map(text, name, log.columns)
            if log_map is None:
                raise ValueError("; ".join(finding.message for finding in findings))
            log.rows = _bounded(log.rows)
            recorded = read_histories(
                log,
                log_map,
                hearing=hearing_of(policy),
                levels=levels_of(policy),
                on_progress=lambda _bytes: steps.reading(0, 0),
            )
    except (OSError, ValueError) as problem:
        raise ValueError(f"{name}: {_sentence(problem)}") from None
    if not recorded.histories or recorded.end is None:
        reasons = ", ".join(f"{rows:,} × {reason}" for reason, rows in sorted(recorded.rejected.items()))
        raise ValueError(f"{name}: no row of it can be read{f' ({reasons})' if reasons else ''}")
    return Recording(recorded.histories, [], recorded.end, recorded.rejected)


def _bounded(rows: Iterator[tuple[int, Sequence[str]]]) -> Iterator[tuple[int, Sequence[str]]]:
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise ValueError(f"it has more than {MOST_ROWS:,} rows; send a part of it")
        yield row


def rejected_in_words(rejected: dict[str, int]) -> str:
    """How many rows do not count, and why; empty: all count."""
    rows = sum(rejected.values())
    if not rows:
        return ""
    told = ngettext("%(n)s row does not count", "%(n)s rows do not count", rows) % {"n": f"{rows:,}"}
    return f"{told}: {', '.join(f'{reason} ({count:,})' for reason, count in sorted(rejected.items()))}"


def _values(place: int, rows: Sequence[Sequence[str]]) -> list[str]:
    """Those of a column, if they are few."""
    found = dict.fromkeys(row[place] for row in rows if len(row) > place and row[place])
    return sorted(found) if len(found) <= MOST_WORDS else []


def _sentence(problem: Any) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0].rstrip(".")
