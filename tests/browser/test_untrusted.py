"""Names and words that are markup, run from right to left, or never end: nothing runs, and no page breaks."""

from base64 import b64encode
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MARKUP = '<img src=x onerror="window.ran=1">'
QUOTES = "\"><script>window.ran=1</script>'{{7*7}}"
TURNED = "\u202egnp.exe \u05e9\u05dc\u05d5\u05dd"
ENDLESS = "x" * 300
FAMILY = "👩‍👩‍👧‍👦" * 12
#: A PNG of one pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6360f8cf00000301010018dd8db0"
    "0000000049454e44ae426082"
)
POLICY = f"""\
name: {MARKUP!r}
timezone: UTC
teams: {{{MARKUP!r}: {{}}, {ENDLESS[:50]}: {{}}}}
levels:
  {MARKUP!r}: {{team: {MARKUP!r}, channel: 'slack:#<b>bold</b>', responsible_for: {MARKUP!r}}}
  {ENDLESS[:50]}: {{team: {ENDLESS[:50]}, responsible_for: {ENDLESS}}}
paths: {{{MARKUP!r}: [{MARKUP!r}, {ENDLESS[:50]}]}}
categories: {{{MARKUP!r}: {{text: [onerror]}}, other: {{}}}}
targets: [{{first_response: 8h, resolution: 3d}}]
rules: [{{name: {MARKUP!r}, clock: first_response, steps: [{{at: 100%, escalate: next, reason: time}}]}}]
replies: {{answer: {MARKUP!r}}}
workflows: {{{MARKUP!r}: {{when: {{text: [onerror]}}, ask: [{ENDLESS[:40]}], reply: answer, then: pending}}}}
"""
PAGES = (
    *("/", "/?as=list", "/tickets", "/tickets?q=onerror", "/escalations", "/for-you", "/on-call"),
    *("/policy", "/policy/edit", "/policy/edit/levels", "/policy/text", "/policy/versions", "/policy/workflows"),
    *("/people", "/people/customers", "/people/agents/hostile", "/people/agents/hostile/data", "/settings/log", "/ask"),
)


@pytest.fixture(scope="module")
def hostile(desk: Desk) -> Iterator[list[str]]:
    """Everything that has a name has one that is not. The addresses of what was made; the policy is put back."""
    key = desk.rung("token", "create", "hostile", "--role", "owner").strip()
    made = []
    with httpx.Client(
        base_url=f"http://localhost:{desk.port}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60
    ) as client:
        before = client.get("/policy").json()
        client.post("/policy", json={"text": POLICY, "reason": f"{MARKUP} {ENDLESS}"}).raise_for_status()
        person = {"handle": "hostile", "name": MARKUP, "email": "hostile@desk.example", "role": "lead"}
        client.post("/agents", json=person | {"level": MARKUP}).raise_for_status()
        for place, name in enumerate((MARKUP, QUOTES, TURNED, ENDLESS, FAMILY)):
            company = {"name": name[:120], "tier": name[:40], "domains": [f"hostile{place}.example"]}
            client.post("/customers", json=company).raise_for_status()
            files = [{"name": f"{name[:200]}.png", "data": b64encode(PIXEL).decode()}]
            who = {"name": name[:120], "email": f"a@hostile{place}.example"}
            asked = {"subject": name[:200], "body": f"{name} {MARKUP}", "requester": who}
            number = client.post("/tickets", json=asked).raise_for_status().json()["ticket"]
            more = {"text": name, "files": files}
            client.post(f"/tickets/{number}/messages", json=more).raise_for_status()
            client.post(f"/tickets/{number}/tags", json={"add": [name[:40]]}).raise_for_status()
            client.post(f"/tickets/{number}/note", json={"text": name}).raise_for_status()
            made += [f"/tickets/{number}", f"/tickets/{number}/why"]
        yield made
        client.post("/policy", json={"text": before["text"], "reason": "As it was"}).raise_for_status()


def test_nothing_runs_and_nothing_breaks_whatever_things_are_called(
    chromium: Browser, desk: Desk, hostile: list[str]
) -> None:
    context = chromium.new_context(base_url=f"http://localhost:{desk.port}", viewport={"width": 360, "height": 740})
    context.set_default_timeout(60_000)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("dialog", lambda dialog: wrong.append(f"{page.url}: {dialog.message}"))
    page.on("console", lambda said: wrong.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.goto(f"/sign-in/{desk.rung('person', 'link', 'owner').strip().rpartition('/')[2]}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("/")
    for address in (*hostile, *PAGES):
        page.goto(address)
        wrong += [f"{address}: {each}" for each in broken(page)]
    context.close()
    assert wrong == []


def broken(page: Page) -> list[str]:
    """What is wrong with the page as it stands, on a telephone and on a desk."""
    found = ["something ran"] if page.evaluate("'ran' in window") else []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"wider than {width} px")
    return found
