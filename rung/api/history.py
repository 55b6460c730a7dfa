"""History from elsewhere, as lines of JSON with Rung's own words."""

import shutil
from collections import Counter, deque
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from rung.api.callers import LEAD
from rung.api.problems import Problem
from rung.core.log.direct import direct_map
from rung.core.log.events import hearing_of, levels_of
from rung.core.log.mapping import Format
from rung.core.log.rows import Rejection
from rung.intake.importers.grouping import Grouping
from rung.intake.importers.histories import Reading
from rung.intake.importers.logs import open_log
from rung.intake.importers.recording import Written, record
from rung.people.clock import database_now
from rung.policies.versions import compiled, current_number

router = Router(tags=["history"])

#: Rejected rows that are told one by one; all are counted.
TOLD = 100
EXAMPLE = (
    '{"ticket": "4711", "time": "2026-03-02T09:00:00Z", "author_role": "customer", "author": "ann@acme.test",'
    ' "requester": "ann@acme.test", "customer": "Acme", "message": "The import has stopped", "status": "open"}\n'
    '{"ticket": "4711", "time": "2026-03-02T12:00:00Z", "author_role": "agent", "author": "sam",'
    ' "status": "resolved"}\n'
)
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": EXAMPLE}},
    }
}


class RejectedRow(Schema):
    row: int
    reason: str


class ImportOut(Schema):
    tickets: int = Field(description="Made now.")
    known: int = Field(description="Brought by an earlier import of this source; they stay as they are.")
    events: int = Field(description="Written to the record, with what the policy has settled.")
    messages: int
    rejected: dict[str, int] = Field(description="Reason -> rows.")
    rejected_rows: list[RejectedRow] = Field(description=f"The first {TOLD} of them.")


Source = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9._-]*$")]


@router.post("/import", response=ImportOut, auth=LEAD, summary="Take in history", openapi_extra=BODY)
def take_in(
    request: HttpRequest,
    source: Annotated[Source, Query(description="What the tickets come from: a ticket of a source comes once.")],
) -> ImportOut:
    """One update of one ticket a line: `ticket` and `time` (ISO 8601), and what else it says: opened, order, status,
    priority, category, subject, requester, customer, tier, channel, team, assignee, rating, author, author_role,
    message, private. Times are kept, no step fires for the past, nobody is told."""
    policy = compiled(current_number()).policy
    rows: list[RejectedRow] = []

    def note(number: int, _cells: object, rejection: Rejection) -> None:
        if len(rows) < TOLD:
            rows.append(RejectedRow(row=number, reason=rejection.sentence))

    with NamedTemporaryFile() as file, Grouping() as grouping:
        shutil.copyfileobj(request, file)
        file.flush()
        reading = Reading(grouping)
        try:
            opening = open_log(Path(file.name))
            with opening as log:
                if log.format is not Format.NDJSON:
                    raise Problem(422, "body: it is lines of JSON objects, one update of one ticket each", place="body")
                log_map = direct_map(log.columns)
                if isinstance(log_map, str):
                    raise Problem(422, f"body: {log_map}", place="body")
                reading.read(log, log_map, on_rejection=note)
        except (OSError, ValueError) as problem:
            raise Problem(422, "body: there is no line of JSON in it", place="body") from problem
        histories = reading.histories(log_map, hearing_of(policy), levels_of(policy), words=True)
        written = deque(record(histories, source, database_now()), maxlen=1)
    done = written[0] if written else Written()
    return ImportOut(
        tickets=done.tickets,
        known=done.known,
        events=done.events,
        messages=done.messages,
        rejected=dict(sorted(Counter(reading.rejected).items())),
        rejected_rows=rows,
    )
