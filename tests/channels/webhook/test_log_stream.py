"""The log of changes goes out to an endpoint: all of it, in order, whatever happens in between."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import transaction
from typer.testing import CliRunner

from rung.channels.webhook.command import commands
from rung.channels.webhook.models import Endpoint
from rung.channels.webhook.sorting import send_waiting
from rung.core import actors
from rung.people import changes
from rung.people.changes import UntoldChange
from rung.people.clock import database_now
from rung.people.models import Agent, Team
from tests.fakes.hooks import Hooks

pytestmark = pytest.mark.django_db


@pytest.fixture
def siem() -> Iterator[Hooks]:
    endpoint = Endpoint(name="siem", url="http://127.0.0.1:1/siem", created_at=database_now(), allow_private=True)
    secret = endpoint.renew_secret()
    hooks = Hooks(secret)
    hooks.start()
    endpoint.url = f"http://127.0.0.1:{hooks.port}/siem"
    endpoint.save()
    yield hooks
    hooks.stop()


def changed(name: str) -> None:
    changes.note("added", Team.objects.create(name=name), by=actors.agent("olga"))


def told(hooks: Hooks) -> list[str]:
    return [str(one["data"]["subject"]) for one in hooks.received.values()]


def test_changes_go_out_from_when_an_owner_says_so(siem: Hooks) -> None:
    changed("before")
    assert "siem" in CliRunner().invoke(commands, ["log", "siem"]).stdout
    changed("one")
    changed("two")
    assert send_waiting()
    assert told(siem)[-2:] == ["team:one", "team:two"]
    assert "team:before" not in told(siem)
    last = list(siem.received.values())[-1]
    assert (last["type"], last["data"]["by"], last["data"]["what"]) == ("log.changed", "agent:olga", "added")
    assert not UntoldChange.objects.exists()
    CliRunner().invoke(commands, ["log", "--off"])
    changed("after")
    assert send_waiting()
    assert "team:after" not in told(siem)


def test_what_is_not_taken_waits_in_its_order(siem: Hooks) -> None:
    CliRunner().invoke(commands, ["log", "siem"])
    assert send_waiting()
    Endpoint.objects.update(disabled_at=database_now())
    for name in ("one", "two", "three"):
        changed(name)
    assert not send_waiting()
    assert UntoldChange.objects.count() == 3
    Endpoint.objects.update(disabled_at=None, url="http://127.0.0.1:1/siem")  # nobody listens
    assert not send_waiting()
    assert UntoldChange.objects.count() == 3
    Endpoint.objects.update(url=f"http://127.0.0.1:{siem.port}/siem")
    assert send_waiting()
    assert told(siem)[-3:] == ["team:one", "team:two", "team:three"]


def test_what_was_taken_back_is_not_told(siem: Hooks) -> None:
    CliRunner().invoke(commands, ["log", "siem"])
    with suppress(RuntimeError), transaction.atomic():
        changed("never")
        raise RuntimeError
    assert send_waiting()
    assert "team:never" not in told(siem)


def test_no_secret_goes_out(siem: Hooks) -> None:
    CliRunner().invoke(commands, ["log", "siem"])
    agent = Agent.objects.create_user("sam@desk.example", "a password of sam", handle="sam", name="Sam")
    changes.note("added", agent, by=actors.SYSTEM)
    assert send_waiting()
    assert agent.password not in str(siem.received)


def test_an_endpoint_that_is_none_is_refused() -> None:
    refused = CliRunner().invoke(commands, ["log", "nobody"])
    assert refused.exit_code == 1
    assert "rung webhook list" in refused.output
