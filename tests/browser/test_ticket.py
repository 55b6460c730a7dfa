"""A ticket's page at work: a common request, files both ways, the handshake, split, merge, the customer's own page."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

POLICY = """\
name: A desk with workflows
timezone: UTC
teams: {frontline: {lead: mira}, specialists: {}}
levels: {L1: {team: frontline}, L2: {team: specialists, handoff: {require: [impact]}}}
paths: {support: [L1, L2]}
categories: {other: {}}
targets: [{first_response: 8h, resolution: 3d}]
rules: [{name: Nobody has answered, clock: first_response, steps: [{at: 100%, escalate: next, reason: time}]}]
replies:
  reset-password: "Hi {requester.first_name}, the link goes to {answers.account}."
  ask-account: "Which account, {requester.first_name}? {answers.account}"
workflows:
  password reset: {when: {text: ["reset my password"]}, ask: [account], reply: reset-password, then: pending}
"""


@pytest.fixture(scope="module")
def api(desk: Desk) -> Iterator[httpx.Client]:
    key = desk.rung("token", "create", "ticket", "--role", "owner").strip()
    with httpx.Client(
        base_url=f"http://localhost:{desk.port}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60
    ) as client:
        for handle, level, team in (("mira", "L1", "frontline"), ("jon", "L2", "specialists")):
            person = {"handle": handle, "name": handle.title(), "email": f"{handle}@desk.example", "role": "lead"}
            client.post("/agents", json=person | {"level": level, "teams": [team]}).raise_for_status()
        client.post("/policy", json={"text": POLICY, "reason": "Workflows"}).raise_for_status()
        for name in ("Initech", "Hooli"):
            customer = {"name": name, "tier": "business", "domains": [f"{name.lower()}.example"]}
            client.post("/customers", json=customer).raise_for_status()
        yield client


@pytest.fixture
def window(browser_of: Any) -> Iterator[Any]:
    """`window("mira")`: a browser with mira signed in; `window()`: one of a customer."""
    expect.set_options(timeout=60_000)
    yield browser_of
    expect.set_options(timeout=5_000)


def opens(api: httpx.Client, subject: str, body: str, email: str) -> int:
    answer = api.post(
        "/tickets", json={"subject": subject, "body": body, "requester": {"name": "Peter G", "email": email}}
    )
    assert answer.status_code == 201, answer.text
    return int(answer.json()["ticket"])


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_tickets_whole_life_with_two_agents_and_the_customer(api: httpx.Client, window: Any) -> None:
    number = opens(api, "Cannot sign in", "Please reset my password.", "peter@initech.example")
    mira, jon = window("mira"), window("jon")
    for page in (mira, jon):
        page.goto(f"/tickets/{number}")

    # A common request offers itself, shows what would be sent while it is typed, and is done in one click.
    request = mira.locator(".workflow")
    request.get_by_label("Account").fill("peter@initech.example")
    expect(request.locator(".preview")).to_contain_text("the link goes to peter@initech.example.")
    assert_accessible(mira)
    request.get_by_role("button", name="Answer · customer's turn").dblclick()
    expect(mira.locator("#state")).to_contain_text("pending")
    expect(jon.locator(".said.public")).to_have_count(1)
    expect(jon.locator(".workflow")).to_have_count(0)

    # The customer answers on their own page, with a file, while Jon is writing.
    jon.get_by_label("Answer to the customer").fill("I am in the middle of")
    customer = window()
    customer.goto(mira.get_by_role("link", name="As the customer sees it").get_attribute("href"))
    customer.get_by_label("Your reply").fill("It still fails. And where is our invoice?")
    customer.get_by_label("Attach files").set_input_files(
        {"name": "trace.log", "mimeType": "text/html", "buffer": b"GET /reset 500"}
    )
    expect(customer.locator(".chosen")).to_contain_text("trace.log")
    assert_accessible(customer)
    customer.get_by_role("button", name="Send").click()
    expect(customer.locator(".said.inbound")).to_have_count(2)
    expect(jon.get_by_role("link", name="trace.log")).to_be_visible()
    expect(jon.get_by_label("Answer to the customer")).to_have_value("I am in the middle of")
    with jon.expect_download() as fetched:
        jon.get_by_role("link", name="trace.log").click()
    assert fetched.value.suggested_filename == "trace.log"
    assert fetched.value.path().read_bytes() == b"GET /reset 500"

    # A note with a file is the team's alone.
    mira.locator(".writer.note summary").click()
    mira.get_by_label("Internal note", exact=True).fill("Their proxy again.")
    mira.locator("#note-files").set_input_files({"name": "proxy.txt", "mimeType": "text/plain", "buffer": b"inside"})
    mira.get_by_role("button", name="Write the note").click()
    expect(jon.locator(".said.note")).to_contain_text("proxy.txt")
    customer.reload()
    expect(customer.get_by_text("It still fails.")).to_be_visible()
    expect(customer.get_by_text("proxy")).to_have_count(0)

    # Offered, returned with a reason, offered again, claimed.
    offer(mira, "Nobody can sign in.")
    jon.locator("#acts summary", has_text="Return the offer").click()
    jon.get_by_label("Why it goes back").fill("Which proxy?")
    jon.get_by_role("button", name="Return it").click()
    expect(mira.locator("#conversation")).to_contain_text("returned the offer to L2")
    offer(mira, "")
    jon.get_by_role("button", name="Claim").click()
    expect(mira.locator("#state")).to_contain_text("Jon")
    expect(mira.locator(".ladder .holds")).to_contain_text("held by Jon")

    # An open gap of a canned answer cannot be sent.
    mira.get_by_label("Canned answer").select_option("ask-account")
    mira.get_by_role("button", name="Insert").click()
    expect(mira.get_by_text("Still open: {answers.account}.")).to_be_visible()
    mira.get_by_role("button", name="Answer and resolve").click()
    expect(mira.get_by_role("alert")).to_contain_text("{answers.account} still stands in it")
    mira.get_by_label("Answer to the customer").fill("The proxy is mended.")
    mira.get_by_role("button", name="Answer and resolve").click()
    expect(mira.locator("#state")).to_contain_text("resolved")
    customer.reload()
    expect(customer.get_by_text("Solved.")).to_be_visible()
    timeline = [event["kind"] for event in api.get(f"/tickets/{number}/timeline").json()]
    wanted = ("workflow_used", "offered", "offer_returned", "claimed", "resolved")
    assert [kind for kind in timeline if kind in wanted] == [
        *("workflow_used", "offered", "offer_returned", "offered", "claimed", "resolved")
    ]


def offer(page: Page, impact: str) -> None:
    part = page.locator("#acts details", has=page.locator("summary", has_text="Escalate"))
    if not part.get_by_label("Impact").is_visible():
        part.locator("summary").click()
    if impact:
        part.get_by_label("Impact").fill(impact)
    part.get_by_role("button", name="Offer it", exact=True).click()
    expect(page.locator("#state")).to_contain_text("offered to L2")


def assert_at_hand(page: Page) -> None:
    """At 360 px the actions are there at once, above the conversation for the keyboard, below it for the thumb."""
    bar, sheet = page.get_by_role("navigation", name="At once"), page.get_by_role("dialog", name="Actions")
    for name in ("Escalate", "More"):
        expect(bar.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    bar.get_by_role("button", name="Escalate").press("Enter")
    expect(sheet.locator("#escalate-to")).to_be_focused()
    assert_accessible(page)
    assert_fits(page)
    page.keyboard.press("Escape")
    expect(bar.get_by_role("button", name="Escalate")).to_be_focused()
    expect(sheet).to_have_count(0)

    bar.get_by_role("button", name="More").click()
    sheet.locator("summary", has_text="Assign").click()
    sheet.locator("#assignee").select_option("mira")
    sheet.get_by_role("button", name="Assign").click()
    expect(page.locator("#state")).to_contain_text("Mira")
    expect(sheet).to_have_count(0)

    bar.get_by_role("link", name="Answer").click()
    expect(page.get_by_label("Answer to the customer")).to_be_focused()
    expect(bar).to_be_hidden()
    page.keyboard.press("Escape")
    expect(bar).to_be_visible()
    clipped = """bar => {
        const shown = [..."Übernehmen Antworten Eskalieren Mehr".split(" ")].map(word => {
            const each = bar.lastElementChild.cloneNode(); each.textContent = word; return each; });
        bar.replaceChildren(...shown);
        return shown.filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent); }"""
    assert bar.evaluate(clipped) == [], "German words are longer"


def test_split_merge_relate_and_the_customers_page_on_a_small_screen_too(api: httpx.Client, window: Any) -> None:
    number = opens(api, "Printer on fire", "It burns.", "milton@initech.example")
    api.post(f"/tickets/{number}/messages", json={"text": "And my stapler is gone."}).raise_for_status()
    theirs = opens(api, "Printer smokes", "Since noon.", "gavin@hooli.example")
    page = window("mira", viewport={"width": 360, "height": 740}, color_scheme="dark")
    page.goto(f"/tickets/{number}")
    assert_at_hand(page)
    page.locator("#acts summary", has_text="Merge, split, relate").click()

    page.get_by_label("Merge into ticket").fill(f"#{theirs}")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(f"#{number} is of Initech")
    expect(page.get_by_role("button", name="Merge anyway")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)

    page.get_by_role("checkbox", name="And my stapler is gone.").check()
    page.get_by_label("What the new ticket is about").fill("Stapler")
    page.get_by_role("button", name="Split off").click()
    expect(page.locator("#conversation")).to_contain_text("split #")
    expect(page.locator("#about")).to_contain_text("Stapler")

    page.locator("#acts summary", has_text="Merge, split, relate").click()
    page.get_by_label("Ticket", exact=True).fill(str(theirs))
    page.get_by_label("This is").select_option("duplicate_of")
    page.get_by_role("button", name="Relate", exact=True).click()
    expect(page.locator("#about")).to_contain_text("duplicate of")
    page.locator("#about").get_by_role("button", name=f"Remove the relation to #{theirs}").click()
    expect(page.locator("#about")).not_to_contain_text("duplicate of")
    assert page.evaluate("scrollY") > 0  # what came of it is said where the reader is
    expect(page.locator("#messages .message")).to_be_in_viewport(ratio=1)

    for address in (f"/tickets/{theirs}", "/policy/workflows", "/people/customers"):
        page.goto(address)
        assert_accessible(page)
        assert_fits(page)
    page.get_by_role("link", name="Initech", exact=True).click()
    expect(page.get_by_role("link", name="Printer on fire")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="Link to their requests").first.click()
    customer = window(viewport={"width": 360, "height": 740})
    customer.goto(page.locator("pre code").inner_text())
    expect(customer.get_by_text("Your requests")).to_be_visible()
    assert_accessible(customer)
    assert_fits(customer)

    # What the server draws is dark where the page is.
    page.goto("/on-call")
    paper = page.locator(".picture .fill-paper").first
    expect(paper).to_be_attached()
    expect(paper).not_to_have_css("fill", "rgb(255, 255, 255)")
    expect(page.locator(".picture .fill-ink").first).not_to_have_css("fill", "rgb(28, 37, 48)")
