"""Common requests in one click, canned answers with their gaps, and the page of all workflows."""

from typing import Any

import pytest

from rung.people import tokens
from rung.people.clock import database_now
from rung.people.models import Role
from rung.people.requester_lookup import requester_for
from rung.policies.publishing import publish
from rung.tickets.models import Message, Ticket
from rung.tickets.overview import look_at
from tests.api.conftest import POLICY
from tests.web.pages import source

MORE = """\
  resolved: Solved, we believe.
  reset-password: "Hi {requester.first_name}, the link goes to {answers.account}.
    Until {deadline.next_response}, {agent.first_name}"
  broken: "Hi {requester.frist_name}"
workflows:
  password reset: {when: {text: ["reset my password"]}, ask: [account], reply: reset-password, then: pending}
  broken: {when: {text: ["reset my password"]}, reply: broken, then: resolved}
"""


@pytest.fixture
def reset(desk: Any, opened: Any) -> int:
    publish(
        POLICY.replace("  resolved: Solved, we believe.\n", MORE), author="agent:sam", reason="More", now=database_now()
    )
    rita = requester_for(email="rita@acme.example", name="Rita Ray")
    return opened("Login", "Please reset my password.", requester=rita)  # type: ignore[no-any-return]


def said(number: int) -> list[str]:
    return list(Message.objects.filter(ticket=number, direction="public").values_list("text", flat=True))


def test_a_common_request_offers_itself_asks_and_is_done_in_one_click(signed_in: Any, reset: int) -> None:
    sam = signed_in("sam")
    page = sam.get(f"/tickets/{reset}").content.decode()
    assert "Password reset" in page
    assert 'name="ask-account"' in page
    form = {"workflow": "password reset", "once": "k", "ask-account": ""}
    assert "Still to be asked: account." in sam.post(f"/tickets/{reset}/workflow", form).content.decode()
    assert said(reset) == []
    for _ in range(2):
        sam.post(f"/tickets/{reset}/workflow", form | {"ask-account": "rita@acme.example"})
    (text,) = said(reset)
    assert text.startswith("Hi Rita, the link goes to rita@acme.example. Until 20")
    assert text.endswith("Sam")
    assert Ticket.objects.get(number=reset).status == "pending"
    page = sam.get(f"/tickets/{reset}").content.decode()
    assert "used the workflow “password reset”" in page
    assert 'name="ask-account"' not in page


def test_edited_first_it_is_still_the_workflow_and_counted_as_rewritten(signed_in: Any, reset: int) -> None:
    sam = signed_in("sam")
    form = {"reply": "reset-password", "workflow": "password reset", "ask-account": "rita", "text": ""}
    page = source(sam.post(f"/tickets/{reset}/insert", form))
    assert "the link goes to rita." in page
    assert 'name="workflow" value="password reset"' in page
    sam.post(f"/tickets/{reset}/answer", {"text": "In my words.", "workflow": "password reset", "ask-account": "rita"})
    assert said(reset) == ["In my words."]
    assert "in their own words" in sam.get(f"/tickets/{reset}").content.decode()
    page = source(signed_in("otto").get("/policy/workflows"))
    assert "Password reset" in page
    assert "<dt>edited</dt> <dd>1</dd>" in page


def test_a_reply_that_nothing_fills_is_seen_and_cannot_be_sent(signed_in: Any, reset: int) -> None:
    sam = signed_in("sam")
    assert "Nothing fills {requester.frist_name}" in sam.get(f"/tickets/{reset}").content.decode()
    page = sam.post(f"/tickets/{reset}/workflow", {"workflow": "broken"}).content.decode()
    assert "Nothing fills {requester.frist_name} in the reply broken" in page
    page = sam.post(f"/tickets/{reset}/answer", {"text": "Hi {requester.frist_name}"}).content.decode()
    assert "did you mean {requester.first_name}?" in page
    page = sam.post(f"/tickets/{reset}/resolve", {"text": "To {answers.account}"}).content.decode()
    assert "{answers.account} still stands in it" in page
    assert said(reset) == []
    sam.post(f"/tickets/{reset}/answer", {"text": "Call /tickets/{id} with {}"})
    assert said(reset) == ["Call /tickets/{id} with {}"]


def test_by_the_api(reset: int) -> None:
    from django.test import Client

    key = tokens.create("script", role=Role.OWNER)
    more = {"headers": {"Authorization": f"Bearer {key}"}, "content_type": "application/json"}
    fitting = Client().get(f"/api/v1/tickets/{reset}/workflows", **more).json()
    assert fitting[0] == {
        "workflow": "password reset",
        "ask": ["account"],
        "reply": "reset-password",
        "then": "pending",
    }
    body: dict[str, Any] = {"workflow": "password reset", "agent": "sam"}
    refused = Client().post(f"/api/v1/tickets/{reset}/workflows", body, **more)
    assert (refused.status_code, refused.json()["error"]) == (409, "Still to be asked: account")
    done = Client().post(f"/api/v1/tickets/{reset}/workflows", body | {"answers": {"account": "rita"}}, **more)
    assert done.json()["result"] == "done"
    unfilled = Client().post(f"/api/v1/tickets/{reset}/answer", {"text": "Hi {requester.name}", "agent": "sam"}, **more)
    assert unfilled.status_code == 422


def test_the_card_names_what_fits(reset: int) -> None:
    from rung.core.reckoning.workflows import offered

    look = look_at(Ticket.objects.get(number=reset), database_now())
    assert [each.name for each in offered(look.compiled.workflows, look.facts, look.case)] == [
        "password reset",
        "broken",
    ]


def test_no_workflows_is_said(signed_in: Any, desk: Any) -> None:
    assert "The policy has no workflows yet." in signed_in("otto").get("/policy/workflows").content.decode()
