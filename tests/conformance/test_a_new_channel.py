"""A channel is added by one folder and one line: pigeon post, which Rung has never heard of."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from rung.cli import app as commands
from rung.core.policy.completion import complete
from rung.escalation import ticker
from rung.escalation.roster_cache import RosterCache
from rung.intake import sort
from rung.outbox.courier import Courier, source
from rung.people.clock import database_now
from rung.people.models import ContactMethod
from rung.policies.outlets import outlets
from rung.policies.publishing import Published, publish
from rung.policies.reading import read_policy
from rung.tickets.actions import conversation
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Ticket
from tests.api.conftest import POLICY
from tests.conformance.pigeon import loft, sorting
from tests.web.conftest import desk, signed_in

__all__ = ["desk", "signed_in"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_pigeon")]
BY_PIGEON = "triage: {channel: pigeon:north}\n" + POLICY


def test_owners_find_it_in_the_settings_and_in_the_guide(signed_in: Any) -> None:
    olga = signed_in("olga")
    inboxes = olga.get("/settings").content.decode()
    assert "Pigeon post" in inboxes
    assert "Two lofts." in inboxes
    assert 'href="/inboxes/pigeon"' in inboxes
    assert "Loft south" in olga.get("/inboxes/pigeon").content.decode()
    assert "Loft south" in olga.get("/start?way=pigeon").content.decode()
    assert "Pigeons</a>" in olga.get("/settings/log").content.decode()
    assert signed_in("ben").get("/inboxes/pigeon").status_code == 403


def test_people_can_be_reached_by_it(signed_in: Any) -> None:
    ben = signed_in("ben")
    assert '<option value="pigeon">Pigeon post</option>' in ben.get("/you").content.decode()
    ben.post("/you/reached", {"channel": "pigeon", "address": "NOT A LOFT"})
    assert not ContactMethod.objects.filter(channel="pigeon").exists()
    ben.post("/you/reached", {"channel": "pigeon", "address": "south"})
    assert ContactMethod.objects.get(channel="pigeon").address == "south"


def test_a_policy_may_name_it_and_is_told_how() -> None:
    assert read_policy(BY_PIGEON, "policy.yaml")[0] is not None
    [finding] = read_policy(BY_PIGEON.replace("north", "NORTH"), "policy.yaml")[1]
    assert (finding.message, finding.hint) == ('"NORTH" is not a loft', "write pigeon:LOFT, in lower case")
    begun = POLICY + "triage:\n  channel: "
    assert '"pigeon:north"' in [option.word for option in complete(begun, len(begun), {}, outlets()).options]
    [unknown] = read_policy(BY_PIGEON.replace("pigeon:", "pidgeon:"), "policy.yaml")[1]
    assert unknown.hint == 'did you mean "pigeon"?'


def test_the_studio_takes_it(signed_in: Any) -> None:
    sam = signed_in("sam")
    form = {"at": "levels/L1", "_at": "", "team": "frontline", "channel": "pigeon:NORTH"}
    assert "is not a loft" in sam.post("/policy/form/preview", form).content.decode()
    assert "is not a loft" not in sam.post("/policy/form/preview", form | {"channel": "pigeon:north"}).content.decode()
    text = BY_PIGEON.replace("north", "NORTH")
    assert "is not a loft" in sam.post("/policy/findings", {"text": text}).content.decode()


def test_it_has_a_command_and_a_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    built, runner = commands.build("pigeon"), CliRunner()
    assert runner.invoke(built, ["pigeon", "list"]).output == "north south\n"
    assert "loft" not in runner.invoke(commands.build("doctor"), ["doctor"]).output
    monkeypatch.setattr(loft, "KNOWN", set())
    told = runner.invoke(commands.build("doctor"), ["doctor"])
    assert told.exit_code == 1
    assert "No loft is known; build one.\n" in told.output


def test_a_message_becomes_a_ticket_and_the_answer_flies_back(desk: Any, client: Any) -> None:
    assert isinstance(publish(BY_PIGEON, author="agent:sam", reason="pigeons", now=database_now()), Published)
    body = {"id": "ring-1", "loft": "south", "from": "Zoe", "text": "Our import has stopped"}
    for _twice in range(2):
        assert client.post("/pigeon/arrived", json.dumps(body), content_type="application/json").status_code == 202
    assert sort.sort_all_due() == 1
    ticket = Ticket.objects.get(channel="pigeon")
    courier = Courier(source())
    ticker.look_at_all_due(RosterCache())
    courier.send_all()
    [card] = loft.BROUGHT["north"].values()
    assert card.title == "Our import has stopped"

    conversation.answer(ticket.number, MessageText(text="We look at it."), by="agent:sam", now=database_now())
    loft.WEATHER.append("unseen")  # brought, but nobody saw it: the courier looks before it sends again
    for _look in range(3):
        ticker.look_at_all_due(RosterCache())
        courier.send_all()
    courier.close()
    [answer] = loft.BROUGHT["south"].values()
    assert "We look at it." in answer.text


def test_what_it_does_beside_the_sorter_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    sorting.BEGUN.clear()
    monkeypatch.setattr(sort.loop, "run", lambda _loop, stop: (sorting.BEGUN.wait(5), stop.set()))
    monkeypatch.setattr(sort.hooks, "folders", lambda: [sort.hooks.Folder("tests.conformance.pigeon")])
    sort.run(sort.threading.Event())
    assert sorting.BEGUN.is_set()
