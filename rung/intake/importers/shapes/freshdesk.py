"""Freshdesk: tickets with their conversations, as its API gives them."""

from collections.abc import Callable, Iterable, Iterator

from rung.intake.importers.shapes.rows import Record, Row, Shape, has, inner, items, word


def _tickets() -> Callable[[Record], Iterable[Row]]:
    return _ticket


def _ticket(ticket: Record) -> Iterator[Row]:
    """What changed when is not in it: an answer is taken to make it pending (3), what the customer writes to open it
    (2), and the status it has to be of the moment it was resolved or closed, else last updated."""
    asks = word(inner(ticket, "requester", "email") or ticket.get("email") or inner(ticket, "requester", "name"))
    row: Row = {
        "ticket": word(ticket.get("id")),
        "opened": word(ticket.get("created_at")),
        "requester": asks or word(ticket.get("requester_id")),
        "customer": word(inner(ticket, "company", "name") or ticket.get("company_id")),
        "subject": word(ticket.get("subject")),
        "priority": word(ticket.get("priority")),
        "category": word(ticket.get("type")),
        "channel": word(ticket.get("source")),
        "author_role": "agent",
    }
    first = {"message": word(ticket.get("description_text")), "author_role": "customer", "author": row["requester"]}
    yield {**row, **first, "time": row["opened"], "status": "2"}
    for each in items(ticket, "conversations"):
        theirs = each.get("incoming") is True
        private = each.get("private") is True
        said = {
            "message": word(each.get("body_text") or each.get("body")),
            "private": "true" if private else "false",
            "author": row["requester"] if theirs else word(each.get("from_email") or each.get("user_id")),
            "author_role": "customer" if theirs else "agent",
            "status": "2" if theirs else "" if private else "3",
        }
        yield {**row, **said, "time": word(each.get("created_at"))}
    over = ticket.get("status") in (4, 5)
    ended = (inner(ticket, "stats", "resolved_at") or inner(ticket, "stats", "closed_at")) if over else None
    yield {
        **row,
        "time": word(ended or ticket.get("updated_at")),
        "status": word(ticket.get("status")),
        "team": word(ticket.get("group_id")),
        "assignee": word(inner(ticket, "responder", "email") or ticket.get("responder_id")),
    }


SHAPES = (Shape("freshdesk-json", has("id", "conversations", "responder_id", "created_at"), _tickets),)
