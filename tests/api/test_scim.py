"""SCIM 2.0 as directories speak it: the examples of RFC 7644, and what Okta and Entra send."""

import json
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from rung.cli.sign_in import commands
from rung.people import changes, directory_groups, secrets
from rung.people.models import Agent, DirectoryUser, Role, SignInProvider, Team
from tests.hostile import VALUES

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BARBARA = {
    "schemas": [USER],
    "userName": "bjensen@acme.example",
    "externalId": "bjensen",
    "name": {"formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara"},
}
RULES = "Support leads: lead, L2, specialists\nSupport: agent, L1, frontline\n"


class Directory:
    """A directory's side, by hand."""

    def __init__(self, key: str) -> None:
        self.client, self.key = Client(raise_request_exception=False), key

    def __call__(self, method: str, path: str, body: object = None, **query: str) -> Any:
        return self.client.generic(
            method,
            f"/api/scim/v2{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/scim+json",
            headers={"Authorization": f"Bearer {self.key}"},
            query_params=query,
        )

    def patch(self, path: str, *operations: dict[str, Any]) -> Any:
        return self("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def adds(self, **more: Any) -> str:
        made = self("POST", "/Users", BARBARA | more)
        assert made.status_code == 201, made.content
        return str(made.json()["id"])


@pytest.fixture
def acme(desk: Any) -> SignInProvider:
    return SignInProvider.objects.create(
        slug="acme",
        name="Acme",
        kind="oidc",
        issuer="https://id.example",
        domains=["acme.example", "desk.example"],
        scim_hash=secrets.hashed("rungscim_good"),
        group_rules=RULES,
    )


@pytest.fixture
def directory(acme: SignInProvider) -> Directory:
    return Directory("rungscim_good")


def test_it_is_off_until_there_is_a_key(desk: Any, acme: SignInProvider) -> None:
    for key in ("", "rungscim_wrong", "rung_x"):
        refused = Directory(key)("GET", "/Users")
        assert refused.status_code == 401
        assert refused.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    acme.scim_hash = ""
    acme.save()
    assert Directory("rungscim_good")("GET", "/Users").status_code == 401
    assert Directory("")("GET", "/Users").status_code == 401


def test_the_command_makes_the_key_and_ends_it(acme: SignInProvider) -> None:
    said = CliRunner().invoke(commands, ["scim", "acme"]).stdout
    word = said.split()[-1]
    assert Directory(word)("GET", "/Users").status_code == 200
    assert Directory("rungscim_good")("GET", "/Users").status_code == 401
    assert word not in json.dumps(list(changes.Change.objects.values_list("facts", flat=True)))
    CliRunner().invoke(commands, ["scim", "acme", "--off"])
    assert Directory(word)("GET", "/Users").status_code == 401


def test_a_person_comes(directory: Directory) -> None:
    made = directory("POST", "/Users", BARBARA)
    assert made.status_code == 201
    assert made.headers["Content-Type"] == "application/scim+json"
    user = made.json()
    assert made.headers["Location"] == user["meta"]["location"]
    assert (user["userName"], user["externalId"], user["active"]) == ("bjensen@acme.example", "bjensen", True)
    agent = Agent.objects.get(email="bjensen@acme.example")
    assert (agent.handle, agent.name, agent.role) == ("bjensen", "Ms. Barbara J Jensen III", Role.OBSERVER)
    assert agent.is_restricted
    assert not agent.has_usable_password()
    assert directory("GET", f"/Users/{user['id']}").json() == user
    again = directory("POST", "/Users", BARBARA)
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
    assert changes.Change.objects.filter(what="added", by="bot:directory acme").exists()


def test_people_are_found_by_filter_and_page(directory: Directory) -> None:
    directory.adds()
    for n in range(4):
        directory.adds(userName=f"p{n}@acme.example", externalId=str(n))
    for asked in (
        'userName eq "BJENSEN@acme.example"',
        f'{USER}:userName eq "bjensen@acme.example"',
        'externalId eq "bjensen"',
    ):
        found = directory("GET", "/Users", filter=asked).json()
        assert [one["userName"] for one in found["Resources"]] == ["bjensen@acme.example"], asked
    assert directory("GET", "/Users", filter='userName eq "nobody"').json()["totalResults"] == 0
    page = directory("GET", "/Users", startIndex="2", count="2").json()
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (5, 2, 2)
    assert directory("GET", "/Users", count="0").json()["Resources"] == []
    for wrong in ('userName co "b"', "x", 'active eq "perhaps"', 'id eq "abc"'):
        refused = directory("GET", "/Users", filter=wrong)
        assert refused.status_code == 400, wrong


def test_who_is_deactivated_is_out_at_once(directory: Directory) -> None:
    number = directory.adds()
    browser = Client()
    browser.force_login(Agent.objects.get(pk=number), backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/").status_code == 200
    told = directory.patch(f"/Users/{number}", {"op": "replace", "value": {"active": False}})
    assert (told.status_code, told.json()["active"]) == (200, False)
    assert browser.get("/").status_code == 302
    # As Entra writes it, and back again as Okta does.
    told = directory.patch(f"/Users/{number}", {"op": "Replace", "path": "active", "value": "True"})
    assert told.json()["active"] is True
    assert directory.patch(f"/Users/{number}", {"op": "Replace", "path": "active", "value": "no"}).status_code == 400
    assert directory("PUT", f"/Users/{number}", BARBARA | {"active": False}).json()["active"] is False
    assert directory("DELETE", f"/Users/{number}").status_code == 204
    assert directory("GET", f"/Users/{number}").status_code == 404
    assert Agent.objects.filter(pk=number, is_active=False).exists()  # what they did stays theirs


def test_attributes_change(directory: Directory) -> None:
    number = directory.adds()
    directory.patch(
        f"/Users/{number}",
        {"op": "replace", "path": "name.familyName", "value": "Ode"},
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "b.ode@acme.example"},
        {"op": "add", "path": "nickName", "value": "Babs"},
        {"op": "replace", "value": {"displayName": "Barbara Ode", "userName": "b.ode@acme.example"}},
    )
    agent = Agent.objects.get(pk=number)
    assert (agent.name, agent.email) == ("Barbara Ode", "b.ode@acme.example")
    refused = directory.patch(f"/Users/{number}", {"op": "remove", "path": "userName"})
    assert refused.json()["scimType"] == "mutability"


def test_an_agent_who_is_here_is_taken_over_and_the_only_owner_stays(directory: Directory, desk: Any) -> None:
    number = directory.adds(userName="olga@desk.example")
    assert int(number) == desk["olga"].pk
    refused = directory.patch(f"/Users/{number}", {"op": "replace", "path": "active", "value": False})
    assert refused.status_code == 409
    assert "only owner" in refused.json()["detail"]
    assert Agent.objects.get(handle="olga").role == Role.OWNER


def test_a_directory_speaks_for_its_own_domains_and_people(
    directory: Directory, acme: SignInProvider, desk: Any
) -> None:
    assert directory("POST", "/Users", BARBARA | {"userName": "eve@evil.example"}).status_code == 400
    number = directory.adds()
    moved = {"op": "replace", "path": "emails", "value": [{"value": "eve@evil.example"}]}
    assert directory.patch(f"/Users/{number}", moved).status_code == 400
    other = SignInProvider.objects.create(
        slug="other", name="Other", kind="oidc", issuer="https://o.example", scim_hash=secrets.hashed("rungscim_other")
    )
    theirs = Directory("rungscim_other")
    assert theirs("GET", f"/Users/{number}").status_code == 404
    assert theirs("GET", f"/Users/{desk['sam'].pk}").status_code == 404
    assert theirs("POST", "/Groups", {"displayName": "G", "members": [{"value": number}]}).status_code == 400
    assert other.users.count() == 0


def test_groups_give_role_level_and_teams(directory: Directory) -> None:
    number = directory.adds()
    made = directory("POST", "/Groups", {"displayName": "Support", "members": [{"value": number}]})
    assert made.status_code == 201
    agent = Agent.objects.get(pk=number)
    assert (agent.role, agent.level) == ("agent", "L1")
    assert list(agent.teams.values_list("name", flat=True)) == ["frontline"]
    assert directory("GET", f"/Users/{number}").json()["groups"] == [{"value": made.json()["id"], "display": "Support"}]

    leads = directory("POST", "/Groups", {"displayName": "Support leads"}).json()["id"]
    directory.patch(f"/Groups/{leads}", {"op": "add", "path": "members", "value": [{"value": number}]})
    agent.refresh_from_db()
    assert (agent.role, agent.is_restricted) == ("lead", False)
    assert set(agent.teams.values_list("name", flat=True)) == {"frontline", "specialists"}

    Team.objects.get_or_create(name="by-hand")[0].members.add(agent)
    directory.patch(f"/Groups/{leads}", {"op": "remove", "path": f'members[value eq "{number}"]'})
    directory("DELETE", f"/Groups/{made.json()['id']}")
    agent.refresh_from_db()
    assert (agent.role, agent.level) == ("observer", "")
    assert list(agent.teams.values_list("name", flat=True)) == ["by-hand"]  # no rule names it


def test_groups_are_renamed_replaced_and_found(directory: Directory) -> None:
    one, two = directory.adds(), directory.adds(userName="p@acme.example", externalId="2")
    group = directory("POST", "/Groups", {"displayName": "Tour", "members": [{"value": one}]}).json()["id"]
    directory.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "Support"})
    assert Agent.objects.get(pk=one).role == "agent"
    directory("PUT", f"/Groups/{group}", {"displayName": "Support", "members": [{"value": two}]})
    assert [Agent.objects.get(pk=number).role for number in (one, two)] == ["observer", "agent"]
    directory.patch(f"/Groups/{group}", {"op": "remove", "path": "members"})
    assert Agent.objects.get(pk=two).role == "observer"
    found = directory("GET", "/Groups", filter='displayName eq "Support"').json()
    assert [one["id"] for one in found["Resources"]] == [group]
    assert directory("POST", "/Groups", {"displayName": "Support"}).status_code == 409


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Support", "names no group"),
        (": lead", "names no group"),
        ("S: boss", "is no role"),
        ("S: lead, L1, No!", "team"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_in_a_sentence(line: str, said: str) -> None:
    with pytest.raises(directory_groups.BadRule, match=said):
        directory_groups.read(line)


def test_rules_by_command_are_previewed_and_then_hold(directory: Directory, acme: SignInProvider) -> None:
    number = directory.adds()
    directory("POST", "/Groups", {"displayName": "Tour", "members": [{"value": number}]})
    typed = ["groups", "acme", "--rule", "Tour: agent, L2"]
    assert "bjensen  observer -> agent  level L2" in CliRunner().invoke(commands, [*typed, "--preview"]).stdout
    assert Agent.objects.get(pk=number).role == "observer"
    CliRunner().invoke(commands, typed)
    assert (Agent.objects.get(pk=number).role, Agent.objects.get(pk=number).level) == ("agent", "L2")


def test_it_says_what_it_can(directory: Directory) -> None:
    can = directory("GET", "/ServiceProviderConfig").json()
    assert can["patch"]["supported"]
    assert not can["bulk"]["supported"]
    assert {one["id"] for one in directory("GET", "/ResourceTypes").json()["Resources"]} == {"User", "Group"}
    assert directory("PUT", "/Users").status_code == 405


def test_hostile_values_are_refused(directory: Directory) -> None:
    number = directory.adds()
    group = directory("POST", "/Groups", {"displayName": "Tour"}).json()["id"]
    for value in VALUES:
        answers = [
            directory("POST", "/Users", value),
            *(
                directory("POST", "/Users", BARBARA | {name: value})
                for name in ("userName", "name", "emails", "active")
            ),
            *(
                directory.patch(f"/Users/{number}", {"op": "replace", "path": path, "value": value})
                for path in ("active", "userName", "name", "emails", "externalId", "displayName", "")
                if not (path == "active" and value is True)
            ),
            directory.patch(f"/Users/{number}", {"op": value, "path": value}),
            *(directory("POST", "/Groups", {"displayName": value, "members": value}) for _ in range(1)),
            directory.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": value}),
        ]
        assert all(answer.status_code < 500 for answer in answers), str(value)[:60]
    assert DirectoryUser.objects.filter(agent=number, agent__is_active=True).exists()
