"""A newcomer goes through the guide to a ticket that escalates in front of them."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.desk import Desk, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A newcomer's desk is their own: the guide folds away what others have done before."""
    desk = Desk(tmp_path_factory.mktemp("desk") / "data", free_port())
    desk.link()
    yield desk
    desk.stop()


def test_a_newcomer_sees_a_first_ticket_escalate(owner: Page) -> None:
    owner.goto("/start")
    owner.get_by_label("What is your desk called?").fill("Acme support")
    owner.get_by_label("Time zone").select_option("Europe/Berlin")
    owner.get_by_label("Public holidays of").select_option("DE")
    owner.get_by_role("button", name="Save and go on").click()
    expect(owner.get_by_text("Your desk has a name and its hours.")).to_be_visible()

    owner.get_by_label("Name 1").fill("Ada Lind")
    owner.get_by_label("E-mail 1").fill("ada.lind@acme.example")
    owner.get_by_label("Level 1").select_option("L2")
    owner.get_by_label("And you answer at").select_option("L1")
    owner.get_by_role("button", name="Invite").click()
    expect(owner.get_by_text("/sign-in/")).to_be_visible()
    owner.reload()
    expect(owner.get_by_text("/sign-in/")).to_be_visible()

    channel = owner.locator("#channel")
    for way, shown in (("API", "Your own programs"), ("Slack", "Manifest"), ("Mail", "Customers write to")):
        channel.get_by_role("link", name=way).click()
        expect(channel.get_by_text(shown).first).to_be_visible()
    found = Axe().run(owner)
    assert found.violations_count == 0, found.generate_report()
    channel.get_by_role("button", name="Later", exact=True).click()
    expect(channel.get_by_text("later", exact=True)).to_be_visible()

    owner.get_by_role("button", name="Send a test ticket").click()
    owner.wait_for_url("**/tickets/*")
    conversation = owner.locator("#conversation")
    expect(conversation.get_by_text("offered it to L2")).to_be_visible(timeout=60_000)
    expect(owner.locator("#acts").get_by_text("Offered to L2")).to_be_visible()
    expect(owner.locator(".ladder .offered").get_by_text("L2")).to_be_visible()
