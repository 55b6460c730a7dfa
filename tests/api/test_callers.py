"""Who may do what, and in whose name."""

from collections.abc import Iterator
from typing import Any

import pytest

from rung.api import limits
from rung.api.callers import May
from rung.api.v1 import api as version_1
from rung.people.models import Role
from tests.api.conftest import Caller


def every_operation() -> Iterator[tuple[str, Any]]:
    """(path, operation) of the whole API, as it answers."""
    for router in version_1._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield path, operation


def test_without_a_token_nothing_is_told(desk: Any) -> None:
    answer = Caller("").get("/tickets")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "rung token create" in answer.json()["error"]


def test_wrong_tokens_are_refused_and_soon_not_even_looked_at(desk: Any) -> None:
    answers = [Caller(f"rung_{n}").get("/tickets").status_code for n in range(25)]
    assert answers[0] == 401
    assert answers[-1] == 429
    limits.buckets.clear()


def test_every_operation_names_the_role_it_needs() -> None:
    for path, operation in every_operation():
        assert any(isinstance(each, May) for each in operation.auth_callbacks), f"{operation.methods} {path}"


@pytest.mark.parametrize("role", list(Role))
def test_every_address_with_every_role(caller: Any, role: Role) -> None:
    """An answer of 403 exactly where the role does not reach."""
    order = [Role.OBSERVER, Role.AGENT, Role.LEAD, Role.OWNER]
    api = caller(role)
    for path, operation in every_operation():
        needed = next(each.needed for each in operation.auth_callbacks if isinstance(each, May))
        address = f"/api/v1{path}".replace("{int:number}", "999").replace("{handle}", "nobody")
        address = address.replace("{tracker}/{issue}", "jira/X-1")
        address = address.replace("{int:other}", "998").replace("{int:attachment}", "1")
        for method in operation.methods:
            answer = api.client.generic(method, address, b"{}", content_type="application/json", headers=api.headers)
            may = order.index(role) >= order.index(needed)
            assert (answer.status_code != 403) is may, f"{role} {method} {address}: {answer.status_code}"
            assert answer.status_code < 500


def test_a_key_of_an_agent_speaks_for_that_agent_only(caller: Any) -> None:
    ben = caller(agent="ben")
    number = ben.opens()
    answer = ben.post(f"/tickets/{number}/note", {"text": "Hm.", "agent": "sam"})
    assert answer.status_code == 403
    assert "acts as ben" in answer.json()["error"]


def test_a_service_acts_in_an_agents_name_and_is_named_itself_otherwise(caller: Any) -> None:
    api = caller()
    number = api.opens()
    api.post(f"/tickets/{number}/note", {"text": "From a script."})
    api.post(f"/tickets/{number}/priority", {"priority": "low", "agent": "sam"})
    by = [event["by"] for event in api.get(f"/tickets/{number}/timeline").json()]
    assert by[-2:] == ["bot:key of agent", "agent:sam"]


def test_an_answer_comes_from_a_person(caller: Any) -> None:
    api = caller()
    number = api.opens()
    answer = api.post(f"/tickets/{number}/answer", {"text": "Hello."})
    assert answer.status_code == 422
    assert '"agent": "sam"' in answer.json()["error"]


def test_a_key_may_not_ask_without_end(caller: Any, settings: Any) -> None:
    settings.API_REQUESTS_PER_SECOND = 2
    api = caller()
    answers = [api.get("/tickets") for _ in range(6)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
