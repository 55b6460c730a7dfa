"""The frame of the pages, in a browser."""

import os
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_can_be_read_and_used_by_everybody(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert_accessible(page)


def test_an_owner_signs_in_by_link_sets_a_password_and_comes_back_with_it(owner: Page) -> None:
    owner.goto("/account/password/set/")
    owner.get_by_label("Password", exact=True).fill("a long enough word")
    owner.get_by_label("Password (again)").fill("a long enough word")
    owner.get_by_role("button", name="Set Password").click()
    owner.goto("/")
    owner.get_by_role("banner").get_by_text("Owner").click()
    owner.get_by_role("button", name="Sign out").click()
    owner.get_by_label("E-mail").fill("owner@localhost")
    owner.get_by_label("Password").fill("a long enough word")
    owner.get_by_role("button", name="Sign in", exact=True).click()
    expect(owner.get_by_role("banner").get_by_text("Owner")).to_be_visible()


def test_the_first_page_fits_a_telephone(owner: Page) -> None:
    owner.set_viewport_size({"width": 360, "height": 640})
    owner.goto("/")
    assert owner.evaluate("document.documentElement.scrollWidth") <= 360
    assert_accessible(owner)


def test_a_page_hears_of_a_change_at_once(owner: Page, desk: Desk) -> None:
    owner.evaluate("document.body.addEventListener('live:person:owner', () => { document.body.id = 'told' })")
    tell(desk)
    expect(owner.locator("body")).to_have_id("told")
    expect(owner.get_by_text("Not live")).to_be_hidden()


def tell(desk: Desk) -> None:
    code = "import django; django.setup()\nfrom rung.outbox.live import changed; changed('person:owner')"
    environment = {**os.environ, "RUNG_DATA": str(desk.data), "DJANGO_SETTINGS_MODULE": "rung.config.settings"}
    environment.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
