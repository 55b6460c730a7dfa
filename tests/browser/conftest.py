"""One desk for all browser tests, one Chromium for each module of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.desk import Desk, free_port


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk in which nothing has happened yet, with its owner's sign-in link unused."""
    desk = Desk(tmp_path_factory.mktemp("desk") / "data", free_port())
    desk.link()
    yield desk
    desk.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; playwright's own would be a download.

    Closed after each module: playwright keeps an event loop running, which asyncio.run and Django's ORM refuse.
    """
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
    assert found, "the browser tests need Chromium; on Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def cut_off(said: ConsoleMessage) -> bool:
    """Whether htmx tells of a request that a page was left in the middle of. Of one that fails otherwise the browser
    complains, too, and that counts."""
    return said.text.startswith(("htmx:afterRequest", "htmx:sendError"))


@pytest.fixture
def page(chromium: Browser, desk: Desk, tmp_path: Path) -> Iterator[Page]:
    """A page nobody is signed in on. The test fails if the browser complains of anything."""
    context = chromium.new_context(base_url=f"http://localhost:{desk.port}")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and not cut_off(said) and complaints.append(said.text))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    """The sessions of those who have signed in: links cost a process each."""
    return {}


@pytest.fixture(scope="module")
def refusals_are_faults() -> bool:
    """Whether an answer of 4xx that a browser notes in its console fails the test. A module may say otherwise."""
    return True


@pytest.fixture
def browser_of(
    chromium: Browser, desk: Desk, api: Any, known: dict[str, Any], refusals_are_faults: bool
) -> Iterator[Any]:
    """`browser_of("ben")`: a window with ben signed in; `browser_of()`: a stranger's. Complaints fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(handle: str = "", **options: Any) -> Page:
        address = f"http://localhost:{desk.port}"
        context = chromium.new_context(base_url=address, storage_state=known.get(handle), **options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if refusals_are_faults:
            page.on(
                "console",
                lambda said: (
                    said.type == "error" and not cut_off(said) and complaints.append(f"{said.text} {said.location}")
                ),
            )
        if handle and handle in known:
            page.goto("/")
        if handle and (handle not in known or "/account/login/" in page.url):
            page.goto(f"/sign-in/{desk.rung('person', 'link', handle).strip().rpartition('/')[2]}")
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("/")
            known[handle] = context.storage_state()
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def owner(page: Page, desk: Desk) -> Page:
    """The same page with the owner signed in."""
    page.goto(f"/sign-in/{desk.rung('person', 'link', 'owner').strip().rpartition('/')[2]}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("/")
    return page
