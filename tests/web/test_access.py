"""Every page with every role: denied by default."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from rung.people.models import Role

#: Pages of others, and what guards them.
GUARDED_ELSEWHERE = (
    "account/",  # allauth's own
    "api/",  # by token, walked in tests/api
    "healthz",
    "metrics",
    "slack/",  # by Slack's signature
    "sign-in/",  # by its one-time word
)
BY_ROLE = {Role.OWNER: "olga", Role.LEAD: "sam", Role.AGENT: "ben", Role.OBSERVER: "otto"}
ORDER = [Role.OBSERVER, Role.AGENT, Role.LEAD, Role.OWNER]


def every_address(resolver: Any = None, before: str = "") -> Any:
    """(address pattern, view) of everything this desk answers to."""
    for each in (resolver or get_resolver()).url_patterns:
        address = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from every_address(each, address)
        elif isinstance(each, URLPattern):
            yield address, each.callback


def ours() -> list[tuple[str, Any]]:
    found = [(address, view) for address, view in every_address() if not address.startswith(GUARDED_ELSEWHERE)]
    return sorted(found, key=lambda each: each[0] == "you/signed-out")  # which ends the walk


def test_every_page_says_whom_it_is_for() -> None:
    silent = [address for address, view in ours() if not (hasattr(view, "needs") or hasattr(view, "public"))]
    assert silent == []


@pytest.mark.parametrize("role", [None, *Role])
def test_every_page_with_every_role(signed_in: Any, opened: Any, role: Role | None) -> None:
    number = opened()
    client = signed_in(BY_ROLE[role]) if role else Client()
    chosen = {"number": str(number), "version": "1", "action": "wait", "name": "ben", "kind": "html"}
    for pattern, view in ours():
        if not hasattr(view, "needs"):
            continue
        address = "/" + re.sub(r"<\w+:(\w+)>", lambda found: chosen.get(found[1], "x"), pattern)
        answers = [client.get(address), client.post(address)]
        for answer in answers:
            if role is None:
                assert answer.status_code in (302, 405), address
                assert answer.status_code == 405 or "/account/login" in answer.headers["Location"], address
            elif ORDER.index(role) < ORDER.index(view.needs):
                assert answer.status_code in (403, 405), f"{role} {address}"
            else:
                assert answer.status_code != 403, f"{role} {address}"
            assert answer.status_code < 500, address
    assert {answer.status_code for answer in answers} != set()


def test_an_observer_sees_no_buttons(signed_in: Any, opened: Any) -> None:
    page = signed_in("otto").get(f"/tickets/{opened()}").content.decode()
    assert 'id="acts"' not in page
    assert 'id="compose"' not in page


def test_nothing_inline_and_nothing_from_elsewhere(signed_in: Any, opened: Any) -> None:
    client = signed_in("sam")
    for address in ("/", f"/tickets/{opened()}", "/tickets", "/for-you", "/ask"):
        answer = client.get(address)
        page = answer.content.decode()
        assert "<script>" not in page
        assert " style=" not in page
        assert "onclick" not in page
        assert "'unsafe" not in answer.headers["Content-Security-Policy"]


def test_who_is_signed_out_comes_back_to_the_page_not_to_the_address_of_its_form() -> None:
    client, part = Client(), {"HX-Request": "true"}
    page = "http://testserver/policy/text?draft=1#findings"
    sent = client.post("/policy/review", headers={"Referer": page})
    assert sent.headers["Location"] == "/account/login/?next=/policy/text%3Fdraft%3D1"
    for elsewhere in ("https://evil.example/x", "http:evil.example", "javascript:alert(1)", ""):
        sent = client.post("/policy/review", headers={"Referer": elsewhere})
        assert sent.headers["Location"] == "/account/login/?next=/", elsewhere
    for answer in (client.post("/tickets/1/answer", headers=part), client.get("/", headers=part)):
        assert (answer.status_code, answer.content) == (401, b"")


def test_the_address_of_a_form_says_that_it_is_no_page(signed_in: Any) -> None:
    answer = signed_in("sam").get("/policy/review", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "It only takes what a form sends." in answer.content.decode()
