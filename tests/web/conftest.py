"""A small desk seen through its pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from rung.frame import throttle
from rung.people.clock import database_now
from rung.people.models import Agent, Role, Team
from rung.policies.publishing import publish
from rung.policies.versions import compiled
from rung.tickets.actions import conversation
from rung.tickets.message_rows import MessageText
from tests.api.conftest import POLICY


@pytest.fixture
def desk(db: None) -> dict[str, Agent]:
    throttle.forget()
    made = {}
    for handle, level, team, role in (
        ("olga", "", "leads", Role.OWNER),
        ("sam", "L1", "frontline", Role.LEAD),
        ("ben", "L2", "specialists", Role.AGENT),
        ("otto", "", "", Role.OBSERVER),
    ):
        agent = Agent.objects.create_user(
            f"{handle}@desk.example",
            handle=handle,
            name=handle.title(),
            level=level,
            role=role,
            time_zone="Europe/Berlin",
        )
        if team:
            Team.objects.get_or_create(name=team)[0].members.add(agent)
        made[handle] = agent
    compiled.cache_clear()  # numbers begin anew with each test's database
    publish(POLICY, author="agent:sam", reason="Begin", now=database_now())
    return made


@pytest.fixture
def signed_in(desk: dict[str, Agent]) -> Callable[[str], Client]:
    """A browser of one of them."""

    def make(handle: str) -> Client:
        client = Client()
        client.force_login(Agent.objects.get(handle=handle), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def opened(desk: dict[str, Agent]) -> Callable[..., int]:
    """A ticket, looked at once."""

    def make(subject: str = "Nightly import has stopped", text: str = "Since 02:00.", **more: Any) -> int:
        from rung.escalation.ticker import look_at_all_due

        number = conversation.open_ticket(subject, MessageText(text=text), by="customer:1", **more).ticket
        look_at_all_due()
        return number

    return make


@pytest.fixture
def no_attempts_yet(db: None, settings: Any) -> None:
    """For those who sign in again and again."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a tenth of the time
    cache.clear()
