"""Codes of authenticator apps and recovery codes under attack."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from rung.people import sign_in
from rung.people.clock import database_now
from rung.people.models import Agent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]
PASSWORD, SECRET = "a long enough word", "JBSWY3DPEHPK3PXP"
ASKED = "/account/2fa/authenticate/"


@pytest.fixture
def sam() -> Agent:
    agent = Agent.objects.create_user("sam@example.com", handle="sam", name="Sam Ode", password=PASSWORD)
    TOTP.activate(agent, SECRET)
    return agent


def code(secret: str = SECRET) -> str:
    """Of the coming half minute, so that it still counts when the minute turns during a test."""
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[2]))


def enters(agent: Agent, *said: str, client: Client | None = None) -> tuple[Client, str]:
    """With the password and these codes; the last page."""
    client = client or Client()
    page = client.post("/account/login/", {"login": agent.email, "password": PASSWORD}, follow=True)
    for each in said:
        page = client.post(ASKED, {"code": each}, follow=True)
    return client, page.content.decode()


def test_a_code_lets_in_once_for_as_long_as_it_counts(sam: Agent) -> None:
    once = code()
    assert "Sam Ode" in enters(sam, once)[1]
    # allauth has forgotten it after half a minute; it counts for a minute and a half.
    cache.delete(f"allauth.mfa.totp.used?user={sam.pk}&code={once}")
    client, page = enters(sam, once)
    assert "This code has been used" in page
    assert client.get("/").status_code == 302


def test_the_code_of_setting_up_lets_in_nobody(sam: Agent) -> None:
    Authenticator.objects.all().delete()
    client, _ = enters(sam)
    assert client.get("/account/2fa/totp/activate/").headers["Location"].startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    shown = re.search(r"\b[A-Z2-7]{32}\b", client.get("/account/2fa/totp/activate/").content.decode())
    assert shown is not None
    # A secret the attacker chose is not the one that counts.
    client.post("/account/2fa/totp/activate/", {"code": code(), "secret": SECRET})
    assert not Authenticator.objects.exists()
    right = code(shown[0])
    client.post("/account/2fa/totp/activate/", {"code": right})
    assert Authenticator.objects.filter(type="totp").exists()
    assert "This code has been used" in enters(sam, right)[1]


def test_guessing_codes_is_slowed_down_whatever_address_asks(sam: Agent) -> None:
    for number in range(6):
        _client, page = enters(sam, "000000", client=Client(REMOTE_ADDR=f"192.0.2.{number}"))
    assert "Too many" in page
    client, _ = enters(sam, code(), client=Client(REMOTE_ADDR="192.0.2.99"))
    assert client.get("/").status_code == 302


def test_the_counts_of_attempts_survive_a_flood(sam: Agent) -> None:
    for _ in range(5):
        enters(sam, "000000")
    for number in range(400):
        cache.set(f"0:another:{number}", 1, timeout=300)  # sorts first: what is culled
        cache.set(f"~:another:{number}", 1, timeout=300)
    assert "Too many" in enters(sam, "000000")[1]


def test_a_recovery_code_lets_in_once(sam: Agent) -> None:
    first = RecoveryCodes.activate(sam).generate_codes()[0]
    assert "Sam Ode" in enters(sam, first)[1]
    client, _ = enters(sam, first)
    assert client.get("/").status_code == 302


def test_no_other_page_leads_past_the_code(sam: Agent) -> None:
    client, _ = enters(sam)
    for address in ("/", "/you", "/account/2fa/", "/account/2fa/totp/deactivate/", "/account/password/change/"):
        assert client.get(address).headers["Location"].startswith("/account/login/"), address
    client.post("/account/2fa/totp/deactivate/")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert Authenticator.objects.filter(type="totp").exists()
    assert client.get("/").status_code == 302


def test_a_session_alone_switches_nothing_off_and_shows_no_codes(sam: Agent) -> None:
    first = RecoveryCodes.activate(sam).generate_codes()[0]
    client, _ = enters(sam, code())
    for address in ("totp/deactivate/", "recovery-codes/", "recovery-codes/download/", "recovery-codes/generate/"):
        for answer in (client.get(f"/account/2fa/{address}"), client.post(f"/account/2fa/{address}")):
            assert first not in answer.content.decode()
            assert answer.status_code == 405 or answer.headers["Location"].startswith("/account/reauthenticate/")
    assert Authenticator.objects.count() == 2
    # Nor is a password put beside an app: whoever has none shows the app first.
    sam.set_unusable_password()
    sam.save()
    client.force_login(sam, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/account/password/set/", {"password1": "another long word", "password2": "another long word"})
    assert "reauthenticate" in answer.headers["Location"]


def test_a_sign_in_link_does_not_stand_for_the_second_factor(sam: Agent) -> None:
    client = Client()
    asked = client.post(f"/sign-in/{sign_in.issue_link(sam, now=database_now())}", follow=True)
    assert asked.redirect_chain[-1][0] == ASKED
    assert client.get("/").status_code == 302
    assert "Sam Ode" in client.post(ASKED, {"code": code()}, follow=True).content.decode()


def test_an_owner_takes_the_factors_of_a_lost_device_away(signed_in: Any) -> None:
    iris = Agent.objects.create_user("iris@example.com", handle="iris", name="Iris Ode", password=PASSWORD)
    TOTP.activate(iris, SECRET)
    client, _ = enters(iris, code())
    olga = signed_in("olga")
    assert "Remove them" in olga.get("/people/agents/iris/data").content.decode()
    refused = olga.post("/people/agents/iris/factors", follow=True).content.decode()
    assert "Tick the box" in refused
    assert client.get("/").status_code == 200
    olga.post("/people/agents/iris/factors", {"sure": "1"})
    assert client.get("/").status_code == 302
    link = f"/sign-in/{sign_in.issue_link(iris, now=database_now())}"
    assert "Iris Ode" in Client().post(link, follow=True).content.decode()
    assert "removed the passkeys and codes of" in olga.get("/settings/log").content.decode()
