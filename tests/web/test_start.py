"""The first-run guide."""

from typing import Any

from rung.escalation.ticker import look_at_all_due
from rung.people.models import Agent
from rung.policies.models import PolicyVersion
from rung.policies.versions import compiled, current_number
from rung.tickets.models import Ticket
from rung.web.start import policy_text

DESK = {
    "name": 'Acme "support"',
    "time_zone": "Europe/Berlin",
    "opens": "08:30",
    "closes": "17:00",
    "country": "DE",
}


def test_a_new_desk_leads_its_owner_to_the_guide(signed_in: Any, desk: Any) -> None:
    assert 'href="/start"' in signed_in("olga").get("/").content.decode()
    assert 'href="/start"' not in signed_in("ben").get("/").content.decode()


def test_the_desk_gets_its_name_hours_and_holidays(signed_in: Any, desk: Any) -> None:
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


def test_people_are_invited_with_links_at_their_levels(signed_in: Any, desk: Any) -> None:
    page = signed_in("olga").post(
        "/start/invite",
        {
            "name-1": "Ada Lind",
            "email-1": "Ada.Lind@acme.example",
            "level-1": "L2",
            "email-2": "nonsense",
            "own-level": "L1",
        },
    )
    ada = Agent.objects.get(handle="ada.lind")
    assert (ada.level, [team.name for team in ada.teams.all()]) == ("L2", ["specialists"])
    assert ada.time_zone == "Europe/Berlin"  # the policy's
    assert page.content.decode().count("/sign-in/") == 1
    assert "nonsense" in page.content.decode()
    assert Agent.objects.get(handle="olga").level == "L1"


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


def test_the_text_stays_a_policy_whatever_the_desk_is_called() -> None:
    from datetime import time

    from rung.core.policy_reader import read_policy

    given = DESK | {"name": "Ä: {} # \\1", "opens": time(9), "closes": time(17), "country": ""}
    policy, findings = read_policy(policy_text(given), "policy")
    assert policy is not None, findings
    assert policy.name == "Ä: {} # \\1"
