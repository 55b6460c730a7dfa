"""Every mistake is one sentence: the thing, the place, the nearest right one."""

from typing import Any

import pytest

from rung.people.models import Agent, Role
from tests.api.conftest import POLICY

MISTAKES = [
    (
        "/tickets",
        {"subject": "S", "body": "B", "priority": "hihg"},
        422,
        'Body.priority: "hihg" is not known; did you mean "high"?',
    ),
    (
        "/tickets",
        {"subject": "S", "body": "B", "requster": {}},
        422,
        'Body.requster: no field is called "requster"; did you mean "requester"?',
    ),
    ("/tickets", {"subject": "S"}, 422, "Body.body is missing"),
    (
        "/tickets",
        {"subject": "S", "body": "B", "category": "ssso"},
        422,
        'Body.category: no category is called "ssso"; did you mean "sso"?',
    ),
    ("/tickets/9999/claim", {"agent": "ben"}, 404, "There is no ticket 9999"),
    (
        "/tickets/{n}/assign",
        {"assignee": "bne"},
        422,
        'Body.assignee: no agent is called "bne"; did you mean "ben"?',
    ),
    ("/tickets/{n}/claim", {"agent": "bem"}, 422, 'Body.agent: no agent is called "bem"; did you mean "ben"?'),
    (
        "/tickets/{n}/escalate",
        {"to": "jirra:ENG", "agent": "sam"},
        422,
        "Body.to: no other system is called 'jirra'; did you mean \"jira\"?",
    ),
    ("/tickets", {"subject": "  ", "body": "B"}, 422, "Body.subject: it is empty; write at least 1 character"),
    (
        "/tickets",
        {"subject": "S" * 301, "body": "B"},
        422,
        "Body.subject: it has 301 characters; at most 300 are allowed",
    ),
    ("/tickets", {"subject": "S", "body": " "}, 422, 'Body.body: " " should be some words, not only spaces'),
    ("/tickets", {"subject": 5, "body": "B"}, 422, 'Body.subject: "5" should be a text'),
    (
        "/tickets",
        {"subject": "S", "body": "B", "requester": {"email": "rita"}},
        422,
        'Body.requester.email: "rita" should be an e-mail address, such as rita@acme.example, or empty',
    ),
    (
        "/tickets/{n}/answer",
        {"text": "x" * 50_001, "agent": "sam"},
        422,
        "Body.text: it has 50,001 characters; at most 50,000 are allowed",
    ),
    (
        "/tickets/{n}/note",
        {"text": "x" * 50_001, "agent": "sam"},
        422,
        "Body.text: it has 50,001 characters; at most 50,000 are allowed",
    ),
    (
        "/tickets/{n}/tags",
        {"add": ["x" * 61]},
        422,
        "Body.add.0: it has 61 characters; at most 60 are allowed",
    ),
    (
        "/tickets/{n}/tags",
        {"add": [f"tag-{n}" for n in range(21)]},
        422,
        "Body.add: it has 21 entries; at most 20 are allowed",
    ),
    ("/tickets/{n}/rating", {"rating": 6}, 422, 'Body.rating: "6" should be at most 5'),
    ("/tickets/{n}/rating", {"rating": "good"}, 422, 'Body.rating: "good" should be a whole number'),
    (
        "/tickets/{n}/snooze",
        {"until": "2027-01-04"},
        422,
        'Body.until: "2027-01-04" should be a moment with its zone, such as 2027-01-04T08:00:00Z',
    ),
    ("/tickets/{n}/handoff", {"fields": {}}, 422, "Body.fields: it is empty; give at least 1 entry"),
    ("/tickets/{n}/merge", {"into": 9999}, 422, "Body.into: there is no ticket 9999"),
]


@pytest.mark.parametrize(("path", "body", "status", "sentence"), MISTAKES)
def test_a_mistake_is_one_sentence(caller: Any, path: str, body: dict[str, Any], status: int, sentence: str) -> None:
    api = caller()
    path = path.replace("{n}", str(api.opens())) if "{n}" in path else path
    answer = api.post(path, body)
    assert (answer.status_code, answer.json()["error"]) == (status, sentence)


def test_an_unknown_time_zone_names_the_nearest(caller: Any) -> None:
    body = {"handle": "kim", "name": "Kim", "email": "kim@desk.example", "time_zone": "Europe/Berln"}
    answer = caller(Role.OWNER).post("/agents", body)
    assert (answer.status_code, answer.json()["nearest"]) == (422, "Europe/Berlin")


