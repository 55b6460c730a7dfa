"""The OpenAPI document: what ninja writes of the operations, and what holds for all of them."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from rung.api.idempotency import CHANGING, HEADER, LONGEST
from rung.api.shapes import Mistake

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
