"""Signing in with a company's directory, over real HTTP: OpenID Connect and SAML. Denied by default."""

import base64
import re
import zlib
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client as DjangoClient

from rung.people import providers, vault
from rung.people.models import Agent, SignInProvider
from tests.fakes import directories

pytestmark = pytest.mark.django_db(transaction=True)
Kind = SignInProvider.Kind


@pytest.fixture
def desk(live_server: Any) -> Iterator[httpx.Client]:
    """A browser at the desk; nobody is signed in. Its agents are sam, and ida, who has left."""
    Agent.objects.create_user("sam@acme.example", handle="sam", name="Sam Ode")
    Agent.objects.create_user("ida@acme.example", handle="ida", name="Ida", is_active=False)
    address = live_server.url.replace("127.0.0.1", "localhost")
    with httpx.Client(base_url=address, follow_redirects=True, timeout=30) as client:
        yield client


def by_oidc(issuer: str, **more: Any) -> None:
    SignInProvider.objects.update_or_create(
        slug="acme",
        defaults={
            "name": "Acme",
            "kind": Kind.OIDC,
            "issuer": issuer,
            "client_id": "desk",
            "sealed_secret": vault.seal("a client secret"),
            **more,
        },
    )


def signs_in(desk: httpx.Client, sub: str) -> httpx.Response:
    """Follow the link on the sign-in page, say who one is there, and come back."""
    desk.cookies.clear()
    page = desk.get("/account/login/").text
    link = unescape(re.search(r'href="([^"]+)"\s*>Sign in with Acme', page)[1])  # type: ignore[index]
    asked = desk.get(link)
    assert asked.status_code == 200, asked.text
    return desk.post(str(asked.url), data={"sub": sub})


PEOPLE = (
    {"sub": "1", "email": "sam@acme.example", "email_verified": True, "name": "Sam"},
    {"sub": "2", "email": "sam@acme.example", "email_verified": False, "name": "Not Sam"},
    {"sub": "3", "email": "new.one@acme.example", "email_verified": True, "name": "New One"},
    {"sub": "4", "email": "eve@elsewhere.example", "email_verified": True, "name": "Eve"},
    {"sub": "5", "email": "ida@acme.example", "email_verified": True, "name": "Ida"},
)


def test_openid_connect_lets_in_whom_it_may(desk: httpx.Client) -> None:
    with directories.oidc(*PEOPLE) as issuer:
        by_oidc(issuer)
        assert "Sam Ode" in signs_in(desk, "1").text
        assert "Sam Ode" in desk.get("/").text

        # An address the directory does not call verified is nobody's; nor is one that is no agent's.
        for refused in ("2", "3", "4"):
            assert "not invited yet" in signs_in(desk, refused).text, refused
            assert desk.get("/").url.path == "/account/login/", refused
        # Who has left stays out.
        signs_in(desk, "5")
        assert desk.get("/").url.path == "/account/login/"
        assert Agent.objects.count() == 2

        # A domain that is invited brings newcomers, who see nothing yet; other domains bring nobody.
        by_oidc(issuer, domains=["acme.example"], invites=True)
        assert "New One" in signs_in(desk, "3").text
        newcomer = Agent.objects.get(email="new.one@acme.example")
        assert (newcomer.handle, newcomer.role, newcomer.is_restricted) == ("new.one", "observer", True)
        assert "not invited yet" in signs_in(desk, "4").text
        assert Agent.objects.count() == 3


def test_the_directorys_own_id_counts_once_it_is_known(desk: httpx.Client) -> None:
    with directories.oidc(*PEOPLE) as issuer:
        by_oidc(issuer)
        signs_in(desk, "1")
        Agent.objects.filter(handle="sam").update(email="sam.ode@acme.example")
        assert "Sam Ode" in signs_in(desk, "1").text


def test_saml_lets_in_whom_it_may(desk: httpx.Client) -> None:
    with directories.saml() as idp:
        facts = providers.read_metadata(idp.metadata())
        SignInProvider.objects.create(slug="corp", name="Corp", kind=Kind.SAML, domains=["acme.example"], **facts)
        idp.knows(desk.get("/account/saml/corp/metadata/").text)

        assert "Sam Ode" in by_saml(desk, idp, email="sam@acme.example").text
        assert "Sam Ode" in desk.get("/").text
        assert "not invited yet" in by_saml(desk, idp, email="new.one@acme.example", subject="p2").text
        SignInProvider.objects.update(invites=True)
        assert "New One" in by_saml(desk, idp, email="new.one@acme.example", subject="p2").text
        # Outside its domains the directory speaks for nobody, also not for agents.
        Agent.objects.create_user("olga@other.example", handle="olga", name="Olga")
        assert "not invited yet" in by_saml(desk, idp, email="olga@other.example", subject="p3").text