def test_several_mistakes_are_all_named(caller: Any) -> None:
    answer = caller().post("/tickets", {"priority": "hihg"}).json()
    assert len(answer["also"]) == 2


def test_an_unknown_level_names_the_nearest(caller: Any) -> None:
    api = caller()
    answer = api.post(f"/tickets/{api.opens()}/escalate", {"to": "managment", "agent": "sam"})
    assert answer.status_code == 422
    assert "management" in answer.json()["error"]


def test_text_that_is_none_is_refused(caller: Any) -> None:
    assert caller().post("/tickets", {"subject": "a\x00b", "body": "B"}).status_code == 422
    assert caller(Role.LEAD).get("/tickets", level="a\x00b").status_code == 422


def test_a_policy_with_mistakes_is_not_published(caller: Any) -> None:
    api = caller(Role.LEAD)
    answer = api.post("/policy", {"text": "name: X\ntimezone: UTC\nlevles: {}\n"})
    assert answer.status_code == 422
    assert answer.json()["findings"][0]["line"] >= 1
    assert len(api.get("/policy/versions").json()) == 1


def test_a_body_that_is_too_long_and_a_host_that_is_not_ours_are_refused(caller: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.LIVE_URL = 2**20, ""
    answer = caller().post("/tickets", {"subject": "S", "body": "x" * 2**20})
    assert (answer.status_code, answer.json()["error"]) == (413, "The body is longer than 1 MB")
    assert caller(Role.LEAD).client.get("/api/v1/tickets", headers={"Host": "evil.example"}).status_code == 400


def test_what_can_never_work_and_what_nobody_else_has_read_is_not_published(caller: Any) -> None:
    api = caller(Role.LEAD)
    rule = "rules:\n  - {name: Never, when: {reopens: '< 0'}, do: {escalate: next, reason: repeat}}\n"
    never = POLICY.replace("rules:\n", rule, 1)
    assert api.post("/policy/check", {"text": never}).json()["ok"] is False
    refused = api.post("/policy", {"text": never})
    assert (refused.status_code, "it contradicts itself" in refused.json()["error"]) == (422, True)
    watched = POLICY + "publishing: {second_person: true}\n"
    assert api.post("/policy", {"text": watched}).status_code == 201
    alone = api.post("/policy", {"text": watched + "# another text\n"})
    assert alone.status_code == 422
    assert "requires a second person" in alone.json()["error"]


def test_a_level_the_policy_does_not_have_is_refused_and_nothing_changes(caller: Any) -> None:
    owner = caller(Role.OWNER)
    kim = {"handle": "kim", "name": "Kim", "email": "kim@desk.example", "level": "L22"}
    answer = owner.post("/agents", kim)
    assert (answer.status_code, answer.json()["error"]) == (
        422,
        'Body.level: no level is called "L22"; did you mean "L2"?',
    )
    assert owner.post("/agents", kim | {"level": "L2"}).status_code == 201
    changed = owner.client.patch(
        "/api/v1/agents/kim", {"level": "  "}, content_type="application/json", headers=owner.headers
    )
    assert changed.status_code == 422
    Agent.objects.filter(handle="kim").update(level="of an older policy")
    kept = owner.client.patch(
        "/api/v1/agents/kim",
        {"level": "of an older policy", "name": "Kim Holm"},
        content_type="application/json",
        headers=owner.headers,
    )
    assert (kept.status_code, Agent.objects.get(handle="kim").name) == (200, "Kim Holm")


def test_a_note_tells_whom_it_does_not_reach(caller: Any) -> None:
    Agent.objects.create_user("rex@desk.example", handle="rex", name="Rex", is_restricted=True)
    api = caller()
    number = api.opens()
    said = api.post(f"/tickets/{number}/note", {"text": "@rex @ben have you seen this?", "agent": "sam"}).json()
    assert (said["untold"], said["why"]) == (["rex"], "not told, for they may not see this ticket or have left: rex")
    assert api.post(f"/tickets/{number}/note", {"text": "@ben?", "agent": "sam"}).json()["untold"] is None


def test_a_ticket_has_as_many_tags_as_one_can_read(caller: Any) -> None:
    api = caller()
    number = api.opens()
    for first in (0, 20):
        api.post(f"/tickets/{number}/tags", {"add": [f"tag-{n}" for n in range(first, first + 20)]})
    refused = api.post(f"/tickets/{number}/tags", {"add": [f"more-{n}" for n in range(11)]})
    assert (refused.status_code, refused.json()["error"]) == (409, f"Ticket {number} would have more than 50 tags")
