"""Getting in and being kept out, in a real browser: passkey, codes, an invitation, restriction, the settings."""

import hashlib
import hmac
import re
import struct
import time
from base64 import b32decode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a long enough word"
SETTINGS = (
    *("/settings", "/settings/trackers", "/settings/webhooks", "/settings/sign-in", "/settings/log", "/people/keys"),
    *("/people/agents/pia", "/people/agents/pia/data", "/people/agents/pia/attention", "/you/attention", "/you"),
    *("/account/2fa/", "/account/sessions/", "/account/password/change/", "/nothing-here"),
)


@pytest.fixture(scope="module")
def api(desk: Desk) -> Iterator[httpx.Client]:
    """A script that has added pia, restricted to the second level's team, and quinn."""
    key = desk.rung("token", "create", "people", "--role", "owner").strip()
    with httpx.Client(
        base_url=f"http://localhost:{desk.port}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30
    ) as client:
        for handle, restricted in (("pia", True), ("quinn", False)):
            person = {"handle": handle, "name": handle.title(), "email": f"{handle}@desk.example"}
            client.post("/agents", json=person | {"is_restricted": restricted}).raise_for_status()
        yield client


@pytest.fixture(scope="module")
def refusals_are_faults() -> bool:
    """Here people are refused on purpose."""
    return False


def code(secret: str, at: float) -> str:
    """What an authenticator app shows (RFC 6238)."""
    digest = hmac.new(b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", int(at) // 30), hashlib.sha1)
    place = digest.digest()[-1] & 15
    return f"{(struct.unpack('>I', digest.digest()[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def sets_password(page: Page) -> None:
    page.goto("/account/password/set/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Set Password").click()
    page.wait_for_url("**/password/change/")


def signs_out(page: Page) -> None:
    page.goto("/")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_invited_person_sets_up_a_passkey_and_comes_back_with_it(browser_of: Any, desk: Desk) -> None:
    owner = browser_of("owner")
    owner.goto("/people/agents/quinn")
    owner.get_by_role("button", name="Create a sign-in link").click()
    link = owner.locator("pre code").inner_text()

    quinn = browser_of()
    cdp = quinn.context.new_cdp_session(quinn)
    cdp.send("WebAuthn.enable")
    cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    quinn.goto(link)
    quinn.get_by_role("button", name="Sign in").click()
    quinn.wait_for_url("/")
    sets_password(quinn)
    quinn.goto("/account/2fa/webauthn/add/")
    if quinn.get_by_role("heading", name="Confirm Access").is_visible():
        quinn.get_by_label("Password").fill(PASSWORD)
        quinn.get_by_role("button", name="Confirm").click()
    quinn.get_by_label("Name").fill("This computer")
    quinn.get_by_label("Passwordless").check()
    quinn.get_by_role("button", name="Add").click()
    expect(quinn.get_by_text(re.compile("Recovery Codes|This computer")).first).to_be_visible()

    signs_out(quinn)
    quinn.get_by_role("button", name="Sign in with a passkey").click()
    quinn.wait_for_url("/")
    expect(quinn.get_by_role("banner").get_by_text("Quinn")).to_be_visible()
    desk.rung("person", "link", "quinn", "--without-factors")  # for the stories that follow


def test_a_code_is_asked_for_and_a_recovery_code_will_do_once(browser_of: Any, desk: Desk) -> None:
    pia = browser_of("pia")
    sets_password(pia)
    pia.goto("/account/2fa/totp/activate/")
    if pia.get_by_role("heading", name="Confirm Access").is_visible():
        pia.get_by_label("Password").fill(PASSWORD)
        pia.get_by_role("button", name="Confirm").click()
    secret = pia.locator("#authenticator_secret").input_value()
    pia.get_by_label("Authenticator code").fill(code(secret, time.time()))
    pia.get_by_role("button", name="Activate").click()
    expect(pia.get_by_text("Authenticator app activated.")).to_be_visible()
    pia.goto("/account/2fa/recovery-codes/")
    recovery = pia.locator("#recovery_codes").input_value().split()[0]

    signs_out(pia)
    pia.get_by_label("E-mail").fill("pia@desk.example")
    pia.get_by_label("Password").fill(PASSWORD)
    pia.get_by_role("button", name="Sign in", exact=True).click()
    field = pia.get_by_label("Code")
    expect(field).to_be_visible()
    found = Axe().run(pia)
    assert found.violations_count == 0, found.generate_report()
    field.fill("000000")
    pia.get_by_role("button", name="Sign In").click()
    expect(pia.get_by_text("Incorrect code.")).to_be_visible()
    pia.get_by_label("Code").fill(recovery)
    pia.get_by_role("button", name="Sign In").click()
    pia.wait_for_url("/")
    expect(pia.get_by_role("banner").get_by_text("Pia")).to_be_visible()
    desk.rung("person", "link", "pia", "--without-factors")


def test_a_restricted_person_sees_nothing_of_others_and_hears_nothing(api: httpx.Client, browser_of: Any) -> None:
    quinn, owner = browser_of("quinn"), browser_of("owner")
    api.patch("/agents/quinn", json={"is_restricted": True}).raise_for_status()
    body = {"subject": "Not for everybody", "body": "Since 02:00 nothing arrives."}
    number = api.post("/tickets", json=body).json()["ticket"]
    owner.goto("/")
    expect(owner.get_by_text("Not for everybody").first).to_be_visible()
    quinn.goto("/")
    expect(quinn.get_by_text("Not for everybody")).to_have_count(0)
    quinn.goto(f"/tickets/{number}")
    expect(quinn.get_by_role("heading", name="Page not found")).to_be_visible()
    quinn.goto("/")
    api.post(f"/tickets/{number}/assign", json={"assignee": "quinn", "agent": "owner"}).raise_for_status()
    expect(quinn.get_by_text("Not for everybody").first).to_be_visible()  # by itself
    api.patch("/agents/quinn", json={"is_restricted": False}).raise_for_status()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (2560, "light")])
def test_settings_and_ones_own_pages_can_be_read_by_everybody(browser_of: Any, width: int, scheme: str) -> None:
    owner = browser_of("owner", color_scheme=scheme, viewport={"width": width, "height": 900})
    for address in SETTINGS:
        owner.goto(address)
        assert owner.evaluate("document.documentElement.scrollWidth") <= width, address
        found = Axe().run(owner)
        assert found.violations_count == 0, f"{address}\n{found.generate_report()}"


def test_an_owner_adds_a_webhook_and_finds_it_in_the_log(browser_of: Any, desk: Desk) -> None:
    owner = browser_of("owner")
    owner.goto("/settings/webhooks")
    owner.get_by_label("Name, as in webhook:NAME").fill("ops")
    owner.get_by_label("Address").fill(f"http://127.0.0.1:{desk.port}/nowhere")
    owner.get_by_label("it may be in our own network").check()
    owner.get_by_role("button", name="Add it").dblclick()
    expect(owner.locator("pre code")).to_contain_text("whsec_")
    owner.go_back()
    expect(owner.get_by_role("button", name="Add it")).to_be_enabled()
    assert owner.locator("form[aria-busy]").count() == 0
    owner.goto("/settings/webhooks/ops")
    owner.get_by_role("button", name="Send a test").click()
    expect(owner.get_by_text("answered 40")).to_be_visible()
    owner.goto("/settings/log?area=settings")
    expect(owner.get_by_text("webhook ops").first).to_be_visible()
