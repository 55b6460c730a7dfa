"""ServiceNow: the audit table, in which each row is one field of one record that changed."""

from collections.abc import Callable, Iterable, Iterator

from rung.intake.importers.shapes.rows import NOBODY, Record, Row, Shape, has, word

#: Fields of the incident -> ours.
_FIELDS = {
    "state": "status",
    "incident_state": "status",
    "priority": "priority",
    "short_description": "subject",
    "category": "category",
    "caller_id": "requester",
    "company": "customer",
    "contact_type": "channel",
    "assignment_group": "team",
    "assigned_to": "assignee",
    "comments": "message",
    "work_notes": "message",
}


def _changes() -> Callable[[Record], Iterable[Row]]:
    return _change


def _change(row: Record) -> Iterator[Row]:
    """Who wrote a comment is known by name only, and taken to be an agent."""
    field = word(row.get("fieldname"))
    said: Row = {
        "ticket": word(row.get("documentkey")),
        "time": word(row.get("sys_created_on")),
        "author": word(row.get("user")),
        "author_role": "agent",
        "private": "true" if field == "work_notes" else "",
    }
    if (ours := _FIELDS.get(field)) is not None:
        said[ours] = word(row.get("newvalue")) or (NOBODY if ours in ("assignee", "team") else "")
    yield said


SHAPES = (Shape("servicenow-audit", has("documentkey", "fieldname", "newvalue", "sys_created_on"), _changes),)
