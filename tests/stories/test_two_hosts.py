"""Two hosts work on one PostgreSQL; one is cut off in the middle and comes back: nothing lost, nothing said twice."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from rung.config.parent_death import tied_to_us
from tests.stories.hosts import Host, Spread, two_hosts, why_not
from tests.stories.judging import ESCALATED, judge, tell
from tests.stories.site import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(reason := why_not()), reason=reason or "there are hosts")]

TICKETS = 12


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    with two_hosts() as hosts:
        yield hosts


@pytest.fixture
def site(hosts: tuple[Host, Host]) -> Iterator[Spread]:
    site = Spread(hosts)
    try:
        site.lease = 5  # seconds until a courier that is cut off is believed dead
        site.build()
        site.start("web", "ticker", "courier", "ticker-b", "courier-b")
        for part in site.started:
            site.is_up(part)
        with site.counting_connections():
            yield site
    finally:
        site.tear_down()


def budgets() -> dict[str, int]:
    """What docs/how-to/run-on-several-machines.md promises for one process of each part."""
    text = (REPOSITORY / "docs" / "how-to" / "run-on-several-machines.md").read_text()
    return {part: int(most) for part, most in re.findall(r"^\| `(\w+)` \| (\d+) \|", text, re.MULTILINE)}


def over_budget(counted: dict[str, int], budget: dict[str, int]) -> dict[str, int]:
    return {part: most for part, most in counted.items() if most > budget[part]}


def test_a_host_cut_off_in_the_middle_of_work_loses_nothing_and_says_nothing_twice(site: Spread) -> None:
    tickets = [site.opens(f"spread {n}") for n in range(TICKETS)]
    # The second host dies holding tickets: claimed, half looked at, never to be committed.
    stuck = subprocess.Popen(
        [*site.command_prefix("holder-b"), sys.executable, "-m", "tests.stories.holding"],
        env=site.environment,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=tied_to_us(),  # noqa: PLW1509  it only asks the kernel
    )
    assert stuck.stdout is not None
    held = int(stuck.stdout.readline())
    assert held > 0
    site.hosts[1].cut_off()

    site.eventually(lambda: all(site.has(ticket, "offered") for ticket in tickets))
    alone = tell(site, "while it was cut off")
    site.hosts[1].bring_back()
    stuck.kill()
    stuck.wait()

    beats = site.beats("ticker-b")
    site.eventually(lambda: site.beats("ticker-b") > beats)
    for ticket in tickets:
        site.acts(ticket, "claim", agent="ben")
        site.acts(ticket, "answer", agent="ben", text="Found it.", keep_open=True)
        site.acts(ticket, "resolve", agent="ben")
    # The first host goes home; the second does all the work.
    site.stop("ticker", within=10)
    site.stop("courier", within=10)
    last = tell(site, "after it came back")
    assert site.steps(last)[ESCALATED] == "fired"
    judge(site, *tickets, alone, last, courier_died=True)
    assert over_budget(site.most_connections(), budgets()) == {}
    for part in ("ticker-b", "courier-b", "web"):
        site.stop(part, within=10)
