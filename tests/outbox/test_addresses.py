"""Where people are reached."""

import pytest

from rung.core.reckoning.effects import NoticeKind
from rung.outbox import registry
from rung.outbox.addresses import AddressBook, ContactPoint
from rung.people.models import Agent, ContactMethod
from rung.policies.reading import read_policy
from tests.world import POLICY, Chat


def test_whoever_has_named_no_way_is_reached_at_their_sign_in_address(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.channels(), "email", Chat(name="email"))
    Agent.objects.create_user("sam@desk.example", handle="sam", name="Sam")
    ada = Agent.objects.create_user("ada@desk.example", handle="ada", name="Ada")
    ContactMethod.objects.create(agent=ada, channel="app", address="ada", position=0)
    policy, _ = read_policy(POLICY, "policy.yaml")
    assert policy is not None
    book = AddressBook.read(policy)
    assert book.of("agent:sam", NoticeKind.MOMENT) == (
        ContactPoint("email", "sam@desk.example"),
        ContactPoint("app", "agent:sam"),
    )
    assert book.of("agent:ada", NoticeKind.MOMENT) == (ContactPoint("app", "agent:ada"),)
