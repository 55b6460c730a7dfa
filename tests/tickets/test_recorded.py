"""The desk's own record replayed under another policy."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from django.db import transaction

from rung.core.case import case as cases
from rung.core.case import events as e
from rung.core.reckoning.look import Look
from rung.core.replay.comparison import compare
from rung.people.who_is_there import roster_at
from rung.policies.reading import read_policy
from rung.policies.versions import compiled
from rung.tickets import ticket_sql
from rung.tickets.histories import histories_of, histories_since, wanted_since
from rung.tickets.models import Event, Ticket
from rung.tickets.ticket_sql import NewEvent
from tests.world import MONDAY_MORNING, POLICY, World, desk


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        yield world


def test_what_people_did_is_kept_and_what_the_policy_concluded_is_not(world: World) -> None:
    case = world.acme.writes("The import has stopped")
    world.passes(minutes=90)
    case.answered("sam", "Hello")
    policy, _ = read_policy(POLICY, "policy")
    assert policy is not None
    (history,) = histories_since(MONDAY_MORNING, policy)
    assert [type(event) for event in history.events if not isinstance(event, e.Assigned)] == [e.Opened, e.Answered]
    assert histories_since(world.time.at, policy) == []


def test_the_record_is_heard_with_the_phrases_of_the_policy_that_is_tried(world: World) -> None:
    world.acme.writes("The import has stopped")
    world.passes(minutes=90)
    newer = POLICY.replace('text: ["everyone is down"]', 'text: ["has stopped"]')
    old, new = (read_policy(text, "policy")[0] for text in (POLICY, newer))
    assert old is not None
    assert new is not None
    before, after = histories_since(MONDAY_MORNING, old), histories_since(MONDAY_MORNING, new)
    found = compare(before, after, old, new, end=world.time.at)
    assert found.old.escalations == {"Nobody has answered": 1}
    assert found.new.escalations.get("Critical incident") == 1


def test_the_record_is_read_as_it_is_gone_through_and_ends_where_it_ended_when_it_was_asked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rung.tickets.histories._SHARE", 2)
    for number in range(5):
        world.acme.writes(f"The import has stopped {number}")
    policy, _ = read_policy(POLICY, "policy")
    assert policy is not None
    everything = histories_since(MONDAY_MORNING, policy)
    wanted = wanted_since(MONDAY_MORNING)
    assert (wanted.tickets, len(everything)) == (5, 5)
    assert wanted.events >= sum(history.rows for history in everything)

    world.acme.writes("One that comes while the others are gone through")
    read: list[int] = []
    stream = histories_of(wanted, policy, read.append)
    assert next(stream) == everything[0]
    assert read == []  # of the shares after the first one nothing is held yet
    assert list(stream) == everything[1:]
    assert read == [2, 4, 5]
    assert list(histories_of(wanted_since(MONDAY_MORNING, 3), policy)) == everything[:3]


def test_an_event_is_the_same_row_whether_an_action_the_ticker_or_an_import_writes_it(world: World) -> None:
    case = world.acme.writes("The import has stopped")
    ticket = Ticket.objects.get(number=case.number)
    odd = "tab\t, line\n, return\r, backslash \\, quotes \"', \\N and ümlaut"
    at = MONDAY_MORNING + timedelta(minutes=1)
    known = cases.decode(bytes(ticket.snapshot))
    first = e.Noted(at=at, by=odd, number=101, mentions=(odd,))
    with transaction.atomic():
        ticket_sql.write(ticket, known, [(first, odd)], (), at)
    ticket_sql.add_events([NewEvent(ticket.number, msgspec.structs.replace(first, number=102), odd + "2")])
    by_action, by_copy = Event.objects.filter(number__gt=100).order_by("number")
    assert (by_action.by, by_action.client_key, by_action.data["mentions"]) == (odd, odd, [odd])
    assert by_copy.client_key == odd + "2"
    assert (by_copy.at, by_copy.kind, by_copy.by) == (by_action.at, by_action.kind, by_action.by)
    assert by_copy.data == by_action.data | {"number": 102}


def test_a_ticket_is_the_same_row_whether_an_action_or_an_import_writes_it(world: World) -> None:
    number = world.acme.writes("The import has stopped").number
    ticket = Ticket.objects.get(number=number)
    case, now, version = cases.decode(bytes(ticket.snapshot)), world.time.at, ticket.policy
    with transaction.atomic():
        ticket_sql.write(ticket, case, [], (), now)
    first = {"subject": ticket.subject, "customer_id": ticket.customer_id, "requester_id": ticket.requester_id}
    first |= {"channel": ticket.channel, "inbox": ticket.inbox, "opened_at": ticket.opened_at}
    look = Look(case, compiled(version), roster_at(now), now)
    ticket_sql.add([ticket_sql.seen(number + 1000, look, now, now) | first])
    ticket_sql.update([ticket_sql.seen(number, look, now, None)])
    mine, imported = (Ticket.objects.filter(number=each).values().get() for each in (number, number + 1000))
    assert imported | {"number": number, "thread": mine["thread"]} == mine
