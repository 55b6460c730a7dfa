"""A desk with a policy, four people, and a key for each role."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from rung.api import limits
from rung.people import tokens
from rung.people.clock import database_now
from rung.people.models import Agent, Role, Team
from rung.policies.publishing import publish
from rung.policies.versions import compiled

POLICY = """\
name: Test desk
timezone: Europe/Berlin
teams: {frontline: {lead: sam}, specialists: {}, leads: {}}
levels:
  L1: {team: frontline, responsible_for: Answers.}
  L2: {team: specialists, responsible_for: Diagnoses., handoff: {require: [impact, tried]}}
  management: {team: leads}
paths: {support: [L1, L2, management]}
categories:
  sso: {text: [saml]}
  other: {}
priority:
  default: normal
  rules: [{when: {text: [urgent]}, set: high}]
targets: [{first_response: 1h, resolution: 8h}]
rules:
  - name: Nobody has answered
    clock: first_response
    steps:
      - {at: 50%, remind: triage}
      - {at: 100%, escalate: next, reason: time}
replies:
  resolved: Solved, we believe.
closing: {tell_customer: resolved, ask_rating: true, reopen_within: 14d}
"""


class Caller:
    """A client of the API with one key."""

    def __init__(self, key: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/api/v1{path}", body or {}, content_type="application/json", headers=headers)

    def opens(self, subject: str = "Nightly import has stopped", **more: Any) -> int:
        answer = self.post("/tickets", {"subject": subject, "body": "Since 02:00 nothing arrives."} | more)
        assert answer.status_code == 201, answer.content
        return int(answer.json()["ticket"])


@pytest.fixture
def people(db: None) -> dict[str, Agent]:
    made = {}
    for handle, level, team, role in (
        ("olga", "", "leads", Role.OWNER),
        ("sam", "L1", "frontline", Role.LEAD),
        ("ben", "L2", "specialists", Role.AGENT),
        ("otto", "", "", Role.OBSERVER),
    ):
        agent = Agent.objects.create_user(
            f"{handle}@desk.example", handle=handle, name=handle.title(), level=level, role=role
        )
        if team:
            Team.objects.get_or_create(name=team)[0].members.add(agent)
        made[handle] = agent
    return made


@pytest.fixture
def desk(people: dict[str, Agent]) -> dict[str, Agent]:
    compiled.cache_clear()  # numbers begin anew with each test's database
    publish(POLICY, author="agent:sam", reason="Begin", now=database_now())
    limits.buckets.clear()
    return people


@pytest.fixture
def caller(desk: dict[str, Agent]) -> Callable[..., Caller]:
    """`caller(Role.LEAD)`: a service with that role. `caller(agent="ben")`: somebody's own key."""

    def make(role: Role = Role.AGENT, agent: str | None = None) -> Caller:
        name = f"key of {agent or role.value}"
        return Caller(tokens.create(name, role=role, agent=desk[agent] if agent else None))

    return make
