"""What the tables promise, and who is there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from rung.people import roles
from rung.people.models import Absence, Agent, Identity, Override, Requester, Role
from rung.people.presence import present

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> Agent:
    return Agent.objects.create_user("sam@example.com", handle="sam", name="Sam Ode")


@pytest.fixture
def ada() -> Agent:
    return Agent.objects.create_user("ada@example.com", handle="ada", name="Ada Ng")


def test_who_is_away_or_has_left_is_not_present(sam: Agent, ada: Agent) -> None:
    Absence.objects.create(agent=sam, starts_at=NOW, ends_at=NOW + HOUR)
    assert list(present(NOW - timedelta(microseconds=1))) == [ada, sam]
    assert list(present(NOW)) == [ada]
    assert list(present(NOW + HOUR)) == [ada, sam]
    ada.is_active = False
    ada.save()
    assert list(present(NOW)) == []


def test_one_schedule_has_one_swap_at_a_time(sam: Agent, ada: Agent) -> None:
    def swap(agent: Agent, schedule: str, start: datetime) -> None:
        with transaction.atomic():
            Override.objects.create(agent=agent, schedule=schedule, starts_at=start, ends_at=start + HOUR)

    swap(sam, "engineering", NOW)
    swap(ada, "engineering", NOW + HOUR)
    swap(ada, "billing", NOW)
    with pytest.raises(IntegrityError, match="override_one_at_a_time"):
        swap(ada, "engineering", NOW + HOUR / 2)


def test_a_time_that_ends_before_it_starts_is_refused(sam: Agent) -> None:
    with pytest.raises(IntegrityError, match="absence_forwards"):
        Absence.objects.create(agent=sam, starts_at=NOW, ends_at=NOW)


def test_one_mail_address_is_one_requester_and_many_may_have_none() -> None:
    Requester.objects.create(name="from Slack")
    Requester.objects.create(name="also from Slack")
    zoe = Requester.objects.create(name="Zoe", email="zoe@acme.example")
    Identity.objects.create(requester=zoe, kind="slack", external_id="T1:U7")
    with pytest.raises(IntegrityError, match="identity_once"), transaction.atomic():
        Identity.objects.create(requester=zoe, kind="slack", external_id="T1:U7")
    with pytest.raises(IntegrityError):
        Requester.objects.create(name="Zoe again", email="zoe@acme.example")


def test_each_role_may_what_the_ones_before_it_may() -> None:
    assert [role.value for role in Role if roles.may(role, roles.WORK)] == ["owner", "lead", "agent"]
    assert not roles.may("lead", roles.MANAGE_PEOPLE)
    assert roles.may("observer", roles.READ)
