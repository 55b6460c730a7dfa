"""Ways in."""

from datetime import UTC, datetime, timedelta

import pytest

from rung.people import sign_in, tokens
from rung.people.models import Agent

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> Agent:
    return Agent.objects.create_user("Sam@Example.com", handle="sam", name="Sam Ode")


def test_a_link_signs_in_once(sam: Agent) -> None:
    word = sign_in.issue_link(sam, now=NOW)
    assert sign_in.redeem_link(word, now=NOW) == sam
    assert sign_in.redeem_link(word, now=NOW) is None


def test_a_link_ends_after_a_day_and_when_a_newer_one_is_made(sam: Agent) -> None:
    old = sign_in.issue_link(sam, now=NOW)
    new = sign_in.issue_link(sam, now=NOW)
    assert sign_in.redeem_link(old, now=NOW) is None
    assert sign_in.redeem_link(new, now=NOW + timedelta(hours=24)) is None


def test_who_has_left_is_not_let_in(sam: Agent) -> None:
    word, key = sign_in.issue_link(sam, now=NOW), tokens.create("sam's script", agent=sam)
    sam.is_active = False
    sam.save()
    assert sign_in.redeem_link(word, now=NOW) is None
    assert tokens.find(key, now=NOW) is None


def test_a_key_works_until_it_is_revoked() -> None:
    key = tokens.create("importer")
    found = tokens.find(key, now=NOW)
    assert found is not None
    assert found.name == "importer"
    assert tokens.revoke("importer", now=NOW)
    assert tokens.find(key, now=NOW) is None
    assert tokens.find("rung_wrong", now=NOW) is None


def test_mail_addresses_differ_in_more_than_case(sam: Agent) -> None:
    assert sam.email == "sam@example.com"
