"""/live: open pages hear of what they show, and of nothing else."""

import asyncio

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from psycopg.conninfo import make_conninfo

from rung.config import data_folder, live
from rung.config.live_readers import Readers
from rung.frame import live_token
from rung.people.models import Agent


def ask(word: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(live.application)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            return await client.get("/live", params={"pass": word})

    return asyncio.run(asked())


def test_a_page_without_our_pass_is_refused_in_words() -> None:
    for word in ("", "made-up", live_token.issue(["triage"], 1)[:-1]):
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


@pytest.mark.django_db(transaction=True)
def test_whoever_is_deactivated_hears_no_more_and_is_not_let_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    given = connection.get_connection_params()
    url = make_conninfo(
        "", **{name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
    )
    monkeypatch.setattr(data_folder, "database_url", lambda _folder: url)
    monkeypatch.setattr(live, "readers", Readers())
    olga, sam = (Agent.objects.create_user(f"{name}@desk.example", handle=name, name=name) for name in ("olga", "sam"))

    async def lived() -> tuple[httpx.Response, int, httpx.Response]:
        transport = httpx.ASGITransport(live.application)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            listening = [
                asyncio.create_task(client.get("/live", params={"pass": live_token.issue(["triage"], agent.pk)}))
                for agent in (olga, sam)
            ]
            async with asyncio.timeout(60):
                while len(live.pages) < 2:
                    await asyncio.sleep(0.01)
            await sync_to_async(Agent.objects.filter(pk=olga.pk).update)(is_active=False)
            await live.end_pages_of_gone(older_than=0)
            ended = await asyncio.wait_for(listening[0], 60)
            still = len(live.pages)
            again = await client.get("/live", params={"pass": live_token.issue(["triage"], olga.pk)})
            listening[1].cancel()
            return ended, still, again

    ended, still, again = asyncio.run(lived())
    live.pages.clear()
    assert ended.status_code == 200
    assert still == 1
    assert again.status_code == 403
