"""/live: open pages hear of what they show, and of nothing else."""

import asyncio

import httpx

from rung.config import live
from rung.web import passes


def ask(word: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(live.application)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            return await client.get("/live", params={"pass": word})

    return asyncio.run(asked())


def test_a_page_without_our_pass_is_refused_in_words() -> None:
    for word in ("", "made-up", passes.issue(["triage"])[:-1]):
        answer = ask(word)
        assert answer.status_code == 403
        assert answer.text == "This page's pass to /live is over; load the page again."


def test_a_page_hears_its_topics_once_each_however_often_they_change() -> None:
    async def heard() -> list[str]:
        page = live.Page(["triage", "ticket:1"])
        for topic in ("triage", "ticket:2", "triage", "ticket:1"):
            page.tell(topic)
        events = page.stream()
        return [await anext(events) for _ in range(3)]

    assert asyncio.run(heard())[1:] == ["event: changed\ndata: ticket:1\n\n", "event: changed\ndata: triage\n\n"]


def test_after_a_break_every_page_is_told_to_ask_again() -> None:
    async def heard() -> list[str]:
        page = live.Page(["triage"])
        page.tell(live.EVERYTHING)
        events = page.stream()
        return [await anext(events) for _ in range(2)]

    assert asyncio.run(heard())[1] == "event: changed\ndata: *\n\n"
