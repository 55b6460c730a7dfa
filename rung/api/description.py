"""The OpenAPI document: what ninja writes of the operations, and what holds for all of them."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from rung.api.idempotency import CHANGING, HEADER, LONGEST
from rung.api.problems import Problem
from rung.api.shapes import Mistake
from rung.core.spelling import did_you_mean, nearest

KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "The same request again under the same key gets the same answer and does nothing twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"^[!-~]+$"},
    "example": "import-2026-11-24-0001",
}
MISTAKE = {
    "description": "Refused, in one sentence: 401 no token, 403 its role, 404 not there, 409 as things stand, "
    "422 how it was asked, 429 too often.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Mistake"}}},
}


class DescribedAPI(NinjaAPI):
    """Adds to every operation how it refuses, and to every changing one the header that makes it safe to repeat."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The document."""
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        document["components"]["schemas"]["Mistake"] = Mistake.model_json_schema()
        for operations in document["paths"].values():
            for method, operation in operations.items():
                operation["responses"]["4XX"] = MISTAKE
                if method.upper() in CHANGING:
                    operation.setdefault("parameters", []).append(KEY)
        return document

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """ninja's, called once the caller is let in and before anything is read. Raises Problem 422 for a word in the
        query that the operation does not have: left unread it would answer another question."""
        known = self._queries.get((_template(request), str(request.method)))
        if known is not None:
            for word in request.GET:
                if word not in known:
                    raise _unknown_parameter(word, known)
        return super().create_temporal_response(request)

    @cached_property
    def _queries(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """(path, method) -> the names its query may have."""
        return {
            (path, method.upper()): frozenset(
                each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"
            )
            for path, operations in self.get_openapi_schema()["paths"].items()
            for method, operation in operations.items()
        }


def _template(request: HttpRequest) -> str:
    """`/api/v1/tickets/{number}`, as the document writes it."""
    route = request.resolver_match.route if request.resolver_match else ""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)


def _unknown_parameter(word: str, known: frozenset[str]) -> Problem:
    shown = word[:80]
    names = sorted(known)
    hint = did_you_mean(shown, names) or (f"; known: {', '.join(names)}" if names else "; this call takes none")
    place = f"query.{shown}"
    return Problem(422, f'{place}: no parameter is called "{shown}"{hint}', place=place, nearest=nearest(shown, names))
