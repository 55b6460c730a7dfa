"""PostgreSQL ends and comes back while the desk has nothing to do: afterwards every part works again."""

from collections.abc import Iterator

import httpx
import pytest

from tests.stories.site import Site

pytestmark = pytest.mark.slow
PATHS = ("/ask", "/api/v1/tickets", "/healthz")
RECEIVED = """
    INSERT INTO intake_received
        (channel, external_id, inbox, lane, body, received_at, next_attempt_at, attempts, outcome)
    VALUES ('email', %s, '', 0, '{}', clock_timestamp(), clock_timestamp(), 0, '')
"""
LOOKED_AT = "SELECT 1 FROM intake_received WHERE external_id = %s AND outcome <> ''"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    site.build()
    yield site
    site.tear_down()


def sorts(site: Site, name: str) -> None:
    """What came in is looked at: here it is no mail, and the row says so."""
    site.change(RECEIVED, name)
    site.change("SELECT pg_notify('rung_sorter', '')")
    site.eventually(lambda: bool(site.rows(LOOKED_AT, name)))


def test_each_part_outlives_a_restart_while_it_is_idle(site: Site) -> None:
    site.start("web", "ticker", "courier", "sorter", "worker", "live")
    for part in ("web", "ticker", "courier", "sorter", "worker"):
        site.is_up(part)
    sorts(site, "before")
    pids = {name: process.pid for name, process in site.started.items()}

    site.database.stop()
    key = {"Authorization": f"Bearer {site.key}"}
    page, call, health = (httpx.get(f"{site.address}{path}", headers=key) for path in PATHS)
    assert [page.status_code, call.status_code, health.status_code] == [503, 503, 503]
    assert "The database does not answer" in page.text
    assert call.json() == {"error": "the database does not answer; try again in a few seconds"}
    assert health.headers["content-type"] == "application/json"
    assert page.headers["retry-after"] == call.headers["retry-after"] == "5"
    site.database.start()

    sorts(site, "after")
    number = site.opens("After the restart")
    site.eventually(lambda: site.has(number, "step_fired"))
    site.eventually(lambda: httpx.get(f"{site.address}/healthz").json().get("ok") is True)
    assert {name: process.pid for name, process in site.started.items() if process.poll() is None} == pids
    assert site.log("web").count("the database is away") == 1
    assert site.log("web").count("the database answers again") == 1
    assert "Traceback" not in site.log("web")
