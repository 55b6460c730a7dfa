"""What the documentation says of the API works, and no call is missing from it."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

from rung.api.urls import api
from rung.people.models import Role

DOCS = Path(__file__).parents[2] / "docs" / "tutorial" / "one-ticket-by-the-api.md"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "api.md"
#: Sam and Ben are there already in the tests' desk.
THERE_ALREADY = 409


def test_the_examples_work_in_their_order(caller: Any) -> None:
    text = DOCS.read_text()
    block = next(each for each in re.findall(r"```sh\n(.*?)```", text, re.S) if "rung() {" in each)
    api = caller(Role.OWNER)
    first: str | None = None
    answers = []
    for command in re.findall(r"^rung (?:'[^']*'|[^'\n])*(?:'[^']*')?.*$", block, re.M):
        words = shlex.split(re.sub(r"\s+#.*$", "", command) if " -d " not in command else command)
        path, rest = words[1], words[2:]
        if first and path.startswith("/tickets/1"):
            path = path.replace("/tickets/1", first, 1)
        if "-d" in rest:
            body = json.loads(rest[rest.index("-d") + 1])
            key = next((word.partition(": ")[2] for word in rest if word.startswith("Idempotency-Key")), None)
            answer = api.post(path, body, key=key)
            if path == "/tickets":
                first = f"/tickets/{answer.json()['ticket']}"
        else:
            answer = api.get(path)
        answers.append(answer)
        expected = {200, 201} | ({THERE_ALREADY} if path == "/agents" else set())
        assert answer.status_code in expected, f"{command}\n{answer.content!r}"
    assert len(answers) >= 14


def paths() -> set[str]:
    """As OpenAPI names them, below /api/v1."""
    return {path.partition("/api/v1")[2] for path in api.get_openapi_schema()["paths"]}


def test_every_call_is_in_the_reference() -> None:
    spans = set(re.findall(r"`(?:[A-Z]+ )?([\w/{}]+)`", REFERENCE.read_text()))
    missing = []
    for path in paths():
        action = path.removeprefix("/tickets/{number}/")
        if path not in spans and action not in spans:
            missing.append(path)
    assert missing == []


def test_every_call_in_the_reference_is_there() -> None:
    calls = set(re.findall(r"`(?:GET|POST|PATCH|DELETE) (/[\w/{}]*\w\}?)`", REFERENCE.read_text()))
    assert calls
    assert calls - paths() == set()
    actions = {path.removeprefix("/tickets/{number}/") for path in paths() if path.startswith("/tickets/{number}/")}
    table = REFERENCE.read_text().partition("## Actions on a ticket")[2].partition("## Files")[0]
    said = {
        word
        for row in re.findall(r"^\|[^|]*\|(.*)\|$", table, re.M)
        for word in re.findall(r"`(?:\w+ )?([\w/{}]+)`", row)
    }
    assert said - actions == set()
