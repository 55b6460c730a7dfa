"""Passkeys under attack: each attempt as a hostile browser or device would make it."""

import json
import re
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from fido2.utils import websafe_encode

from rung.people.models import Agent
from tests.fakes.passkeys import Passkey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]
PASSWORD = "a long enough word"
ADD, LOGIN = "/account/2fa/webauthn/add/", "/account/2fa/webauthn/login/"


@pytest.fixture
def sam() -> Agent:
    return Agent.objects.create_user("sam@example.com", handle="sam", name="Sam Ode", password=PASSWORD)


def browser() -> Client:
    return Client(SERVER_NAME="localhost")  # where a browser would let a page ask for a passkey


def enters(agent: Agent) -> Client:
    """With the password, and for what matters once more."""
    client = browser()
    client.post("/account/login/", {"login": agent.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def asked(client: Client) -> dict[str, Any]:
    """What the page asks the device to register."""
    page = client.get(ADD).content.decode()
    options: dict[str, Any] = json.loads(re.search(r'id="js_data"[^>]*>(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    return dict(options["creation_options"])


def registers(client: Client, key: Passkey, **form: Any) -> str:
    said = {"name": "phone", "passwordless": "on", "credential": key.registers(asked(client))}
    return client.post(ADD, said | form, follow=True).content.decode()


def challenge(client: Client) -> dict[str, Any]:
    answer = client.get(LOGIN, headers={"x-requested-with": "XMLHttpRequest", "accept": "application/json"})
    return dict(answer.json()["request_options"])


def uses(key: Passkey, **more: Any) -> str:
    """The page after signing in with it, in a new browser. `more` takes the place of what the key would say."""
    client = browser()
    said = key.signs(challenge(client), **more)
    return client.post(LOGIN, {"credential": said}, follow=True).content.decode()


def test_a_passkey_lets_in_once_for_each_challenge(sam: Agent) -> None:
    key = Passkey()
    registers(enters(sam), key)
    client = browser()
    said = key.signs(challenge(client))
    assert "Sam Ode" in client.post(LOGIN, {"credential": said}, follow=True).content.decode()
    client.post("/account/logout/")
    assert "Sam Ode" not in client.post(LOGIN, {"credential": said}, follow=True).content.decode()
    stranger = browser()
    challenge(stranger)
    assert "Incorrect code" in stranger.post(LOGIN, {"credential": said}, follow=True).content.decode()


def test_a_passkey_is_believed_only_for_this_desk_and_its_owner(sam: Agent) -> None:
    ben = Agent.objects.create_user("ben@example.com", handle="ben", name="Ben Ito", password=PASSWORD)
    key = Passkey()
    registers(enters(sam), key, user=str(ben.pk), user_id=str(ben.pk))
    assert not Authenticator.objects.filter(user=ben).exists()
    for fact, word in (("origin", "http://evil.example"), ("rp_id", "evil.example"), ("verifies", False)):
        right = getattr(key, fact)
        setattr(key, fact, word)
        assert "Incorrect code" in uses(key), fact
        setattr(key, fact, right)
    of_ben = websafe_encode(user_pk_to_url_str(ben).encode())
    for wrong in ({"userHandle": of_ben}, {"signature": "AAAA"}, {"userHandle": None}, {"authenticatorData": "AAAA"}):
        assert "Incorrect code" in uses(key, **wrong), wrong
        cache.clear()
    assert "Sam Ode" in uses(key)
    # Nor may one credential be two agents'.
    assert "already set up" in registers(enters(ben), key)
    assert not Authenticator.objects.filter(user=ben).exists()


def test_a_passkey_that_counts_backwards_is_refused(sam: Agent) -> None:
    key = Passkey(counter=7)
    registers(enters(sam), key)
    assert "Sam Ode" in uses(key)  # 8
    copy = Passkey(counter=4, identifier=key.identifier, key=key.key, owner=key.owner)
    assert "there may be a copy of it" in uses(copy)
    assert "Sam Ode" in uses(key)  # 9
    copy.counter = 0
    assert "there may be a copy of it" in uses(copy)
    # Those a phone keeps in step never count.
    phone = Passkey()
    Authenticator.objects.all().delete()
    registers(enters(sam), phone)
    assert "Sam Ode" in uses(phone)
    assert "Sam Ode" in uses(phone)


def test_who_has_left_comes_in_with_no_passkey_and_no_old_session(signed_in: Any) -> None:
    iris = Agent.objects.create_user("iris@example.com", handle="iris", name="Iris Ode", password=PASSWORD)
    key, client, olga = Passkey(), enters(iris), signed_in("olga")
    registers(client, key)
    form = {"name": iris.name, "email": iris.email, "role": "agent", "time_zone": "UTC", "language": "en"}
    assert olga.post("/people/agents/iris", form).status_code == 302
    assert "Iris Ode" not in uses(key)
    assert client.get("/").status_code == 302
    olga.post("/people/agents/iris", form | {"is_active": "on"})
    assert client.get("/").status_code == 302  # a stolen session does not come back with its agent
    assert "Iris Ode" in uses(key)


def test_nonsense_in_the_place_of_a_passkey_is_refused(sam: Agent) -> None:
    client, stranger = enters(sam), browser()
    broken = '{"id": "a", "rawId": "a", "response": {}}'
    for nonsense in ("", "x", "[]", "null", "7", "{}", '{"response": 1}', '{"id": 5}', '{"rawId": [5]}', broken):
        cache.clear()
        assert client.post(ADD, {"name": "x", "credential": nonsense}).status_code == 200, nonsense
        challenge(stranger)
        assert stranger.post(LOGIN, {"credential": nonsense}).status_code == 302, nonsense
        again = client.post("/account/2fa/webauthn/reauthenticate/", {"credential": nonsense})
        assert again.status_code == 302, nonsense
    assert not Authenticator.objects.exists()


def test_a_passkey_is_set_up_and_taken_away_only_by_whom_has_just_shown_who_they_are(sam: Agent) -> None:
    client = enters(sam)
    registers(client, Passkey())
    key = Authenticator.objects.get(type="webauthn")
    stolen = browser()
    stolen.force_login(sam, backend="django.contrib.auth.backends.ModelBackend")
    for address in (ADD, f"/account/2fa/webauthn/keys/{key.pk}/remove/", "/account/password/set/"):
        assert stolen.post(address, {}).headers["Location"].startswith("/account/reauthenticate/"), address
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_the_only_way_in_cannot_be_taken_away(sam: Agent) -> None:
    key = Passkey()
    registers(enters(sam), key)
    sam.set_unusable_password()
    sam.save()
    client = browser()
    client.post(LOGIN, {"credential": key.signs(challenge(client))})
    page = client.get("/account/2fa/webauthn/reauthenticate/").content.decode()
    options = json.loads(re.search(r'id="js_data"[^>]*>(.*?)</script>', page, re.S)[1])["request_options"]  # type: ignore[index]
    client.post("/account/2fa/webauthn/reauthenticate/", {"credential": key.signs(options)})
    row = Authenticator.objects.get(type="webauthn")
    gone = client.post(f"/account/2fa/webauthn/keys/{row.pk}/remove/", follow=True)
    assert "This is your only way to sign in" in gone.content.decode()
    registers(client, Passkey())
    client.post(f"/account/2fa/webauthn/keys/{row.pk}/remove/")
    assert not Authenticator.objects.filter(pk=row.pk).exists()
