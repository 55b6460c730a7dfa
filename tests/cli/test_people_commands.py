"""`rung person`, `rung team`, `rung customer`, `rung token`."""

import pytest
from typer.testing import CliRunner, Result

from rung.cli.app import build
from rung.people.models import Agent, Customer, Team, Token

pytestmark = pytest.mark.django_db


def rung(*words: str) -> Result:
    return CliRunner().invoke(build(), words)


def test_a_person_is_added_to_a_team_that_did_not_exist() -> None:
    done = rung("person", "add", "sam", "--email", "Sam@Example.com", "--name", "Sam Ode", "--team", "frontline")
    assert done.output == "Sam Ode (sam) is agent in frontline\n"
    sam = Agent.objects.get(handle="sam")
    assert sam.email == "sam@example.com"
    assert [team.name for team in sam.teams.all()] == ["frontline"]
    assert [str(method) for method in sam.contact_methods.all()] == ["app:sam", "email:sam@example.com"]


def test_adding_again_changes_what_is_named_and_keeps_the_password() -> None:
    rung("person", "add", "sam", "--email", "sam@example.com", "--skill", "sso", "--level", "L1")
    sam = Agent.objects.get(handle="sam")
    sam.set_password("a long enough word")
    sam.save()
    rung("person", "add", "sam", "--email", "sam@new.example", "--role", "lead", "--skill", "billing")
    sam.refresh_from_db()
    assert (sam.email, sam.role, sam.level, sam.skills) == ("sam@new.example", "lead", "L1", ["billing"])
    assert sam.check_password("a long enough word")
    assert [str(method) for method in sam.contact_methods.all()] == ["app:sam", "email:sam@new.example"]


def test_each_mistake_gets_a_sentence() -> None:
    rung("person", "add", "sam", "--email", "sam@example.com")
    capital = rung("person", "add", "Sam", "--email", "no address")
    assert "handle: A handle is made of lower-case letters, digits and . _ -" in str(
        capital.exception or capital.output
    )
    assert rung("person", "link", "sm").exit_code == 1
    assert 'No agent has the handle "sm"; did you mean "sam"?' in rung("person", "link", "sm").output
    assert (
        'No time zone is called "Berlin"'
        in rung(*["person", "add", "x", "--email", "x@example.com", "--time-zone", "Berlin"]).output
    )


def test_a_level_or_team_the_policy_does_not_have_is_kept_and_said() -> None:
    started = rung("person", "add", "sam", "--email", "sam@example.com", "--level", "L11", "--team", "frontlin")
    assert started.exit_code == 0
    assert 'Note: no level is called "L11" in the policy in force; did you mean "L1"?' in started.stderr
    assert 'Note: no team is called "frontlin" in the policy in force; did you mean "frontline"?' in started.stderr
    assert rung("person", "add", "sam", "--level", "L1", "--team", "frontline").stderr == ""


def test_a_team_gets_its_lead_and_a_customer_its_tier() -> None:
    rung("person", "add", "sam", "--email", "sam@example.com")
    assert rung("team", "add", "frontline", "--lead", "sam").exit_code == 0
    assert rung("team", "list").output == "frontline  led by sam  sam\n"
    assert rung("customer", "add", "Acme", "--tier", "enterprise", "--domain", "@ACME.example").exit_code == 0
    assert Customer.objects.get().domains == ["acme.example"]
    assert Team.objects.get().lead == Agent.objects.get()


def test_a_key_is_shown_once_and_its_name_is_taken() -> None:
    key = rung("token", "create", "importer").output.strip()
    assert key.startswith("rung_")
    assert not Token.objects.filter(hash__contains=key).exists()
    assert key not in rung("token", "list").output
    assert 'There is a token called "importer" already' in rung("token", "create", "importer").output
