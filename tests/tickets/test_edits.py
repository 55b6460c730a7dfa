"""A customer who corrects what they wrote has not written again."""

from collections.abc import Iterator

import pytest

from rung.core.case import case as cases
from rung.core.vocabulary import Automatic
from rung.tickets.actions import customer_edit
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Event
from tests.world import World, desk


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        yield world
        assert world.differences() == []


def case_of(case):
    return cases.decode(bytes(case.row.snapshot))


def edits(case, text, of=None):
    first = case.row.messages.order_by("pk").first().pk
    return customer_edit(case.number, MessageText(text=text), of=of or first, by=case.row.messages.get(pk=first).author)


def test_a_typo_mended_in_a_resolved_ticket_leaves_it_resolved(world: World) -> None:
    case = world.acme.writes("Our import stoped")
    case.answered("sam", "Fixed.", keep_open=False)
    case.does("resolve", by="agent:sam")
    edits(case, "Our import stopped")
    assert (case.row.status, case_of(case).reopens) == ("resolved", 0)
    assert "Our import stopped" in [message.text for message in case.row.messages.all()]


def test_a_phrase_of_the_policy_that_was_not_there_reopens_it_and_counts_as_no_reopening(world: World) -> None:
    case = world.acme.writes("Our import stoped")
    case.does("resolve", by="agent:sam")
    edits(case, "Our import stopped, everyone is down")
    assert (case.row.status, case_of(case).reopens) == ("open", 0)
    world.passes(seconds=1)
    assert case.row.priority == "urgent"


def test_it_is_no_attempt_and_passes_no_turn(world: World) -> None:
    case = world.acme.writes("Our import stoped")
    case.answered("sam", "Which version?", keep_open=False)
    edits(case, "Our import stopped")
    assert (case.row.turn, case_of(case).attempts) == ("customer", 0)


def test_what_counted_as_nobodys_words_becomes_a_message(world: World) -> None:
    case = world.acme.writes("Help")
    case.answered("sam", "Done?", keep_open=False)
    done = case.does("customer_message", MessageText(text="Away"), by=world.acme.by, automatic=Automatic.OUT_OF_OFFICE)
    edits(case, "It is broken again", of=done.message)
    assert case.row.turn == "ours"
    assert Event.objects.filter(ticket=case.number, kind="customer_wrote").count() == 2


def test_a_second_message_long_after_the_end_joins_the_first_ones_ticket(world: World) -> None:
    case = world.acme.writes("Our import stopped")
    case.does("resolve", by="agent:sam")
    world.passes(days=15)
    first = case.replied("It has stopped again")
    world.passes(minutes=1)
    second = case.replied("And the export too")
    assert first.continues == case.number
    assert second.ticket == first.ticket != case.number
