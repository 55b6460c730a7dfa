"""The first-run guide."""

import html
import re
from typing import Any

import pytest

from rung.escalation.ticker import look_at_all_due
from rung.people import sign_in
from rung.people.clock import database_now
from rung.people.models import Agent
from rung.policies.models import PolicyVersion
from rung.policies.versions import compiled, current_number
from rung.tickets.models import Ticket
from rung.web.setup.name_and_hours import policy_text
from tests.web.pages import source

DESK = {
    "name": 'Acme "support"',
    "time_zone": "Europe/Berlin",
    "opens": "08:30",
    "closes": "17:00",
    "country": "DE",
}


@pytest.fixture
def new(desk: Any) -> None:
    """Nobody has written a policy yet."""
    PolicyVersion.objects.all().delete()
    compiled.cache_clear()


def test_a_new_desk_leads_its_owner_to_the_guide(signed_in: Any, desk: Any) -> None:
    assert 'href="/start"' in signed_in("olga").get("/").content.decode()
    assert 'href="/start"' not in signed_in("ben").get("/").content.decode()


def test_the_desk_gets_its_name_hours_and_holidays(signed_in: Any, new: None) -> None:
    signed_in("olga").post("/start/desk", DESK)
    policy = compiled(current_number()).policy
    assert policy.name == 'Acme "support"'
    assert policy.timezone == "Europe/Berlin"
    office = policy.calendars["office"]
    document = office.frozen([2026])
    assert document["timezone"] == "Europe/Berlin"
    assert "2026-10-03" in [str(day) for day in document["holidays"]]  # type: ignore[attr-defined]
    assert "# `always` (24x7) is built in" in PolicyVersion.objects.get(is_current=True).text


def test_backwards_hours_are_refused(signed_in: Any, desk: Any) -> None:
    answer = signed_in("olga").post("/start/desk", DESK | {"closes": "08:00"})
    assert answer.status_code == 422
    assert "It must end after it starts." in answer.content.decode()


def test_the_first_step_is_filled_in_with_what_was_said_and_never_undoes_what_came_after(
    signed_in: Any, new: None
) -> None:
    olga = signed_in("olga")
    olga.post("/start/desk", DESK)
    page = olga.get("/start").content.decode()
    assert 'value="Acme &quot;support&quot;"' in page
    assert 'value="08:30"' in page
    assert olga.post("/start/desk", DESK | {"name": "Acme two"}, follow=True).status_code == 200
    assert compiled(current_number()).policy.name == "Acme two"
    second, seen = current_number(), DESK | {"name": "Acme three", "seen": 1}
    assert "nothing is overwritten" in olga.post("/start/desk", seen, follow=True).content.decode()
    PolicyVersion.objects.filter(number=second).update(reason="By hand")
    page = olga.post("/start/desk", DESK | {"name": "Acme four"}, follow=True).content.decode()
    assert "nothing is overwritten" in page
    assert "the guide leaves it alone" in page
    assert current_number() == second


def test_people_are_invited_with_links_at_their_levels_that_are_there_after_a_reload(signed_in: Any, desk: Any) -> None:
    olga = signed_in("olga")
    ada = {"name-1": "Ada Lind", "email-1": "Ada.Lind@acme.example", "level-1": "L2"}
    page = olga.post("/start/invite", ada | {"email-2": "nonsense", "name-3": "Kim", "own-level": "L1"})
    agent = Agent.objects.get(handle="ada.lind")
    assert (agent.level, [team.name for team in agent.teams.all()]) == ("L2", ["specialists"])
    assert agent.time_zone == "Europe/Berlin"  # the policy's
    shown = page.content.decode()
    assert shown.count("/sign-in/") == 1
    assert "“nonsense” is no address" in shown
    assert 'value="nonsense"' in shown
    assert "Kim needs an e-mail address." in shown
    assert Agent.objects.get(handle="olga").level == "L1"

    again = olga.post("/start/invite", ada, follow=True).content.decode()  # the same form once more
    assert "has it already" not in again
    (word,) = re.findall(r"/sign-in/(\S+?)<", again)
    assert sign_in.redeem_link(word, now=database_now()) == agent
    assert "/sign-in/" not in olga.get("/start").content.decode()  # it was used


def test_a_step_is_put_off_with_one_click_and_the_guide_goes_on(signed_in: Any, new: None) -> None:
    olga = signed_in("olga")
    Agent.objects.exclude(handle="olga").delete()
    olga.post("/start/desk", DESK)
    assert _open_steps(olga) == ["people", "test"]
    assert "it goes on where you left off" in olga.get("/").content.decode()
    olga.post("/start/skip", {"step": "people"})
    assert _open_steps(olga) == ["channel", "test"]
    olga.post("/start/skip", {"step": "channel"})
    olga.post("/start/skip", {"step": "nonsense"})
    assert _open_steps(signed_in("olga")) == ["test"]  # another browser, tomorrow
    assert "In three minutes you see" in olga.get("/").content.decode()
    olga.post("/start/send")
    assert "In three minutes you see" not in olga.get("/").content.decode()


def _open_steps(client: Any) -> list[str]:
    page = source(client.get("/start"))
    return re.findall(r'<li class="card[^"]*" id="(\w+)"><details open>', page)


@pytest.mark.parametrize(
    ("way", "shows"),
    [
        ("slack", "From a manifest"),
        ("mail", "Customers write to"),
        ("form", "No request received yet."),
        ("api", "curl http://testserver/api/v1/tickets"),
        ("nonsense", "Where do your customers write?"),
    ],
)
def test_each_channel_is_connected_within_the_guide(signed_in: Any, desk: Any, way: str, shows: str) -> None:
    assert shows in html.unescape(signed_in("olga").get(f"/start?way={way}").content.decode())


def test_a_form_of_the_guide_leads_back_to_it(signed_in: Any, desk: Any) -> None:
    olga = signed_in("olga")
    for address, form in (
        ("/inboxes/slack", {"do": "connect", "token": "xoxb-1"}),
        ("/settings/mail", {"do": "nonsense"}),
    ):
        answer = olga.post(address, form | {"back": "guide"})
        assert answer.headers["Location"].startswith("/start?way=")
        assert "/start" not in olga.post(address, form).headers["Location"]


def test_a_test_ticket_runs_on_a_clock_of_seconds_and_no_other_does(signed_in: Any, opened: Any) -> None:
    olga = signed_in("olga")
    before = current_number()
    answer = olga.post("/start/send")
    number = int(answer.headers["Location"].rpartition("/")[2])
    look_at_all_due()
    page = olga.get(f"/tickets/{number}").content.decode()
    assert "Escalates to L2" in page
    assert current_number() == before
    assert Ticket.objects.get(number=opened()).policy == before
    olga.post("/start/send")
    assert PolicyVersion.objects.count() == 2  # the fast one is kept once
    for _ in range(2):
        olga.post("/start/send", {"once": "pressed twice"})
    assert Ticket.objects.filter(tags__contains=["test"]).count() == 3


def test_the_text_stays_a_policy_whatever_the_desk_is_called() -> None:
    from datetime import time

    from rung.policies.reading import read_policy

    given = DESK | {"name": "Ä: {} # \\1", "opens": time(9), "closes": time(17), "country": ""}
    policy, findings = read_policy(policy_text(given), "policy")
    assert policy is not None, findings
    assert policy.name == "Ä: {} # \\1"
