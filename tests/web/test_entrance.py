"""The ways in, as a browser meets them."""

from datetime import timedelta

import pytest
from django.test import Client

from rung.people import signin
from rung.people.clock import database_now
from rung.people.models import Agent

pytestmark = pytest.mark.django_db


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
    address = f"/sign-in/{signin.issue_link(sam, now=database_now())}"
    assert client.get(address).status_code == client.head(address).status_code == 200
    assert "Sam Ode" in client.post(address, follow=True).content.decode()
    refused = Client().post(address)
    assert refused.status_code == 410
    assert "This link has been used or is too old" in refused.content.decode()


def test_a_link_too_old_is_refused(client: Client, sam: Agent) -> None:
    word = signin.issue_link(sam, now=database_now() - timedelta(hours=25))
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
