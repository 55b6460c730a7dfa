"""The API against its own description: whatever is asked, the answer is one that OpenAPI promises, and never a 5xx."""

import os
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyStrategyDefinition
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rung.people import tokens
from rung.people.models import Role

load_all_checks()
schemathesis.serializer.alias("application/x-ndjson", "text/plain")
CHECKED = [
    CHECKS.get_one("not_a_server_error"),
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.fixture
def described(live_server: Any, desk: Any, settings: Any) -> Any:
    settings.API_REQUESTS_PER_SECOND = 0
    key = tokens.create("schemathesis", role=Role.OWNER)
    schema = schemathesis.openapi.from_url(f"{live_server.url}/api/v1/openapi.json")
    schema.config.update(headers={"Authorization": f"Bearer {key}"})
    return schema


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_api_keeps_what_it_describes(described: Any) -> None:
    for found in described.get_all_operations():
        operation = found.ok()

        @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            case.call_and_validate(checks=CHECKED)

        ask()


def test_the_description_is_public_and_has_examples(client: Any, db: None) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert len(described["paths"]) > 40
    bodies = described["components"]["schemas"]
    assert bodies["NewTicket"]["examples"][0]["subject"] == "Nightly import has stopped"
    assert bodies["NewTicket"]["properties"]["priority"]


if os.environ.get("RUNG_STATEFUL"):  # calls that follow from each other's answers: for hours, not for every run

    @pytest.mark.slow
    @pytest.mark.django_db(transaction=True)
    def test_sequences_of_calls_keep_what_it_describes(described: Any) -> None:
        """RUNG_STATEFUL is how many sequences, such as 200."""

        class Machine(described.as_state_machine()):  # type: ignore[misc]
            def validate_response(self, response: Any, case: Any, **_more: Any) -> None:
                case.validate_response(response, checks=CHECKED)

        of_each = settings(
            max_examples=5,
            stateful_step_count=12,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        for _ in range(int(os.environ["RUNG_STATEFUL"]) // 5):
            with suppress(FlakyStrategyDefinition):  # the desk remembers the sequence before; begin anew
                Machine.run(settings=of_each)
