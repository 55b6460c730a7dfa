"""Our facts about Slack's Web API agree with its published specification."""

import json
from functools import cache
from typing import Any

import pytest

from rung.channels.slack.api.outcomes import DISCONNECTED, GONE, of_code
from rung.outbox.ports import Never
from tests.fakes.slack.facts import COMMON_ERRORS, METHODS
from tests.recorded.place import SLACK

KINDS = {"text": "string", "flag": "boolean", "number": "number", "list": "array", "object": "object"}


@cache
def _specified() -> Any:
    return json.loads((SLACK / "slack-web-2026.openapi.json").read_text())["paths"]


@cache
def _described() -> Any:
    return json.loads((SLACK / "slack-methods-2026.json").read_text())


def _schema(method: str) -> Any:
    return _specified()[f"/{method}"]["post"]["requestBody"]["content"]["application/json"]["schema"]


@pytest.mark.parametrize("method", METHODS)
def test_arguments_are_named_and_typed_as_specified(method: str) -> None:
    schema, facts = _schema(method), METHODS[method]
    assert set(facts.required) == set(schema.get("required") or ())
    assert set(facts.arguments) <= set(schema["properties"])
    for name, kind in facts.arguments.items():
        said = schema["properties"][name].get("type")
        assert said in (None, KINDS[kind]) or (kind, said) == ("number", "integer"), name


@pytest.mark.parametrize("method", METHODS)
def test_tiers_scopes_and_errors_are_those_described(method: str) -> None:
    described, facts = _described()[method], METHODS[method]
    tier = f"{facts.a_minute}+ per minute" if facts.a_minute else "Special rate limits apply."
    assert described["rate_limit"].endswith(tier)
    assert facts.scopes == set(described["scopes"].get("bot") or ())
    assert facts.errors - COMMON_ERRORS <= _errors(method)


@pytest.mark.parametrize("method", METHODS)
def test_every_documented_error_has_an_outcome(method: str) -> None:
    for code in _errors(method):
        if code in GONE | DISCONNECTED:
            assert isinstance(of_code(method, code), Never)
        assert of_code(method, code)


def _errors(method: str) -> set[str]:
    answers = _specified()[f"/{method}"]["post"]["responses"]["200"]["content"]["application/json"]
    return (set(answers.get("examples", ())) - {"ok"}) | set(_described()[method]["errors"])
