"""What a key lets through, what is bounded, and what nobody may claim: each was once otherwise."""

from typing import Any

import pytest
from django.test import RequestFactory

from rung.api import idempotency
from rung.people import tokens
from rung.people.clock import database_now
from rung.people.mail_domains import EVERYBODYS
from rung.people.models import Customer, Role, Token
from rung.tickets.models import Ticket
from tests.api.conftest import Caller
from tests.api.test_callers import every_operation

BODY = {"subject": "Nightly import has stopped", "body": "Since 02:00 nothing arrives."}


def test_a_revoked_key_gets_no_kept_answer(caller: Any) -> None:
    api = caller()
    assert api.post("/tickets", BODY, key="again").status_code == 201
    tokens.revoke("key of agent", now=database_now())
    answer = api.post("/tickets", BODY, key="again")
    assert answer.status_code == 401
    assert "ticket" not in answer.json()


def test_who_may_do_less_today_gets_no_kept_answer(caller: Any, desk: Any) -> None:
    api = caller(Role.OWNER, agent="olga")
    body = {"handle": "new", "name": "New", "email": "new@desk.example"}
    assert api.post("/agents", body, key="again").status_code == 201
    desk["olga"].role = Role.AGENT
    desk["olga"].save()
    assert api.post("/agents", body, key="again").status_code == 403


@pytest.mark.parametrize("key", ["", "rung_wrong"])
def test_nothing_of_a_body_is_read_before_the_key_is_known(desk: Any, key: str) -> None:
    class Unread:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

    request = RequestFactory().post("/api/v1/tickets", b"{}", content_type="application/json")
    request.META |= {"wsgi.input": Unread(), "HTTP_IDEMPOTENCY_KEY": "k", "HTTP_AUTHORIZATION": f"Bearer {key}"}
    asked: list[Any] = []
    idempotency.middleware(asked.append)(request)  # type: ignore[arg-type]
    assert asked == [request]


def test_wrong_keys_never_lock_good_ones(caller: Any) -> None:
    good = caller()
    wrong = [Caller(f"rung_{n}").get("/tickets").status_code for n in range(30)]
    assert (wrong[0], wrong[-1]) == (401, 429)
    assert good.get("/tickets").status_code == 200


def test_a_key_may_never_do_more_than_its_agent(caller: Any, desk: Any) -> None:
    api = caller(Role.OWNER, agent="olga")
    assert api.post("/customers", {"name": "Acme"}).status_code == 201
    desk["olga"].role = Role.OBSERVER
    desk["olga"].save()
    assert api.post("/customers", {"name": "Acme"}).status_code == 403
    assert api.get("/customers").status_code == 200
    assert Token.objects.get().role == Role.OWNER  # what was given stays on record


@pytest.mark.parametrize("domain", ["gmail.com", "@GMAIL.com", "gmail.com.", "not a domain", "acme.example"])
def test_no_customer_gets_a_domain_that_is_not_theirs(caller: Any, domain: str) -> None:
    Customer.objects.create(name="Acme", domains=["acme.example"])
    agent, lead = caller(), caller(Role.LEAD)
    number = agent.opens()
    named = {"name": "Other", "domain": domain}
    answers = [
        agent.post("/tickets", BODY | {"customer": named}),
        agent.post(f"/tickets/{number}/customer", named),
        lead.post("/customers", {"name": "Other", "domains": [domain]}),
    ]
    for answer in answers:
        assert answer.status_code == 422, answer.content
        assert "domain" in answer.json()["place"]
    assert not Customer.objects.filter(name="Other").exists()
    assert Ticket.objects.count() == 1


def test_nobody_joins_the_others_at_a_public_mail_provider(caller: Any) -> None:
    Customer.objects.create(name="An older row", domains=["gmail.com"])
    number = caller().opens(requester={"email": "rita@gmail.com", "name": "Rita"})
    assert Ticket.objects.get(number=number).customer is None
    assert {"gmail.com", "yahoo.co.uk", "gmx.at", "qq.com"} <= EVERYBODYS


def test_a_customers_own_domain_may_be_said_again(caller: Any) -> None:
    api = caller(Role.LEAD)
    for expected in (201, 200):
        assert api.post("/customers", {"name": "Acme", "domains": ["acme.example"]}).status_code == expected
    assert api.post("/tickets", BODY | {"customer": {"domain": "ACME.example"}}).status_code == 201
    assert Customer.objects.count() == 1


def test_a_thousand_mistakes_are_a_hundred_and_how_many_more(caller: Any) -> None:
    text = "".join(f"key_{n}: 1\n" for n in range(1_000))
    answer = caller(Role.LEAD).post("/policy/check", {"text": text})
    said = answer.json()
    assert len(said["findings"]) == 100
    assert said["more"] >= 900
    assert len(answer.content) < 100_000
    refused = caller(Role.OWNER).post("/policy", {"text": text})
    assert (refused.status_code, len(refused.json()["findings"])) == (422, 100)
    assert refused.json()["more"] >= 900


def test_a_misspelt_parameter_is_refused_and_the_nearest_named(caller: Any) -> None:
    answer = caller().get("/tickets", statuss="open")
    assert answer.status_code == 422
    assert answer.json()["nearest"] == "status"
    assert 'did you mean "status"?' in answer.json()["error"]


def test_every_call_refuses_a_parameter_it_does_not_have(caller: Any) -> None:
    api = caller(Role.OWNER)
    for path, operation in every_operation():
        address = f"/api/v1{path}".replace("{int:number}", "999").replace("{handle}", "nobody")
        address = address.replace("{tracker}/{issue}", "jira/X-1")
        address = address.replace("{int:other}", "998").replace("{int:attachment}", "1")
        for method in operation.methods:
            answer = api.client.generic(
                method, f"{address}?zzz=1", b"{}", content_type="application/json", headers=api.headers
            )
            assert answer.status_code == 422, f"{method} {address}: {answer.status_code}"
            assert answer.json()["place"] == "query.zzz"


def test_strangers_hear_nothing_of_parameters(desk: Any) -> None:
    assert Caller("").get("/tickets", zzz="1").status_code == 401
