"""Somebody restricted to their teams: on every page and by every call, other teams' tickets are not there."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from rung.people import tokens
from rung.people.models import Agent, Customer, Role
from rung.tickets import visibility
from rung.tickets.actions import assignment, conversation, escalation
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Ticket
from tests.web.test_access import ours

#: Stands in everything about the ticket that is not theirs, and in nothing else.
MARK = "plumstone"
WORD = "Zwetschge"  # what is searched for; pages show it as the reader's own words


@pytest.fixture
def restricted(desk: dict[str, Agent]) -> Agent:
    ben = desk["ben"]
    ben.is_restricted = True
    ben.save()
    return ben


@pytest.fixture
def hidden(restricted: Agent, opened: Any) -> int:
    """A ticket of the first level, which is not ben's team's; everything said about it carries the mark."""
    customer = Customer.objects.create(name="Acme")
    number = int(opened(f"{WORD} {MARK} in the subject", f"{WORD} {MARK} in the text", customer=customer))
    conversation.note(number, MessageText(text=f"{MARK}, a note for @ben"), by="agent:sam")
    conversation.answer(number, MessageText(text=f"{MARK}, an answer"), by="agent:sam")
    return number


def test_no_page_shows_another_teams_ticket(restricted: Agent, hidden: int, opened: Any, signed_in: Any) -> None:
    own = opened("One of theirs", customer=Customer.objects.get())
    escalation.escalate(own, "L2", by="agent:sam", anyway=True)
    other = opened("Related to it")
    client = signed_in("ben")
    chosen = {"number": str(hidden), "version": "1", "name": "ben", "kind": "html"}
    pages = 0
    for pattern, view in ours():
        if not hasattr(view, "needs"):
            continue
        for action in ("claim", "assign", "answer", "note", "merge", "insert") if "<slug:action>" in pattern else ("",):
            named = chosen | {"action": action}
            address = "/" + re.sub(r"<\w+:(\w+)>", lambda found: named.get(found[1], "x"), pattern)  # noqa: B023
            form = {"text": "Mine now", "assignee": "ben", "into": str(other)}
            for answer in (client.get(address), client.get(f"{address}?q={WORD}"), client.post(address, form)):
                pages += 1
                assert MARK not in answer.content.decode(errors="replace"), address
                if address.startswith(f"/tickets/{hidden}"):
                    assert answer.status_code in (404, 405), address
    assert pages > 150
    at_acme = signed_in("ben").get(f"/people/customers/{Customer.objects.get().pk}").content.decode()
    assert MARK not in at_acme
    assert "One of theirs" in at_acme
    client = signed_in("ben")  # the walk ended with signing out everywhere
    assert "One of theirs" in client.get("/").content.decode()
    assert MARK not in client.get(f"/tickets/{own}").content.decode()
    assert client.post(f"/tickets/{own}/merge", {"into": str(hidden)}).status_code == 409
    assert Ticket.objects.get(number=hidden).assignee_id is None


def test_no_call_gives_another_teams_ticket(restricted: Agent, hidden: int) -> None:
    key = tokens.create("ben's own", role=Role.AGENT, agent=restricted)
    headers = {"Authorization": f"Bearer {key}"}
    client = Client()
    calls = 0
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            sent = json.dumps(_example(body, hidden)) if body else None
            address = path.replace("{number}", str(hidden)).replace("{handle}", "ben")
            answer = client.generic(method.upper(), address, sent or "", "application/json", headers=headers)
            calls += 1
            assert MARK not in answer.content.decode(errors="replace"), f"{method} {path}"
            if "/tickets/{number}" in path:
                assert answer.status_code in (403, 404, 422), f"{method} {path}: {answer.status_code}"
    assert calls > 50
    listed = client.get("/api/v1/tickets", headers=headers).json()["tickets"]
    assert [ticket["number"] for ticket in listed] == []


def _example(body: dict[str, Any], hidden: int) -> Any:
    given = dict(body.get("example") or {"text": "Mine now"})
    return given | ({"agent": "ben"} if "agent" in given else {})


def test_what_is_offered_or_given_to_them_is_theirs(restricted: Agent, hidden: int) -> None:
    assert not visibility.sees(restricted, hidden)
    escalation.escalate(hidden, "L2", by="agent:sam", anyway=True)
    assert visibility.sees(restricted, hidden)
    escalation.escalate(hidden, "management", by="agent:sam", anyway=True)
    assert visibility.sees(restricted, hidden)  # the older offer is still theirs to claim
    for offer in (event.number for event in Ticket.objects.get(number=hidden).events.filter(kind="offered")):
        assignment.withdraw_offer(hidden, offer, by="agent:sam")
    assert not visibility.sees(restricted, hidden)
    assignment.assign(hidden, "ben", by="agent:sam")
    assert visibility.sees(restricted, hidden)


def test_the_door_itself_refuses(restricted: Agent, hidden: int) -> None:
    with pytest.raises(visibility.NotTheirs):
        conversation.note(hidden, MessageText(text="I was never here"), by="agent:ben")
    assert not Ticket.objects.get(number=hidden).messages.filter(text__contains="never here").exists()


def test_without_a_team_there_is_nothing(restricted: Agent, hidden: int) -> None:
    escalation.escalate(hidden, "L2", by="agent:sam", anyway=True)
    restricted.teams.clear()
    assert not visibility.visible(restricted).exists()


def test_only_agents_and_observers_can_be_restricted(signed_in: Any, desk: Any) -> None:
    form = {"name": "Sam", "email": "sam@desk.example", "role": "lead", "time_zone": "UTC", "language": "en"}
    answer = signed_in("olga").post("/people/agents/sam", form | {"is_active": "on", "is_restricted": "on"})
    assert answer.status_code == 422
    assert "Only agents and observers" in answer.content.decode()
