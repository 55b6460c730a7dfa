"""What went wrong is said in one sentence, in the reader's language, and tells nothing of what is inside."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client, RequestFactory
from django.utils import translation
from django.views import defaults

from rung.people.models import Agent
from rung.tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda request: defaults.bad_request(request, Exception("inside-7")), "could not be read"),
        (lambda request: defaults.permission_denied(request, Exception("inside-7")), "may not see this page"),
        (lambda request: defaults.page_not_found(request, Exception("inside-7")), "Page not found"),
        (defaults.server_error, "Something went wrong"),
    ],
)
def test_each_has_a_page_that_leaks_nothing(rf: RequestFactory, answer: Any, words: str) -> None:
    request = rf.get("/inside-7")
    page = answer(request).content.decode()
    assert words in page
    assert "inside-7" not in page
    with translation.override("de"):
        assert words not in answer(request).content.decode()


def test_a_broken_page_says_so_and_nothing_else(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("inside-7 /etc/secret")

    monkeypatch.setattr("rung.web.queue.saved_views.of_reader", broken)
    client = signed_in("sam")
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "inside-7" not in answer.content.decode()
    assert "Something went wrong" in answer.content.decode()


def test_too_many_attempts_have_a_page(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client = Client(REMOTE_ADDR="192.0.2.7")
    for _ in range(3):
        answer = client.post("/account/login/", {"login": "x@example.com", "password": "x"})
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()


@pytest.mark.parametrize("nonsense", ["9" * 5000, "²", "٣٣٣", "-1", "99999999999999999999", "1\x00", "x"])
def test_nonsense_where_a_number_belongs_breaks_no_page(signed_in: Any, opened: Any, nonsense: str) -> None:
    number, olga = opened(), signed_in("olga")
    for address in ("/policy/text?from={}", "/policy/text?draft={}", "/policy/versions/1?against={}", "/tickets?q={}"):
        assert olga.get(address.format(quote(nonsense))).status_code < 500, address
    for address, form in (
        ("/inboxes/slack", {"do": "watch", "channel": nonsense, "customer": nonsense}),
        ("/you/reached", {"remove": nonsense}),
        (f"/tickets/{number}/recount", {"event": nonsense}),
        (f"/tickets/{number}/split", {"message": nonsense, "subject": "Other"}),
        ("/policy/review", {"text": "name: x", "publish": "1", "against": nonsense}),
        ("/policy/replay", {"text": "name: x", "days": nonsense}),
    ):
        assert olga.post(address, form).status_code < 500, address
    for address in ("/people/agents/{}", "/people/teams/{}", "/settings/webhooks/{}"):
        assert olga.get(address.format(quote(nonsense))).status_code == 404, address


def test_a_letter_that_no_database_keeps_is_left_out(signed_in: Any, opened: Any) -> None:
    number, olga = opened(), signed_in("olga")
    for address, form in (
        (f"/tickets/{number}/tags", {"add": "a\x00b"}),
        (f"/tickets/{number}/hold", {"third_party": "Ven\x00dor"}),
        ("/start/invite", {"name-1": "A\x00da", "email-1": "ada\x00@acme.example", "level-1": "L2"}),
        (f"/tickets/{number}/close", {"why": "dou\x00ble"}),
    ):
        assert olga.post(address, form).status_code == 302, address
    ticket = Ticket.objects.get(number=number)
    assert (ticket.tags, ticket.status) == (["ab"], "closed")
    assert Agent.objects.get(email="ada@acme.example").name == "Ada"