def test_a_saml_answer_that_is_not_signed_or_not_asked_for_is_refused(desk: httpx.Client) -> None:
    with directories.saml() as idp:
        facts = providers.read_metadata(idp.metadata())
        SignInProvider.objects.create(slug="corp", name="Corp", kind=Kind.SAML, domains=["acme.example"], **facts)
        idp.knows(desk.get("/account/saml/corp/metadata/").text)
        form = saml_form(desk, idp, email="sam@acme.example")

        stranger = httpx.Client(base_url=desk.base_url, follow_redirects=True, timeout=30)
        assert stranger.post("/account/saml/corp/acs/", data=form).status_code == 403  # another browser asked
        with directories.saml() as forger:  # the same answer under another key
            idp.key, idp.certificate = forger.key, forger.certificate
            forged = saml_form(desk, idp, email="sam@acme.example")
            assert "Not signed in" in desk.post("/account/saml/corp/acs/", data=forged).text
        assert desk.get("/").url.path == "/account/login/"


def test_an_answer_of_a_directory_counts_once_and_in_the_browser_that_asked(desk: httpx.Client) -> None:
    stranger = httpx.Client(base_url=desk.base_url, follow_redirects=True, timeout=30)
    with directories.saml() as idp:
        facts = providers.read_metadata(idp.metadata())
        SignInProvider.objects.create(slug="corp", name="Corp", kind=Kind.SAML, domains=["acme.example"], **facts)
        idp.knows(desk.get("/account/saml/corp/metadata/").text)
        form = saml_form(desk, idp, email="sam@acme.example")
        assert "Sam Ode" in desk.post("/account/saml/corp/acs/", data=form).text
        UserSession.objects.all().delete()
        Session.objects.all().delete()
        desk.post("/account/saml/corp/acs/", data=form)  # the very same answer again
        assert desk.get("/").url.path == "/account/login/"
    with directories.oidc(*PEOPLE) as issuer:
        by_oidc(issuer)
        desk.cookies.clear()
        page = desk.get("/account/login/").text
        asked = desk.get(unescape(re.search(r'href="([^"]+)"\s*>Sign in with Acme', page)[1]))  # type: ignore[index]
        back = desk.post(str(asked.url), data={"sub": "1"}, follow_redirects=False).headers["location"]
        stranger.get("/account/login/")
        stranger.get(back)  # brought to another browser, with a state that is not its own
        assert stranger.get("/").url.path == "/account/login/"
        assert "Sam Ode" in desk.get(back).text


def connects(desk: httpx.Client, sub: str) -> str:
    """Led by a link to connect an account of the directory; the last page."""
    asked = desk.get("/account/oidc/acme/login/?process=connect")
    return desk.post(str(asked.url), data={"sub": sub}).text


def test_nobody_becomes_somebody_else_by_a_directory(desk: httpx.Client) -> None:
    heir = {"sub": "9", "email": "sam@acme.example", "email_verified": True, "name": "The next Sam"}
    liar = {"sub": "8", "email": "sam@acme.example", "email_verified": "false", "name": "Not Sam"}
    eve = {"sub": "4", "email": "eve@elsewhere.example", "email_verified": True, "name": "Eve"}
    with directories.oidc(PEOPLE[0], heir, liar, eve) as issuer:
        by_oidc(issuer)
        assert "not invited yet" in signs_in(desk, "8").text  # "false" is not true
        assert "Sam Ode" in signs_in(desk, "1").text
        # Led by somebody's link, a signed-in browser does not connect another's account.
        assert "under your own address" in connects(desk, "4")
        assert "Eve" not in signs_in(desk, "4").text
        # The address has passed to somebody new: the directory's id is another, so it is not Sam.
        assert "another account than the one that signed in here before" in signs_in(desk, "9").text
        assert desk.get("/").url.path == "/account/login/"
        assert SocialAccount.objects.count() == 1
    # Another directory of the same name counts from 1 as well.
    with directories.oidc({"sub": "1", "email": "x@new.example", "email_verified": True, "name": "X"}) as issuer:
        olga = Agent.objects.create_user("olga@acme.example", handle="olga", name="Olga", role="owner")
        owner = DjangoClient()
        owner.force_login(olga, backend="django.contrib.auth.backends.ModelBackend")
        owner.post("/settings/sign-in/acme/remove", {"sure": "1"})
        by_oidc(issuer)
        assert "not invited yet" in signs_in(desk, "1").text
        assert desk.get("/").url.path == "/account/login/"


def test_a_newcomer_has_one_address_also_when_it_changes(desk: httpx.Client) -> None:
    with directories.oidc(*PEOPLE) as issuer:
        by_oidc(issuer, domains=["acme.example"], invites=True)
        signs_in(desk, "3")
        newcomer = Agent.objects.get(email="new.one@acme.example")
        newcomer.set_password("a long enough word")
        newcomer.email = "new.two@acme.example"
        newcomer.save()
        desk.cookies.clear()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', desk.get("/account/login/").text)
        assert token is not None
        former = {"login": "new.one@acme.example", "password": "a long enough word", "csrfmiddlewaretoken": token[1]}
        assert "not correct" in desk.post("/account/login/", data=former).text


