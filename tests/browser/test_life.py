"""A ticket's life on a real desk: opened over the API, reminded, escalated, offered, claimed, resolved, seen live."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.desk import Desk, eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

POLICY = """\
name: A desk in a hurry
timezone: UTC
teams: {frontline: {lead: sam}, specialists: {}}
levels: {L1: {team: frontline}, L2: {team: specialists, handoff: {require: [impact]}}}
paths: {support: [L1, L2]}
categories: {other: {}}
targets: [{first_response: 6s, resolution: 1h}]
rules:
  - name: Nobody has answered
    clock: first_response
    steps:
      - {at: 50%, remind: triage}
      - {at: 100%, escalate: next, reason: time}
replies: {resolved: It is solved.}
closing: {tell_customer: resolved}
"""


PAGES = (
    *("/", "/for-you", "/tickets", "/ask", "/policy", "/policy/versions", "/policy/versions/1"),
    *("/policy/edit", "/policy/edit/hours", "/policy/text", "/policy/form?at=rules/0/steps&new=1"),
    *("/on-call", "/people", "/people/teams/new", "/people/customers", "/people/customers/new", "/you"),
)


@pytest.fixture(scope="module")
def api(desk: Desk) -> Iterator[httpx.Client]:
    """A script that has set the desk up."""
    key = desk.rung("token", "create", "script", "--role", "owner").strip()
    with httpx.Client(
        base_url=f"http://localhost:{desk.port}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=20
    ) as client:
        for handle, level, team, role in (("sam", "L1", "frontline", "lead"), ("ben", "L2", "specialists", "agent")):
            person = {"handle": handle, "name": handle.title(), "email": f"{handle}@desk.example", "role": role}
            client.post("/agents", json=person | {"level": level, "teams": [team]}).raise_for_status()
        client.post("/policy", json={"text": POLICY, "reason": "second-long steps"}).raise_for_status()
        yield client


def opens(api: httpx.Client, subject: str, **more: Any) -> int:
    body = {"subject": subject, "body": "Since 02:00 nothing arrives.", "requester": {"email": "rita@acme.example"}}
    answer = api.post("/tickets", json=body | more, headers={"Idempotency-Key": subject})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["ticket"])


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_ticket_is_reminded_escalated_offered_claimed_and_resolved(api: httpx.Client, browser_of: Any) -> None:
    ben = browser_of("ben")
    expect(ben.get_by_text("The import stands still")).to_have_count(0)
    number = opens(api, "The import stands still")

    # It appears by itself, and is offered by itself.
    row = ben.locator(f"#row-{number}")
    expect(row).to_be_visible()
    expect(row.get_by_text("Offered to L2")).to_be_visible(timeout=30_000)

    # Claimed in triage with one click; the ticket's page knows.
    row.get_by_role("button", name="Claim").click()
    expect(ben.get_by_text("It is yours, at L2.")).to_be_visible()
    ben.goto(f"/tickets/{number}")
    expect(ben.locator("#conversation").get_by_text("claimed it at L2")).to_be_visible()

    ben.get_by_label("Answer to the customer").fill("The disk was full. It runs again.")
    ben.get_by_role("button", name="Answer and resolve").click()
    expect(ben.locator("#state").get_by_text("resolved")).to_be_visible()

    timeline = api.get(f"/tickets/{number}/timeline").json()
    steps = Counter(event["data"]["step"] for event in timeline if event["kind"] == "step_fired")
    assert steps == {"remind.1": 1, "escalate.1": 1}
    kinds = [event["kind"] for event in timeline]
    assert [kind for kind in kinds if kind in ("offered", "claimed", "resolved")] == ["offered", "claimed", "resolved"]
    eventually(lambda: not waiting(api, number))
    told = Counter((each["kind"], each["recipient"], each["step"]) for each in deliveries(api, number))
    assert set(told.values()) == {1}


def test_two_agents_see_one_another_at_work_and_lose_nothing_they_type(api: httpx.Client, browser_of: Any) -> None:
    number = opens(api, "Two people look at this")
    sam, ben = browser_of("sam"), browser_of("ben")
    for page in (sam, ben):
        page.goto(f"/tickets/{number}")
    draft = ben.get_by_label("Answer to the customer")
    draft.fill("I am in the middle of")
    sam.locator(".writer.note summary").click()
    sam.get_by_label("Internal note", exact=True).fill("Their disk is full.")
    sam.get_by_role("button", name="Write the note").click()
    expect(ben.locator("#conversation").get_by_text("Their disk is full.")).to_be_visible()
    expect(ben.locator(".said.note")).to_have_count(1)
    expect(draft).to_have_value("I am in the middle of")


def test_the_keyboard_alone_will_do(api: httpx.Client, browser_of: Any) -> None:
    number = opens(api, "Only keys")
    sam = browser_of("sam")
    expect(sam.locator(f"#row-{number}")).to_be_visible()
    for _ in range(20):
        sam.keyboard.press("j")
        if sam.evaluate("document.activeElement.closest('[data-row]')?.id") == f"row-{number}":
            break
    sam.keyboard.press("Enter")
    sam.wait_for_url(f"/tickets/{number}")
    sam.keyboard.press("?")
    expect(sam.get_by_role("heading", name="Keys", exact=True)).to_be_visible()
    sam.keyboard.press("Escape")
    sam.keyboard.press("r")
    sam.keyboard.type("Written with keys only.")
    for _ in range(5):  # past the files
        sam.keyboard.press("Tab")
        if sam.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    sam.keyboard.press("Enter")
    expect(sam.locator(".said.public").get_by_text("Written with keys only.")).to_be_visible()
    expect(sam.get_by_label("Answer to the customer")).to_have_value("")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark"), (2560, "light")])
def test_every_page_can_be_read_by_everybody(api: httpx.Client, browser_of: Any, width: int, scheme: str) -> None:
    number = opens(api, f"Readable at {width} in {scheme}")
    api.post(f"/tickets/{number}/note", json={"text": "A note.", "agent": "sam"}).raise_for_status()
    api.post(f"/tickets/{number}/answer", json={"text": "An answer.", "agent": "sam"}).raise_for_status()
    sam = browser_of("sam", color_scheme=scheme, viewport={"width": width, "height": 900})
    for address in (*PAGES, f"/tickets/{number}", f"/tickets/{number}?all=1", f"/tickets/{number}/why"):
        sam.goto(address)
        assert sam.evaluate("document.documentElement.scrollWidth") <= width, address
        assert_accessible(sam)


def test_a_page_can_be_read_and_used_without_javascript(api: httpx.Client, browser_of: Any) -> None:
    number = opens(api, "No scripts here")
    sam = browser_of("sam", java_script_enabled=False)
    sam.goto(f"/tickets/{number}")
    expect(sam.get_by_role("heading", name="No scripts here")).to_be_visible()
    sam.get_by_role("button", name="Claim").click()
    expect(sam.get_by_text("It is yours, at L1.")).to_be_visible()


def deliveries(api: httpx.Client, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/tickets/{number}/deliveries").json()
    return found


def waiting(api: httpx.Client, number: int) -> list[dict[str, Any]]:
    return [each for each in deliveries(api, number) if each["state"] in ("waiting", "sending")]
