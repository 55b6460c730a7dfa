"""What Slack's specification says of a call: its arguments, its types, the errors that exist, the scopes it needs."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft202012Validator

from tests.fakes.slack.errors import ImpossibleError, SlackError
from tests.fakes.slack.model import Json

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

# What every method may answer (docs.slack.dev/apis/web-api), beside what the specification lists for it.
COMMON_ERRORS = frozenset(
    [
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "missing_scope",
        "not_allowed_token_type",
        "invalid_arguments",
        "invalid_json",
        "invalid_form_data",
        "unknown_method",
        "ratelimited",
        "fatal_error",
        "internal_error",
        "service_unavailable",
        "request_timeout",
        "no_permission",
        "access_denied",
        "org_login_required",
        "ekm_access_denied",
        "team_access_not_granted",
        "enterprise_is_restricted",
        "team_added_to_org",
        "msg_too_long",
        "is_archived",
        "user_not_found",
        "channel_not_found",
    ]
)


def specification_folder() -> Path:
    """`specs/slack` of the folder `shared` that stands beside the working copy."""
    for above in Path(__file__).resolve().parents:
        found = above.parent / "shared" / "specs" / "slack"
        if found.is_dir():
            return found
    raise FileNotFoundError("the folder shared/specs/slack stands nowhere beside this working copy")


@lru_cache(maxsize=1)
def _paths() -> Json:
    text = (specification_folder() / "slack-web-2026.openapi.json").read_text()
    paths: Json = json.loads(text)["paths"]
    return paths


@lru_cache(maxsize=1)
def _methods() -> Json:
    methods: Json = json.loads((specification_folder() / "slack-methods-2026.json").read_text())
    return methods


@cache
def _validator(method: str, content_type: str) -> Draft202012Validator:
    return Draft202012Validator(_paths()[f"/{method}"]["post"]["requestBody"]["content"][content_type]["schema"])


def arguments(method: str, content_type: str, body: bytes) -> Json:
    """The arguments of a call, decoded and checked; what the specification refuses is refused here too."""
    if f"/{method}" not in _paths():
        raise SlackError("unknown_method", req_method=method)
    content_type = content_type.split(";", maxsplit=1)[0].strip() or FORM
    match content_type:
        case "application/json":
            try:
                given = json.loads(body or b"{}")
            except ValueError:
                raise SlackError("invalid_json") from None
        case "application/x-www-form-urlencoded":
            given = dict(parse_qsl(body.decode(), keep_blank_values=True))
        case _:
            raise SlackError("invalid_form_data")
    for name in ("token", "team_id"):  # allowed everywhere, listed almost nowhere; Bolt sends the latter
        if name not in _validator(method, content_type).schema["properties"]:
            given.pop(name, None)
    _refuse(method, content_type, given)
    return _unfold(method, given) if content_type == FORM else given


def _refuse(method: str, content_type: str, given: Json) -> None:
    validator = _validator(method, content_type)
    found = [
        f"[ERROR] {error.message} [json-pointer:/{'/'.join(map(str, error.path))}]"
        for error in validator.iter_errors(given)
    ]
    known = validator.schema["properties"] if isinstance(validator.schema, dict) else {}
    found += [f"[ERROR] no such argument: {name}" for name in sorted(set(given) - set(known))]
    if found:
        raise SlackError("invalid_arguments", response_metadata={"messages": found})


def _unfold(method: str, given: Json) -> Json:
    """Form fields hold JSON as text and numbers and booleans as words; the JSON schema says which is which."""
    properties = _validator(method, JSON).schema["properties"]  # type: ignore[index,call-overload]
    return {name: _value(name, value, properties.get(name, {}).get("type")) for name, value in given.items()}


def _value(name: str, value: str, kind: str | None) -> Any:
    match kind:
        case "array" | "object":
            try:
                return json.loads(value)
            except ValueError:
                raise SlackError(f"invalid_{'blocks_format' if name == 'blocks' else 'arguments'}") from None
        case "boolean":
            return value.lower() in ("1", "true")
        case "number" | "integer":
            return int(float(value))
        case _:
            return value


def documented_errors(method: str) -> frozenset[str]:
    """Every error the method may give."""
    examples = _paths()[f"/{method}"]["post"]["responses"]["200"]["content"][JSON].get("examples", {})
    return frozenset(examples) - {"ok"} | frozenset(_methods().get(method, {}).get("errors", ())) | COMMON_ERRORS


def check_error(method: str, code: str) -> None:
    """A fault that Slack itself would never give is a mistake of the test."""
    if code not in documented_errors(method):
        raise ImpossibleError(f"{method} has no error called {code!r}")


def scopes_of(method: str) -> frozenset[str]:
    """The bot scopes of which a caller needs one; empty: none is needed."""
    return frozenset(_methods().get(method, {}).get("scopes", {}).get("bot") or ())


def per_minute(method: str) -> int | None:
    """Calls a minute and workspace that the method's tier promises; None where "special" limits apply."""
    label: str = _methods().get(method, {}).get("rate_limit") or ""
    return int(label.split(": ")[1].split("+", maxsplit=1)[0]) if label.startswith("Tier") else None