def test_a_saml_answer_must_be_signed_for_this_desk_and_asked_for(desk: httpx.Client) -> None:
    with directories.saml() as idp:
        facts = providers.read_metadata(idp.metadata())
        SignInProvider.objects.create(slug="corp", name="Corp", kind=Kind.SAML, domains=["acme.example"], **facts)
        Agent.objects.create_user("olga@acme.example", handle="olga", name="Olga")
        idp.knows(desk.get("/account/saml/corp/metadata/").text)
        for change in (
            lambda xml: SIGNATURE.sub("", xml),
            lambda xml: xml.replace("sam@acme.example", "olga@acme.example"),  # another than was signed
            lambda xml: re.sub(r"(InResponseTo=\")[^\"]+", r"\1ONELOGIN_another", xml),
            lambda xml: re.sub(r' InResponseTo="[^"]+"', "", xml, count=1),
            wrapped,
        ):
            form = saml_form(desk, idp, email="sam@acme.example")
            xml = base64.b64decode(form["SAMLResponse"]).decode()
            form["SAMLResponse"] = base64.b64encode(change(xml).encode()).decode()
            assert change(xml) != xml
            desk.post("/account/saml/corp/acs/", data=form)
            assert desk.get("/").url.path == "/account/login/"
        # Signed, but for another desk.
        idp.audience = "https://another.example/metadata"
        assert "Not signed in" in by_saml(desk, idp, email="sam@acme.example").text
        idp.audience = ""
        # Nor is anybody signed out by a link that everybody can write.
        assert "Sam Ode" in by_saml(desk, idp, email="sam@acme.example").text
        out = (
            '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" '
            f'IssueInstant="2026-11-24T12:00:00Z"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
            f'{idp.entity_id}</saml:Issuer><saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">p1'
            "</saml:NameID></samlp:LogoutRequest>"
        )
        packed = base64.b64encode(zlib.compress(out.encode())[2:-4]).decode()
        assert desk.get("/account/saml/corp/sls/", params={"SAMLRequest": packed}).status_code == 404
        assert "Sam Ode" in desk.get("/").text


SIGNATURE = re.compile(r"<(\w+:)?Signature[ >].*</(\w+:)?Signature>", re.S)


def wrapped(xml: str) -> str:
    """The signed assertion stays, hidden; another of the same shape stands in its place."""
    signed = re.search(r"<(\w+:)?Assertion .*</(\w+:)?Assertion>", xml, re.S)
    assert signed is not None
    evil = SIGNATURE.sub("", signed[0]).replace("sam@", "olga@")
    evil = re.sub(r' ID="[^"]+"', ' ID="id-evil"', evil, count=1)
    return xml.replace(signed[0], evil + signed[0])


def saml_form(
    desk: httpx.Client, idp: directories.Saml, *, email: str, subject: str = "p1", **more: list[str]
) -> dict[str, str]:
    desk.cookies.clear()
    idp.subject = subject
    idp.attributes = {"mail": [email], "givenName": ["New" if "new" in email else "Sam"], "sn": ["One"], **more}
    page = desk.get("/account/saml/corp/login/").text
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}


def by_saml(
    desk: httpx.Client, idp: directories.Saml, *, email: str, subject: str = "p1", **more: list[str]
) -> httpx.Response:
    return desk.post("/account/saml/corp/acs/", data=saml_form(desk, idp, email=email, subject=subject, **more))


def test_secrets_are_sealed_and_the_environment_counts_too(desk: httpx.Client) -> None:
    by_oidc("https://login.example.com")
    row = SignInProvider.objects.get()
    assert "a client secret" not in row.sealed_secret
    assert providers.app_of(row).secret == "a client secret"
    said = {"RUNG_OIDC_ISSUER": "https://id.example", "RUNG_OIDC_CLIENT_ID": "x", "RUNG_OIDC_DOMAINS": "a.example"}
    found = providers.providers(said)
    assert next((each.slug, each.issuer, each.domains) for each in found) == (
        "oidc",
        "https://id.example",
        ["a.example"],
    )


def test_the_groups_a_directory_tells_at_sign_in_give_role_level_and_teams(desk: httpx.Client) -> None:
    rules = "Support leads: lead, L2, specialists\nSupport: agent, L1, frontline"
    told = {"sub": "1", "email": "sam@acme.example", "email_verified": True, "groups": ["Support", "Support leads"]}
    with directories.oidc(told) as issuer:
        by_oidc(issuer, group_rules=rules)
        assert "Sam Ode" in signs_in(desk, "1").text
        sam = Agent.objects.get(handle="sam")
        assert (sam.role, sam.level) == ("lead", "L2")
        assert set(sam.teams.values_list("name", flat=True)) == {"frontline", "specialists"}
    with directories.saml() as idp:
        facts = providers.read_metadata(idp.metadata())
        SignInProvider.objects.create(
            slug="corp",
            name="Corp",
            kind=Kind.SAML,
            domains=["acme.example"],
            group_rules=rules,
            groups_claim="memberOf",
            **facts,
        )
        idp.knows(desk.get("/account/saml/corp/metadata/").text)
        by_saml(desk, idp, email="sam@acme.example", memberOf=["Support"])
        sam.refresh_from_db()
        assert (sam.role, sam.level) == ("agent", "L1")
