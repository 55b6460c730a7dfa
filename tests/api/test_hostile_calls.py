"""Every call with values nobody means well at every place: never a 500, always one sentence."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rung.people.models import Role
from tests.hostile import VALUES


def places(schema: dict[str, Any], described: dict[str, Any], depth: int = 0) -> Iterator[tuple[str, ...]]:
    """Where in a body something stands."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for name, inner in schema.get("properties", {}).items():
        yield (name,)
        for each in [inner, *inner.get("anyOf", ())] if depth < 1 else ():
            for further in places(each, described, depth + 1):
                yield (name, *further)


def example_of(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    named = described["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    return dict((named.get("examples") or [{}])[0])


def with_at(body: dict[str, Any], place: tuple[str, ...], value: object) -> dict[str, Any]:
    first, *rest = place
    inner = body.get(first)
    return body | {first: with_at(inner if isinstance(inner, dict) else {}, tuple(rest), value) if rest else value}


@pytest.mark.slow
def test_every_call_with_every_value(  # noqa: C901  one walk
    caller: Any, settings: Any
) -> None:
    settings.API_REQUESTS_PER_SECOND = 0
    api = caller(Role.OWNER)
    number = api.opens()
    api.client.raise_request_exception = False
    described = api.client.get("/api/v1/openapi.json").json()
    asked = 0

    def send(method: str, address: str, body: object = None, **query: object) -> None:
        nonlocal asked
        asked += 1
        sent = json.dumps(body) if not isinstance(body, str) else body
        answer = api.client.generic(
            method, address, sent, content_type="application/json", headers=api.headers, query_params=query or None
        )
        shown = f"{method} {address} {str(body)[:200]} {str(query)[:100]}"
        assert answer.status_code < 500, f"{shown}: {answer.status_code}"
        if answer.status_code >= 400:
            assert answer.json()["error"], shown
            assert len(answer.content) < 200_000, shown

    for path, operations in described["paths"].items():
        address = path.replace("{number}", str(number)).replace("{handle}", "ben").replace("{tracker}", "jira")
        address = address.replace("{issue}", "X-1").replace("{other}", "1").replace("{attachment}", "1")
        for method, operation in operations.items():
            if method == "delete" and path.endswith("/data"):
                continue  # forgets the people the others ask about
            for each in operation.get("parameters", ()):
                for value in VALUES if each["in"] == "query" else ():
                    if (
                        value is not None
                        and not isinstance(value, dict | list)
                        and len(str(value)) < 5_000
                        and "\ud800" not in str(value)
                    ):
                        send(method.upper(), address, {}, **{each["name"]: value})
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            for raw in ("", "null", "[]", '"x"', "1e999", "[" * 20_000, '{"a": NaN}', '{"a": 1, "a": 2}', "{"):
                send(method.upper(), address, raw)
            if content:
                example = example_of(content["schema"], described)
                for place in places(content["schema"], described):
                    for value in VALUES:
                        send(method.upper(), address, with_at(example, place, value))
    assert asked > 1_000


@pytest.mark.parametrize(
    "path", ["/tickets/%00", "/tickets/1%0d%0aX: y", "/agents/%3Cscript%3E", "/tickets/..%2f..%2f"]
)
def test_addresses_that_are_none(caller: Any, path: str) -> None:
    api = caller(Role.OWNER)
    api.client.raise_request_exception = False
    for method in ("GET", "POST", "PATCH", "DELETE", "PUT"):
        answer = api.client.generic(
            method, f"/api/v1{path}", "{}", content_type="application/json", headers=api.headers
        )
        assert 400 <= answer.status_code < 500
        is_page = answer.headers["Content-Type"].startswith("text/html")  # what is JSON no browser draws, by nosniff
        assert not (is_page and b"<script>" in answer.content)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
