"""The ways in, as a browser meets them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.test import Client

from rung.api.limits import buckets
from rung.people import sign_in
from rung.people.clock import database_now
from rung.people.models import Agent
from tests.desk import eventually
from tests.web.pages import source
from tests.web.test_access import every_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]


@pytest.fixture
def sam() -> Agent:
    return Agent.objects.create_user("sam@example.com", handle="sam", name="Sam Ode", password="a long enough word")


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    page = client.get("/", follow=True)
    assert page.redirect_chain[-1][0].startswith("/account/login/")
    assert "Sign in with a passkey" in page.content.decode()


def test_a_password_lets_in_and_a_wrong_one_does_not(client: Client, sam: Agent) -> None:
    wrong = client.post("/account/login/", {"login": "sam@example.com", "password": "another long word"})
    assert "not correct" in wrong.content.decode()
    right = client.post("/account/login/", {"login": "Sam@Example.com", "password": "a long enough word"}, follow=True)
    assert "Sam Ode" in right.content.decode()


def test_looking_at_a_link_does_not_use_it_up_and_signing_in_does(client: Client, sam: Agent) -> None:
    address = f"/sign-in/{sign_in.issue_link(sam, now=database_now())}"
    assert client.get(address).status_code == client.head(address).status_code == 200
    assert "Sam Ode" in client.post(address, follow=True).content.decode()
    refused = Client().post(address)
    assert refused.status_code == 410
    assert "This link has been used or is too old" in refused.content.decode()


def test_a_link_too_old_is_refused(client: Client, sam: Agent) -> None:
    word = sign_in.issue_link(sam, now=database_now() - timedelta(hours=25))
    assert client.post(f"/sign-in/{word}").status_code == 410


def test_nobody_can_sign_up(client: Client) -> None:
    client.post(
        "/account/signup/", {"email": "x@example.com", "password1": "a long word 1", "password2": "a long word 1"}
    )
    assert not Agent.objects.filter(email="x@example.com").exists()


def test_who_has_left_is_signed_out(client: Client, sam: Agent) -> None:
    client.force_login(sam)
    sam.is_active = False
    sam.save()
    assert client.get("/").status_code == 302


def test_a_page_may_load_our_own_files_only(client: Client, sam: Agent) -> None:
    client.force_login(sam)
    policy = client.get("/", headers={"host": "localhost:8000"}).headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "connect-src 'self' http://localhost:8001;" in policy


def hashed_for(monkeypatch: pytest.MonkeyPatch, email: str) -> tuple[int, str]:
    """How many passwords were hashed for one wrong attempt, which is what takes the time; and the page."""
    counted = []
    for hasher in ("encode", "verify"):
        kind = type(get_hasher())
        real = getattr(kind, hasher)

        def counting(self: object, *words: object, _real: Any = real, _name: str = hasher) -> Any:
            counted.append(_name)
            return _real(self, *words)

        monkeypatch.setattr(kind, hasher, counting)
    page = Client().post("/account/login/", {"login": email, "password": "a wrong but long word"})
    monkeypatch.undo()
    # `verify` encodes once itself.
    return counted.count("encode"), page.content.decode().replace(email, "")


def test_nothing_tells_whether_somebody_has_an_address(
    client: Client, sam: Agent, monkeypatch: pytest.MonkeyPatch, mailoutbox: Any
) -> None:
    Agent.objects.create_user("link@example.com", handle="link", name="Only a link")
    answers = [
        hashed_for(monkeypatch, email) for email in ("sam@example.com", "nobody@example.com", "link@example.com")
    ]
    pages = {re.sub(r'name="csrfmiddlewaretoken" value="\w+"|"challenge": "[^"]+"', "", page) for _, page in answers}
    assert len({count for count, _ in answers}) == 1, answers
    assert len(pages) == 1
    asked = [
        client.post("/account/password/reset/", {"email": email}, follow=True)
        for email in ("sam@example.com", "nobody@example.com")
    ]
    assert asked[0].redirect_chain == asked[1].redirect_chain
    assert asked[0].content == asked[1].content


def test_guessing_is_slowed_down(client: Client, sam: Agent) -> None:
    for _ in range(6):
        page = client.post("/account/login/", {"login": "sam@example.com", "password": "a wrong but long word"})
    assert "Too many" in page.content.decode()
    right = client.post("/account/login/", {"login": "sam@example.com", "password": "a long enough word"}, follow=True)
    assert "Sam Ode" not in right.content.decode()


def test_signing_out_everywhere_ends_every_session(client: Client, sam: Agent) -> None:
    other = Client()
    for browser in (client, other):
        browser.post("/account/login/", {"login": "sam@example.com", "password": "a long enough word"})
    assert source(client.get("/account/sessions/")).count("· since") == 2
    word = sign_in.issue_link(sam, now=database_now())
    client.post("/you/signed-out")
    assert client.get("/").status_code == other.get("/").status_code == 302
    assert Client().post(f"/sign-in/{word}").status_code == 410


def test_cookies_and_frames(client: Client, sam: Agent) -> None:
    answer = client.post("/account/login/", {"login": "sam@example.com", "password": "a long enough word"})
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    page = client.get("/account/2fa/")
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post("/account/login/", {"login": "sam@example.com", "password": "a long enough word"})
    assert refused.status_code == 403


def test_the_secret_of_an_authenticator_app_is_sealed(client: Client, sam: Agent) -> None:
    authenticator = TOTP.activate(sam, "JBSWY3DPEHPK3PXP").instance
    assert "JBSWY3DPEHPK3PXP" not in str(authenticator.data)
    client.post("/account/login/", {"login": "sam@example.com", "password": "a long enough word"})
    _before, now, _after = yield_hotp_counters_from_time()
    code = format_hotp_value(hotp_value("JBSWY3DPEHPK3PXP", now))
    assert "Sam Ode" in client.post("/account/2fa/authenticate/", {"code": code}, follow=True).content.decode()


def test_the_mail_about_a_password_leads_to_the_desks_own_address(sam: Agent, settings: Any, mailoutbox: Any) -> None:
    settings.BASE_URL = "https://desk.example.com"
    Client(headers={"host": "localhost:6666"}).post("/account/password/reset/", {"email": "sam@example.com"})
    eventually(lambda: bool(mailoutbox))
    link = re.search(r"(\S+)(/account/password/reset/key/\S+)", mailoutbox[0].body)
    assert link is not None
    assert link[1] == "https://desk.example.com"
    assert "Hello from !" not in mailoutbox[0].body
    assert mailoutbox[0].subject[0] != "["
    client = Client()
    form = client.get(link[2]).headers["Location"]
    client.post(form, {"password1": "another long word 9", "password2": "another long word 9"})
    assert client.get("/").status_code == 302  # a mail alone signs nobody in
    assert "already been used" in Client().get(link[2], follow=True).content.decode()


def test_no_address_leads_out_of_the_desk(client: Client, sam: Agent) -> None:
    secret = {"password": "a long enough word"}
    for place in (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\thttps://e.example",
    ):
        cache.clear()
        browser = Client()
        entered = browser.post("/account/login/", {"login": "sam@example.com", "next": place, **secret})
        again = browser.post("/account/reauthenticate/", {"next": place, **secret})
        there = browser.get("/account/login/", {"next": place})
        left = browser.post("/account/logout/", {"next": place})
        for answer in (entered, again, there, left):
            assert answer.headers["Location"] in ("/", "/account/login/"), place


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("unknown", "127.0.0.1"),
        ("192.0.2.7:5555", "192.0.2.7"),
        ("[2001:db8::1]:80", "2001:db8::1"),
        ("10.0.0.1, 192.0.2.9", "192.0.2.9"),  # the first anybody may write
        ("::ffff:192.0.2.8", "192.0.2.8"),
        ("x" * 300, "127.0.0.1"),
    ],
)
def test_a_proxy_is_believed_only_in_its_own_word(sam: Agent, settings: Any, written: str, seen: str) -> None:
    client = Client(headers={"x-forwarded-for": written})
    for believed, address in ((False, "127.0.0.1"), (True, seen)):
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if believed else None
        UserSession.objects.all().delete()
        cache.clear()
        page = client.post("/account/login/", {"login": sam.email, "password": "a long enough word"}, follow=True)
        assert "Sam Ode" in page.content.decode()
        assert str(UserSession.objects.get().ip) == address
        client.post("/account/logout/")


def test_whoever_owns_a_network_of_addresses_is_counted_once(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for number in range(25):
        address = f"2001:db8::{number:x}"
        refused = Client(headers={"x-forwarded-for": address, "authorization": "Bearer rung_no"}).get("/api/v1/tickets")
    assert refused.status_code == 429
    other = Client(headers={"x-forwarded-for": "192.0.2.3", "authorization": "Bearer rung_no"}).get("/api/v1/tickets")
    assert other.status_code == 401  # behind one proxy, one guesser does not shut everybody out
    buckets.clear()


def test_a_session_is_a_new_one_at_sign_in_and_over_with_its_password_or_agent(client: Client, sam: Agent) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted0123456789abcdefghijklmno"
    other = Client()
    for browser in (client, other):
        browser.post("/account/login/", {"login": "sam@example.com", "password": "a long enough word"})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "planted0123456789abcdefghijklmno"
    new = {"password1": "a second long word", "password2": "a second long word"}
    client.post("/account/password/change/", {"oldpassword": "a long enough word", **new})
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302
    Agent.objects.filter(pk=sam.pk).update(role="observer")
    assert client.get("/people/keys").status_code == 403
    sam.delete()
    assert client.get("/").status_code == 302


def test_every_form_asks_for_its_token(client: Client, sam: Agent) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(sam, backend="django.contrib.auth.backends.ModelBackend")
    chosen = {"number": "1", "version": "1", "action": "wait", "name": "ben", "kind": "html"}
    by_other_means = ("api/", "slack/", "account/saml/")  # a token, a signature, a signed answer
    for pattern, _view in every_address():
        if not pattern.startswith(by_other_means) and "(?P" not in pattern:
            address = "/" + re.sub(r"<\w+:(\w+)>", lambda found: chosen.get(found[1], "1"), pattern)
            assert strict.post(address).status_code == 403, address
