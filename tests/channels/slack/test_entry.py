"""Who calls is read once, where Slack's call comes in."""

import ast
from collections.abc import Iterator
from pathlib import Path

import rung.channels.slack

ROOM = Path(rung.channels.slack.__file__).parent
#: How Slack's payloads name people, workspaces and channels.
WHO = {"user", "user_id", "team", "team_id", "channel", "channel_id", "enterprise", "enterprise_id"}
#: Where a payload comes in, and where events become facts.
READERS = {"entry.py", "events/parsing.py"}
#: What asks Slack itself reads the same names in its answers.
ASKERS = {
    "adapter.py",
    "connection/channel_changes.py",
    "connection/connect.py",
    "connection/disconnect.py",
    "doctor.py",
    "events/catch_up.py",
    "people/affiliation.py",
    "people/identity.py",
}


def reads(tree: ast.AST) -> Iterator[str]:
    """`x["user"]` and `x.get("user")`, whatever `x` is."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(slice=ast.Constant(value=str(name)), ctx=ast.Load()):
                yield name
            case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(name)), *_]):
                yield name


def reading_modules() -> set[str]:
    found = set()
    for path in ROOM.rglob("*.py"):
        if WHO.intersection(reads(ast.parse(path.read_text()))):
            found.add(str(path.relative_to(ROOM)))
    return found


def test_nothing_behind_the_entry_reads_a_person_a_team_or_a_channel_out_of_a_payload() -> None:
    assert reading_modules() <= READERS | ASKERS


def test_what_comes_in_is_handed_to_the_entry_alone() -> None:
    takers = {
        str(path.relative_to(ROOM))
        for path in ROOM.rglob("*.py")
        if "payload:" in path.read_text() and path.name != "parsing.py"
    }
    assert takers <= {"entry.py", "socket_mode.py"}
