"""Agents, teams, customers, keys, and who is on call."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

from rung.people import tokens
from rung.people.clock import database_now
from rung.people.models import Absence, Agent, Customer, Override, Role, Team
from rung.policies.publishing import publish
from rung.tickets.models import Ticket
from tests.api.conftest import POLICY

ADA = {
    "handle": "ada",
    "name": "Ada Lind",
    "email": "Ada@desk.example",
    "role": "agent",
    "level": "L2",
    "skills": "sso, billing",
    "time_zone": "Europe/Berlin",
    "language": "de",
}
WITH_SCHEDULE = POLICY + (
    "schedules:\n  nights: {timezone: UTC, rotation: [sam, ben], every: 1d, from: 2026-11-02T09:00}\n"
)


def test_an_owner_adds_an_agent_and_sends_a_link(signed_in: Any, desk: Any) -> None:
    olga = signed_in("olga")
    team = Team.objects.get(name="specialists")
    olga.post("/people/agents/new", ADA | {"teams": [team.pk]})
    ada = Agent.objects.get(handle="ada")
    assert (ada.email, ada.level, ada.skills, list(ada.teams.all())) == (
        "ada@desk.example",
        "L2",
        ["sso", "billing"],
        [team],
    )
    page = olga.post("/people/agents/ada/link").content.decode()
    assert "/sign-in/" in page
    assert "Ada Lind" in signed_in("otto").get("/people").content.decode()


def test_a_refused_form_says_why_at_the_field(signed_in: Any, desk: Any) -> None:
    answer = signed_in("olga").post("/people/agents/new", ADA | {"handle": "Not A Handle"})
    assert answer.status_code == 422
    assert "lower-case letters" in answer.content.decode()


def test_a_handle_never_changes(signed_in: Any, desk: Any) -> None:
    signed_in("olga").post("/people/agents/ben", ADA | {"handle": "other", "is_active": "on"})
    assert Agent.objects.get(pk=desk["ben"].pk).handle == "ben"
    assert Agent.objects.get(pk=desk["ben"].pk).name == "Ada Lind"


def test_running_tickets_learn_of_a_customers_new_tier(signed_in: Any, opened: Any) -> None:
    customer = Customer.objects.create(name="Acme", tier="starter")
    number = opened(customer=customer)
    form = {"name": "Acme", "tier": "enterprise", "domains": "acme.example", "account_owner": ""}
    signed_in("sam").post(f"/people/customers/{customer.pk}/edit", form)
    assert b'"tier":"enterprise"' in bytes(Ticket.objects.get(number=number).snapshot)
    assert Customer.objects.get().domains == ["acme.example"]


def test_a_key_is_shown_once_and_ended(signed_in: Any, desk: Any) -> None:
    olga = signed_in("olga")
    form = {"name": "importer", "role": "agent", "once": once_in(olga.get("/people/keys"))}
    page = olga.post("/people/keys", form).content.decode()
    key = page[page.index("rung_") :].partition("<")[0]
    assert key in olga.post("/people/keys", form).content.decode()  # pressed twice, it is the same key
    elsewhere = form | {"once": once_in(olga.get("/people/keys"))}
    assert "There is a key of that name already." in olga.post("/people/keys", elsewhere).content.decode()
    token = tokens.find(key, now=database_now())
    assert token is not None
    assert key not in olga.get("/people/keys").content.decode()
    assert "Revoke the key “importer”?" in olga.post(f"/people/keys/{token.pk}/revoke").content.decode()
    assert tokens.find(key, now=database_now()) is not None
    olga.post(f"/people/keys/{token.pk}/revoke", {"sure": "1"})
    assert "It was already revoked." in olga.post(f"/people/keys/{token.pk}/revoke", follow=True).content.decode()
    assert tokens.find(key, now=database_now()) is None


def test_somebody_changes_how_they_see_and_hear(signed_in: Any, desk: Any) -> None:
    ben = signed_in("ben")
    ben.post("/you", {"name": "Ben", "time_zone": "America/New_York", "language": "en"})
    ben.post("/you/reached", {"channel": "email", "address": "ben@home.example"})
    page = ben.get("/you").content.decode()
    assert "ben@home.example" in page
    assert Agent.objects.get(handle="ben").time_zone == "America/New_York"


def test_a_swap_changes_who_is_on_call(signed_in: Any, desk: Any) -> None:
    publish(WITH_SCHEDULE, author="agent:sam", now=database_now())
    now = database_now()
    sam = signed_in("sam")
    assert "nights" in sam.get("/on-call").content.decode()
    form = {
        "schedule": "nights",
        "agent": desk["olga"].pk,
        "starts_at": (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
    }
    sam.post("/on-call/swap", form)
    assert "Olga now" in sam.get("/on-call").content.decode()
    assert "already" in sam.post("/on-call/swap", form).content.decode()
    sam.post(f"/on-call/swap/{Override.objects.get().pk}/remove")
    assert "Olga now" not in sam.get("/on-call").content.decode()


def test_absences_are_ones_own_or_a_leads_to_enter(signed_in: Any, desk: Any) -> None:
    form = {"starts_at": "2026-12-24T00:00", "ends_at": "2026-12-27T00:00", "reason": "holiday"}
    ben = signed_in("ben")
    assert ben.post("/on-call/away", form | {"agent": desk["sam"].pk}).status_code == 403
    ben.post("/on-call/away", form | {"agent": desk["ben"].pk})
    signed_in("sam").post("/on-call/away", form | {"agent": desk["olga"].pk})
    assert Absence.objects.count() == 2
    backwards = ben.post("/on-call/away", form | {"agent": desk["ben"].pk, "ends_at": "2026-12-20T00:00"})
    assert "It must end after it starts." in backwards.content.decode()


def test_an_empty_level_says_when_it_opens(signed_in: Any, desk: Any) -> None:
    desk["ben"].is_active = False
    desk["ben"].save()
    assert "nobody, and nobody is scheduled" in signed_in("otto").get("/on-call").content.decode()


def test_the_only_owner_stays_one(signed_in: Any, desk: Any) -> None:
    olga = signed_in("olga")
    form = {"name": "Olga", "email": "olga@desk.example", "role": "owner", "time_zone": "UTC", "language": "en"}
    for lost in ({**form, "role": "agent", "is_active": "on"}, form):
        answer = olga.post("/people/agents/olga", lost)
        assert answer.status_code == 422
        assert "only owner" in answer.content.decode()
    key = {"Authorization": f"Bearer {tokens.create('all', role=Role.OWNER)}"}
    for change in ({"role": "agent"}, {"is_active": False}):
        refused = olga.patch("/api/v1/agents/olga", change, content_type="application/json", headers=key)
        assert refused.status_code == 409
    Agent.objects.filter(handle="sam").update(role=Role.OWNER)
    assert olga.post("/people/agents/olga", {**form, "role": "agent", "is_active": "on"}).status_code == 302


def test_a_form_saved_over_another_save_says_what_changed_and_keeps_what_was_typed(signed_in: Any, desk: Any) -> None:
    sam, olga = signed_in("sam"), signed_in("olga")
    acme = Customer.objects.create(name="Acme", tier="silver", domains=["acme.example"])
    address = f"/people/customers/{acme.pk}/edit"
    stamp = shown_as(olga.get(address))
    saved = {"name": "Acme", "tier": "gold", "domains": "acme.example", "account_owner": str(desk["ben"].pk)}
    sam.post(address, saved | {"shown_as": shown_as(sam.get(address))})

    typed = {"name": "Acme", "tier": "bronze", "domains": "acme.example, acme.test", "account_owner": ""}
    refused = olga.post(address, typed | {"shown_as": stamp})
    page = unescape(refused.content.decode())
    assert refused.status_code == 422
    assert "Sam has saved this since you opened it." in page
    assert "Tier: “silver” has become “gold”; what you entered stands here." in page
    assert "Account owner: “–” has become “Ben”, which stands here now." in page
    assert "Mail domains" not in page[page.index("Sam has saved") : page.index("<label")]
    assert 'value="bronze"' in page
    assert "acme.example, acme.test" in page
    assert Customer.objects.get().tier == "gold"

    again = typed | {"account_owner": str(desk["ben"].pk), "shown_as": shown_as(refused)}
    assert olga.post(address, again).status_code == 302
    acme.refresh_from_db()
    assert (acme.tier, acme.account_owner) == ("bronze", desk["ben"])


def test_a_stale_form_about_people_in_a_team_is_refused_too(signed_in: Any, desk: Any) -> None:
    olga = signed_in("olga")
    stamp = shown_as(olga.get("/people/teams/frontline"))
    Team.objects.get(name="frontline").members.add(desk["ben"])
    form = {"name": "frontline", "members": [str(desk["sam"].pk)]}
    page = unescape(olga.post("/people/teams/frontline", form | {"shown_as": stamp}).content.decode())
    assert "This was saved elsewhere since you opened it." in page
    assert "Members: “Sam” has become “Ben, Sam”, which stands here now." in page
    assert Team.objects.get(name="frontline").members.count() == 2


def shown_as(answer: Any) -> str:
    """The stamp of the form on a page."""
    found = re.search(r'name="shown_as" value="([^"]+)"', answer.content.decode())
    assert found is not None
    return found[1]


def once_in(answer: Any) -> str:
    """The word of the form on a page."""
    found = re.search(r'name="once" value="([^"]+)"', answer.content.decode())
    assert found is not None
    return found[1]
