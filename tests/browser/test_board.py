"""Triage as a place to work: nothing moves under the hand, several tickets at once, the palette, who else is here."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.desk import Desk, eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

POLICY = """\
name: A desk with time
timezone: UTC
teams: {frontline: {lead: nora}, specialists: {}}
schedules: {nights: {timezone: UTC, rotation: [nora, finn], every: 1w, from: 2026-01-05T09:00}}
levels: {L1: {team: frontline}, L2: {team: specialists}}
paths: {support: [L1, L2]}
categories: {other: {}}
targets: [{first_response: 8h}]
rules: [{name: Nobody has answered, clock: first_response, steps: [{at: 100%, escalate: next, reason: time}]}]
"""


@pytest.fixture(scope="module")
def api(desk: Desk) -> Iterator[httpx.Client]:
    key = desk.rung("token", "create", "board", "--role", "owner").strip()
    with httpx.Client(
        base_url=f"http://localhost:{desk.port}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60
    ) as client:
        client.post("/policy", json={"text": POLICY, "reason": "Time to work"}).raise_for_status()
        for handle, level, team in (("nora", "L1", "frontline"), ("finn", "L2", "specialists")):
            person = {"handle": handle, "name": handle.title(), "email": f"{handle}@desk.example", "role": "lead"}
            client.post("/agents", json=person | {"level": level, "teams": [team]}).raise_for_status()
        yield client


@pytest.fixture(scope="module")
def refusals_are_faults() -> bool:
    """Here the live part is cut off on purpose."""
    return False


def opens(api: httpx.Client, subject: str) -> int:
    body = {"subject": subject, "body": "Since 02:00 nothing arrives.", "requester": {"email": "rita@acme.example"}}
    answer = api.post("/tickets", json=body, headers={"Idempotency-Key": subject})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["ticket"])


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def select(page: Page, number: int) -> None:
    page.locator(f"#row-{number} [data-pick]").check()


def test_what_is_new_arrives_by_itself_and_waits_while_the_list_is_in_hand(api: httpx.Client, browser_of: Any) -> None:
    first = opens(api, "The first of the board")
    nora = browser_of("nora")
    expect(nora.locator(f"#row-{first}")).to_be_visible()
    second = opens(api, "Arrives by itself")
    expect(nora.locator(f"#row-{second}")).to_be_visible(timeout=60_000)
    everything = nora.locator("#tabs .count").first

    # Under the pointer nothing moves.
    box = nora.locator(f"#row-{first}").bounding_box()
    assert box is not None
    nora.mouse.move(box["x"] + 300, box["y"] + 20)
    third = opens(api, "Waits for the pointer to leave")
    news = nora.get_by_role("button", name="1 new")

    def pointer_stays() -> bool:
        nora.mouse.move(box["x"] + 301, box["y"] + 21)
        nora.mouse.move(box["x"] + 300, box["y"] + 20)
        return bool(news.is_visible())

    eventually(pointer_stays)
    expect(everything).not_to_have_text("2")
    nora.mouse.move(5, 5)
    expect(nora.locator(f"#row-{third}")).to_be_visible(timeout=60_000)

    # Nor while tickets are selected; a click on what waits shows it, and keeps the selection.
    select(nora, first)
    nora.mouse.move(5, 5)
    fourth = opens(api, "Waits for the selection")
    expect(news).to_be_visible(timeout=60_000)
    expect(nora.locator(f"#row-{fourth}")).to_have_count(0)
    news.click()
    expect(nora.locator(f"#row-{fourth}")).to_be_visible()
    expect(nora.get_by_role("toolbar").get_by_text("1 selected")).to_be_visible()


def test_several_tickets_are_acted_on_with_keys_alone_and_it_is_undone(api: httpx.Client, browser_of: Any) -> None:
    numbers = [opens(api, f"Together {place}") for place in range(3)]
    nora = browser_of("nora")
    nora.locator(f"#open-{numbers[0]}").focus()
    nora.keyboard.press("x")
    nora.locator(f"#open-{numbers[2]}").focus()
    nora.keyboard.press("Shift+X")
    bar = nora.get_by_role("toolbar")
    expect(bar.get_by_text("3 selected")).to_be_visible()
    assert_accessible(nora)
    nora.keyboard.press("p")
    expect(nora.get_by_role("dialog", name="Priority")).to_be_visible()
    assert_accessible(nora)
    nora.keyboard.type("urgent")
    nora.keyboard.press("Tab")
    nora.keyboard.press("Tab")
    nora.keyboard.press("Enter")
    expect(nora.get_by_text("3 priorities were set.")).to_be_visible()
    expect(bar).to_be_hidden()
    assert {api.get(f"/tickets/{number}").json()["priority"] for number in numbers} == {"urgent"}
    nora.get_by_role("button", name="Undo").click()
    expect(nora.get_by_text("3 tickets were restored.")).to_be_visible()
    assert {api.get(f"/tickets/{number}").json()["priority"] for number in numbers} == {"normal"}

    # One that somebody else has is told apart.
    api.post(f"/tickets/{numbers[1]}/assign", json={"assignee": "finn", "agent": "finn"}).raise_for_status()
    for number in numbers[:2]:
        select(nora, number)
    nora.get_by_role("toolbar").get_by_role("button", name="Claim").click()
    expect(nora.get_by_text("One ticket is yours.")).to_be_visible()
    expect(nora.locator(".outcome li").get_by_text(f"#{numbers[1]}")).to_be_visible()


def test_the_palette_goes_anywhere_and_acts_on_the_ticket(api: httpx.Client, browser_of: Any) -> None:
    number = opens(api, "A zebra stands in the hall")
    nora = browser_of("nora")
    nora.keyboard.press("Control+k")
    field = nora.get_by_role("combobox", name="Go to a ticket")
    expect(field).to_be_focused()
    nora.keyboard.type("zebr")
    found = nora.get_by_role("option", name=f"#{number} A zebra stands in the hall")
    expect(found).to_have_attribute("aria-selected", "true")
    assert_accessible(nora)
    nora.keyboard.press("Enter")
    nora.wait_for_url(f"/tickets/{number}")
    nora.keyboard.press("Control+k")
    nora.keyboard.type("note")
    expect(nora.get_by_role("option", name="Write a note")).to_have_attribute("aria-selected", "true")
    nora.keyboard.press("Enter")
    expect(nora.locator(".writer.note textarea")).to_be_focused()
    # And from a row of triage straight to the answer.
    nora.goto("/?as=list")
    nora.locator(f"#open-{number}").focus()
    nora.keyboard.press("r")
    nora.wait_for_url(f"/tickets/{number}*")
    expect(nora.locator(".writer.answer textarea")).to_be_focused()


def test_two_agents_on_one_ticket_see_each_other(api: httpx.Client, browser_of: Any) -> None:
    number = opens(api, "Two of us are here")
    nora, finn = browser_of("nora"), browser_of("finn")
    nora.goto(f"/tickets/{number}")
    finn.goto(f"/tickets/{number}")
    expect(nora.get_by_text("Finn is looking at this too")).to_be_visible(timeout=60_000)
    expect(finn.get_by_text("Nora is looking at this too")).to_be_visible(timeout=60_000)
    finn.locator(".writer.answer textarea").fill("We look into it.")
    expect(nora.get_by_text("Finn is writing an answer")).to_be_visible(timeout=60_000)
    finn.goto("/")
    expect(nora.locator("#presence")).to_be_empty(timeout=60_000)


def test_a_page_that_is_not_live_says_since_when(api: httpx.Client, browser_of: Any) -> None:
    nora = browser_of("nora")
    expect(nora.locator("header .live")).to_be_hidden()
    nora.context.route(re.compile(r"/live\?"), lambda route: route.abort())
    nora.reload()
    expect(nora.get_by_text("Not live since")).to_be_visible(timeout=60_000)
    assert_accessible(nora)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (2560, "light")])
def test_the_pages_of_the_board_can_be_read_by_everybody(
    api: httpx.Client, browser_of: Any, width: int, scheme: str
) -> None:
    number = opens(api, f"On the board at {width}")
    api.post(f"/tickets/{number}/escalate", json={"to": "L2", "anyway": True, "agent": "nora"}).raise_for_status()
    nora = browser_of("nora", color_scheme=scheme, viewport={"width": width, "height": 900})
    for address in ("/", "/?as=list&priority=normal", "/escalations", "/escalations?level=L2", "/on-call"):
        nora.goto(address)
        assert nora.evaluate("document.documentElement.scrollWidth") <= width, address
        assert_accessible(nora)
