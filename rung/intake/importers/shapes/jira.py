"""Jira and Jira Service Management: issues with their changelog and comments, as its API gives them."""

from collections.abc import Callable, Iterable, Iterator

from rung.intake.importers.shapes.rows import NOBODY, Record, Row, Shape, has, inner, items, word

#: Fields of the changelog -> ours.
_FIELDS = {"status": "status", "priority": "priority", "assignee": "assignee", "summary": "subject"}


def _issues() -> Callable[[Record], Iterable[Row]]:
    return _issue


def _issue(issue: Record) -> Iterator[Row]:
    """Every change with its moment. What it was opened with is what the first change of a field says it was before."""
    now = _as_it_is(issue)
    before: Row = {}
    changes: list[Row] = []
    for history in items(issue, "changelog", "histories"):
        changed: Row = {}
        for item in items(history, "items"):
            if (ours := _FIELDS.get(str(item.get("field")))) is not None:
                changed[ours] = word(item.get("toString")) or (NOBODY if ours == "assignee" else "")
        for item in items(history, "items"):
            if (ours := _FIELDS.get(str(item.get("field")))) is not None:
                _earliest(before, ours, word(item.get("fromString")), word(history.get("created")))
        changes.append({**changed, **_by(issue, history), "time": word(history.get("created"))})
    opened = {name: before.get(name, text) for name, text in now.items()}
    reporter = inner(issue, "fields", "reporter")
    first = {"message": _text(inner(issue, "fields", "description")), **_by(issue, {"author": reporter})}
    yield {**opened, **first, "time": now["opened"]}
    for comment in items(issue, "fields", "comment", "comments"):
        said = {"message": _text(comment.get("body")), "time": word(comment.get("created"))}
        changes.append(
            {**said, **_by(issue, comment), "private": "false" if comment.get("jsdPublic", True) else "true"}
        )
    fixed = {name: now[name] for name in ("ticket", "opened", "requester", "customer", "category")}
    for change in changes:
        yield {**fixed, **change}


def _earliest(before: Row, name: str, text: str, at: str) -> None:
    """Changelogs come in either order."""
    if name not in before or at < before[f"{name} at"]:
        before |= {name: text, f"{name} at": at}


def _as_it_is(issue: Record) -> Row:
    fields = issue.get("fields") or {}
    return {
        "ticket": word(issue.get("key")),
        "opened": word(fields.get("created")),
        "status": word(inner(fields, "status", "name")),
        "priority": word(inner(fields, "priority", "name")),
        "subject": word(fields.get("summary")),
        "category": word(inner(fields, "issuetype", "name")),
        "requester": _person(fields.get("reporter")),
        "customer": "",
        "assignee": _person(fields.get("assignee")),
    }


def _by(issue: Record, act: Record) -> Row:
    """Who did it: the reporter and accounts of customers are the customer."""
    author = act.get("author")
    theirs = author is not None and (
        _person(author) == _person(inner(issue, "fields", "reporter"))
        or (isinstance(author, dict) and author.get("accountType") == "customer")
    )
    return {"author": _person(author), "author_role": "customer" if theirs else "agent"}


def _person(person: object) -> str:
    if not isinstance(person, dict):
        return ""
    return word(
        person.get("emailAddress") or person.get("displayName") or person.get("accountId") or person.get("name")
    )


def _text(body: object) -> str:
    """Plain, or the words of an Atlassian document."""
    if not isinstance(body, dict):
        return word(body)
    inside = body.get("content")
    parts = [_text(each) for each in inside] if isinstance(inside, list) else []
    return word(body.get("text")) + ("\n" if body.get("type") == "doc" else "").join(parts)


SHAPES = (Shape("jira-json", has("key", "fields", "changelog"), _issues),)
