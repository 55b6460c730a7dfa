"""Zendesk: the stream of ticket events, and tickets with their comments, as its API and its JSON export have them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from rung.intake.importers.shapes.rows import NOBODY, Record, Row, Shape, has, inner, items, word

#: Fields of a change -> ours.
_FIELDS = {
    "status": "status",
    "priority": "priority",
    "subject": "subject",
    "type": "category",
    "assignee_id": "assignee",
    "group_id": "team",
    "organization_id": "customer",
    "requester_id": "requester",
}
_HOLDERS = {"assignee_id": "assignee", "group_id": "team"}


def _events() -> Callable[[Record], Iterable[Row]]:
    #: Ticket -> who asked: a comment names its author, and not whether that is the customer.
    asked: dict[str, str] = {}

    def rows(event: Record) -> Iterator[Row]:
        """One update of one ticket; each comment in it is a row of its own."""
        ticket, author = word(event.get("ticket_id")), word(event.get("updater_id"))
        row: Row = {"ticket": ticket, "time": _moment(event)}
        row["channel"] = word(inner(event, "via", "channel") or event.get("via"))
        said: list[Row] = []
        for child in items(event, "child_events"):
            row |= {ours: word(child[theirs]) for theirs, ours in _FIELDS.items() if child.get(theirs) is not None}
            row |= {ours: NOBODY for theirs, ours in _HOLDERS.items() if theirs in child and child[theirs] is None}
            if child.get("event_type") == "Comment" or child.get("type") == "Comment":
                said.append(_comment(child, word(child.get("author_id")) or author))
        if row.get("requester"):
            asked[ticket] = row["requester"]
        for each in (said or [{"author": author}]) if ticket else [{}]:
            role = "customer" if each.get("author") and each.get("author") == asked.get(ticket) else "agent"
            yield {**row, "author": author, "author_role": role, **each}

    return rows


def _moment(event: Record) -> str:
    at = event.get("timestamp")
    return datetime.fromtimestamp(at, UTC).isoformat() if isinstance(at, int) else word(event.get("created_at"))


def _comment(comment: Record, author: str) -> Row:
    text = word(comment.get("plain_body") or comment.get("body"))
    return {"author": author, "message": text, "private": "false" if comment.get("public", True) else "true"}


def _tickets() -> Callable[[Record], Iterable[Row]]:
    return _ticket


def _ticket(ticket: Record) -> Iterator[Row]:
    """What changed when is not in it: an answer is taken to make it pending, what the customer writes to open it,
    and the status it has to be of the moment it was solved, else last updated."""
    asks = word(ticket.get("requester_id") or inner(ticket, "requester", "id"))
    row: Row = {
        "ticket": word(ticket.get("id")),
        "opened": word(ticket.get("created_at")),
        "requester": word(inner(ticket, "requester", "email") or inner(ticket, "requester", "name")) or asks,
        "customer": word(inner(ticket, "organization", "name") or ticket.get("organization_id")),
        "subject": word(ticket.get("subject")),
        "priority": word(ticket.get("priority")),
        "category": word(ticket.get("type")),
        "channel": word(inner(ticket, "via", "channel")),
        "author_role": "agent",
    }
    comments = list(items(ticket, "comments"))
    for number, comment in enumerate(comments):
        author = word(comment.get("author_id"))
        theirs = author == asks or (not author and number == 0)
        role = "customer" if theirs else "agent"
        name = row["requester"] if theirs else author
        turn = "open" if theirs or number == 0 else "pending" if comment.get("public", True) else ""
        said = _comment(comment, name)
        yield {**row, **said, "time": word(comment.get("created_at")), "author_role": role, "status": turn}
    handler = word(inner(ticket, "assignee", "email") or inner(ticket, "assignee", "name") or ticket.get("assignee_id"))
    ended = inner(ticket, "metric_set", "solved_at") if ticket.get("status") in ("solved", "closed") else None
    if not comments:
        yield {**row, "time": row["opened"], "status": "new"}
    yield {
        **row,
        "time": word(ended or ticket.get("updated_at")),
        "status": word(ticket.get("status")),
        "team": word(inner(ticket, "group", "name") or ticket.get("group_id")),
        "assignee": handler,
    }


SHAPES = (
    Shape("zendesk-json", has("ticket_id", "child_events"), _events),
    Shape("zendesk-json", has("id", "status", "comments", "updated_at", "via"), _tickets),
)
