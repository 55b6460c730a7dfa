"""Checks a call against the facts: its arguments and their types, and which errors there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.slack.errors import ImpossibleError, SlackError
from tests.fakes.slack.facts import ANYWHERE, COMMON_ERRORS, METHODS, Facts, Kind
from tests.fakes.slack.model import Json

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

_TYPES: dict[Kind, type | tuple[type, ...]] = {
    "text": str,
    "flag": bool,
    "number": (int, float),
    "list": list,
    "object": dict,
}


def arguments(method: str, content_type: str, body: bytes) -> Json:
    """The arguments of a call, decoded and checked; what Slack would refuse is refused here too."""
    facts = METHODS.get(method)
    if facts is None:
        raise SlackError("unknown_method", req_method=method)
    given = _decoded(facts, content_type.split(";", maxsplit=1)[0].strip() or FORM, body)
    for name in ANYWHERE - set(facts.arguments):
        given.pop(name, None)
    found = list(_complaints(facts, given))
    if found:
        raise SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {each}" for each in found]})
    return given


def _decoded(facts: Facts, content_type: str, body: bytes) -> Json:
    match content_type:
        case "application/json":
            try:
                found: Json = json.loads(body or b"{}")
            except ValueError:
                raise SlackError("invalid_json") from None
            return found
        case "application/x-www-form-urlencoded":
            given = dict(parse_qsl(body.decode(), keep_blank_values=True))
            return {name: _value(name, value, facts.arguments.get(name)) for name, value in given.items()}
        case _:
            raise SlackError("invalid_form_data")


def _value(name: str, value: str, kind: Kind | None) -> Any:
    """Form fields hold JSON as text, and numbers and booleans as words."""
    try:
        match kind:
            case "list" | "object":
                return json.loads(value)
            case "flag":
                return value.lower() in ("1", "true")
            case "number":
                return int(float(value))
            case _:
                return value
    except ValueError:
        raise SlackError(f"invalid_{'blocks_format' if name == 'blocks' else 'arguments'}") from None


def _complaints(facts: Facts, given: Json) -> Iterator[str]:
    yield from (f"missing required field: {name}" for name in facts.required if name not in given)
    for name, value in sorted(given.items()):
        kind = facts.arguments.get(name)
        if kind is None:
            yield f"no such argument: {name}"
        elif not isinstance(value, _TYPES[kind]) or (kind == "number" and isinstance(value, bool)):
            yield f"{name} is no {kind} [json-pointer:/{name}]"


def known_errors(method: str) -> frozenset[str]:
    """Every error that Rung knows the method may give."""
    return METHODS[method].errors | COMMON_ERRORS


def check_error(method: str, code: str) -> None:
    """An error that Slack itself would never give is a mistake of the test."""
    if code not in known_errors(method):
        raise ImpossibleError(f"{method} has no error called {code!r}")
