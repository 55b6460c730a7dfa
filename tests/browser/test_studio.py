"""The studio, from a form edit to a published version: by a lead who has never seen YAML, and by one who has."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rung.policies.starter import STARTER
from tests.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module", autouse=True)
def known_policy(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The policy of a new desk, whatever other tests have published before."""
    file = tmp_path_factory.mktemp("policy") / "policy.yaml"
    file.write_text(f"{STARTER.read_text()}\n# As the studio's tests begin.\n")
    desk.rung("policy", "publish", str(file), "--by", "owner")


def accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def in_sight(page: Page) -> bool:
    """Whether nothing sticks out at the right."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_from_a_form_to_a_published_version(owner: Page) -> None:
    owner.goto("/policy/edit")
    rule = owner.locator(".item", has_text="Assigned, then silent")
    rule.get_by_role("link", name="Add a step").click()
    owner.get_by_label("When: how much").fill("50")
    owner.get_by_role("checkbox", name="Owner", exact=True).check()
    beside = owner.locator("#beside")
    expect(beside).to_contain_text("After 50 minutes, while the assignee does nothing: owner is told.")
    expect(beside.locator(".difference ins")).to_have_text('+       - {at: 50m, notify: ["agent:owner"]}')
    accessible(owner)
    owner.get_by_role("button", name="Save to the draft").click()
    expect(rule).to_contain_text("After 50 minutes")
    expect(owner.get_by_text("1 line differs from what is in force")).to_be_visible()
    accessible(owner)

    owner.get_by_role("button", name="Review").click()
    expect(owner.get_by_role("heading", name="What changed for you")).to_be_visible()
    owner.get_by_role("button", name="Replay").click()
    replayed = owner.locator("#replayed .job")
    expect(replayed.get_by_text("promises broken").or_(replayed.get_by_text("No ticket was opened"))).to_be_visible(
        timeout=60_000
    )
    accessible(owner)
    owner.get_by_label("Why").fill("Fifty minutes are enough")
    owner.get_by_role("button", name="Publish").click()
    expect(owner.get_by_text("is in force for new tickets")).to_be_visible()
    owner.goto("/policy/versions")
    expect(owner.get_by_role("link", name="Fifty minutes are enough")).to_be_visible()


def test_the_text_completes_by_keyboard_and_shows_what_is_wrong_at_its_line(owner: Page) -> None:
    owner.goto("/policy/text#line-1")
    text = owner.get_by_label("The policy as YAML")
    expect(text).to_be_focused()
    owner.keyboard.press("Control+End")
    owner.keyboard.type("publ", delay=20)
    option = owner.get_by_role("option", name="publishing:")
    expect(option).to_be_visible()
    owner.keyboard.press("Enter")
    expect(text).to_have_value(re.compile("publishing: $"))
    owner.keyboard.type("{second_persn: true}")
    finding = owner.locator("#findings").get_by_text('publishing has no "second_persn"')
    expect(finding).to_be_visible()
    expect(owner.locator(".paint .line.error")).to_contain_text("second_persn")
    accessible(owner)


@pytest.mark.parametrize("width", [360, 2560])
def test_it_fits_a_telephone_and_a_wall_in_the_dark(owner: Page, width: int) -> None:
    owner.emulate_media(color_scheme="dark")
    owner.set_viewport_size({"width": width, "height": 900})
    for address in ("/policy/edit", "/policy/edit/hours", "/policy/form?at=rules/0/steps/0", "/policy/text", "/start"):
        owner.goto(address)
        assert in_sight(owner), address
        accessible(owner)
