"""The desk's own record replayed under another policy."""

from collections.abc import Iterator

import pytest

from rung.core import events as e
from rung.core.comparison import compare
from rung.core.policy_reader import read_policy
from rung.tickets.recorded import histories_since
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
