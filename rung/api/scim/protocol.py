"""What every SCIM resource shares: the key, errors, lists, filters, patches."""

import json
import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from rung.api import limits
from rung.api.problems import Problem
from rung.people import secrets, sign_in
from rung.people.models import SignInProvider

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
API = "urn:ietf:params:scim:api:messages:2.0:"
CONTENT_TYPE = "application/scim+json"
#: Where a request keeps the directory whose key it has.
LET_IN = "rung.directory"
PAGE, MOST_ROWS = 100, 200
View = Callable[..., HttpResponse]
_FILTER = re.compile(
    r'^\s*(?:urn:[\w:.]+:)?(\w+(?:\.\w+)?)\s+eq\s+("(?:[^"\\]|\\.)*"|true|false|\d+)\s*$', re.IGNORECASE
)


class ScimError(Exception):
    """An answer of 4xx as RFC 7644, 3.12 writes it."""

    def __init__(self, status: int, detail: str, kind: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind = status, detail, kind


def answer(body: dict[str, Any], status: int = 200, location: str = "") -> HttpResponse:
    """A resource or a message."""
    response = HttpResponse(json.dumps(body), status=status, content_type=CONTENT_TYPE)
    if location:
        response.headers["Location"] = location
    return response


def let_in(request: HttpRequest) -> SignInProvider:
    """The directory whose key is in the header. Raises Problem 401 or 429. Nothing of the body is read."""
    known = request.META.get(LET_IN)
    if isinstance(known, SignInProvider):
        return known
    kind, _, word = request.headers.get("Authorization", "").partition(" ")
    found = None
    if kind.lower() == "bearer" and word.strip():
        found = SignInProvider.objects.filter(scim_hash=secrets.hashed(word.strip())).first()
        if found is None:
            limits.count_guess(sign_in.network_of(request))
    if found is None:
        raise Problem(401, "no directory has this key; `rung sign-in scim NAME` makes one")
    request.META[LET_IN] = found
    return found


def scim(*methods: str) -> Callable[[View], View]:
    """A view for a directory with a good key; its mistakes are answered as SCIM wants them."""

    def made(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def look(request: HttpRequest, **parts: Any) -> HttpResponse:
            try:
                directory = let_in(request)
                if request.method not in methods:
                    raise ScimError(405, f"{request.method} is not for this address; it takes {', '.join(methods)}")
                return view(request, directory, **parts)
            except Problem as problem:
                return _error(problem.status, problem.sentence)
            except ScimError as wrong:
                return _error(wrong.status, wrong.detail, wrong.kind)

        return look

    return made


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The request's JSON object. Raises ScimError."""
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError) as mistake:
        raise ScimError(400, "the body is not JSON", "invalidSyntax") from mistake
    if not isinstance(given, dict):
        raise ScimError(400, "the body is not a JSON object", "invalidSyntax")
    refuse_broken(given)
    return given


def refuse_broken(value: object) -> None:
    """Raises ScimError for letters no database takes."""
    if isinstance(value, str) and ("\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value)):
        raise ScimError(400, "a text has characters that are none (NUL or half a pair)", "invalidValue")
    if isinstance(value, dict):
        for name, inner in value.items():
            refuse_broken(name)
            refuse_broken(inner)
    elif isinstance(value, list):
        for inner in value:
            refuse_broken(inner)


def text_in(given: dict[str, Any], name: str, most: int = 200) -> str:
    """A text, empty where there is none. Raises ScimError."""
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise ScimError(400, f"{name}: a text of at most {most} characters is wanted", "invalidValue")
    return value.strip()


def truth(value: object, name: str) -> bool:
    """Some directories write true as a text. Raises ScimError."""
    word = str(value).lower()
    if word not in ("true", "false"):
        raise ScimError(400, f"{name}: true or false is wanted", "invalidValue")
    return word == "true"


def filtered(request: HttpRequest, columns: dict[str, str]) -> dict[str, Any]:
    """The query's `filter` as Django's; `columns`: attribute in lower case -> lookup. Raises ScimError."""
    asked = request.GET.get("filter", "")
    if not asked.strip():
        return {}
    found = _FILTER.match(asked)
    column = columns.get(found[1].lower()) if found else None
    if found is None or column is None:
        known = ", ".join(f'{name} eq "…"' for name in columns)
        raise ScimError(400, f"this filter is not known; known: {known}", "invalidFilter")
    value = json.loads(found[2].lower() if found[2][0] != '"' else found[2])
    refuse_broken(value)
    return {column: value}


def listed(request: HttpRequest, rows: "QuerySet[Any]", shown: Callable[[Any], dict[str, Any]]) -> HttpResponse:
    """A page of rows: `startIndex` from 1, `count`."""
    start, count = max(1, _number(request, "startIndex", 1)), max(0, _number(request, "count", PAGE))
    count = min(count, MOST_ROWS)
    page = list(rows[start - 1 : start - 1 + count])
    return answer(
        {
            "schemas": [f"{API}ListResponse"],
            "totalResults": rows.count(),
            "startIndex": start,
            "itemsPerPage": len(page),
            "Resources": [shown(row) for row in page],
        }
    )


def operations(given: dict[str, Any]) -> Sequence[tuple[str, str, Any]]:
    """(op, path, value) of a PATCH; op in lower case. Raises ScimError."""
    asked = next((value for name, value in given.items() if name.lower() == "operations"), None)
    if not isinstance(asked, list) or not asked or len(asked) > MOST_ROWS:
        raise ScimError(400, f"Operations: a list of 1 to {MOST_ROWS} is wanted", "invalidSyntax")
    found = []
    for each in asked:
        op = str(each.get("op", "")).lower() if isinstance(each, dict) else ""
        path = each.get("path") or "" if isinstance(each, dict) else ""
        if op not in ("add", "replace", "remove") or not isinstance(path, str):
            raise ScimError(400, "each of Operations has an op: add, replace or remove", "invalidSyntax")
        if op == "remove" and not path:
            raise ScimError(400, "remove needs a path", "noTarget")
        found.append((op, re.sub(r"^urn:[\w:.]+:(?=\w+$|\w+\.|\w+\[)", "", path), each.get("value")))
    return found


def _number(request: HttpRequest, name: str, otherwise: int) -> int:
    word = request.GET.get(name, "")
    if not word:
        return otherwise
    if not re.fullmatch(r"-?[0-9]{1,9}", word):
        raise ScimError(400, f"{name}: a whole number is wanted", "invalidValue")
    return int(word)


def _error(status: int, detail: str, kind: str = "") -> HttpResponse:
    said = {"schemas": [f"{API}Error"], "status": str(status), "detail": detail}
    response = answer(said | ({"scimType": kind} if kind else {}), status)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
