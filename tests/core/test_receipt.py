"""The receipt accounts for every second, and says what fired through which condition."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rung.core.case import events as e
from rung.core.case.fold import rebuild
from rung.core.oncall.roster import Roster
from rung.core.receipt.receipt import Why, receipt
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.reckon import reckon
from rung.core.vocabulary import ClockName
from rung.policies.reading import read_policy
from tests.core.stories import COMPILED, DESK, Teller, stories


def told(story, awake=(True,)) -> Teller:
    teller = Teller()
    for place, (gap, move) in enumerate(story):
        teller.passes(gap, awake=awake[place % len(awake)])
        teller.does(move)
    teller.look()
    return teller


@given(stories, st.integers(0, 5000))
def test_the_lines_add_up_to_the_elapsed_time(story, later):
    teller = told(story)
    now = teller.now + timedelta(minutes=later)
    for cycle in receipt(teller.history, COMPILED, DESK, now).cycles:
        assert sum((line.elapsed for line in cycle.lines), timedelta()) == cycle.elapsed
        assert cycle.ran + cycle.paused + cycle.outside == cycle.elapsed
        edges = [cycle.started_at] + [line.end for line in cycle.lines]
        assert [line.start for line in cycle.lines] == edges[:-1]
        assert edges[-1] == cycle.until


@given(stories)
def test_what_ran_is_what_was_judged(story):
    teller = told(story)
    found = {(c.clock, c.cycle): c for c in receipt(teller.history, COMPILED, DESK, teller.now).cycles}
    judged = [r for event in teller.history if isinstance(event, e.CyclesJudged) for r in event.results]
    for result in judged:
        assert (result.clock, result.cycle) in found
        assert found[result.clock, result.cycle].met == result.met


def test_a_weekend_is_outside_hours():
    teller = Teller()  # Thursday 16:20 in Berlin
    teller.passes(timedelta(days=4), awake=False)
    got = receipt(teller.history, COMPILED, DESK, teller.now)
    first = next(cycle for cycle in got.cycles if cycle.clock is ClockName.FIRST_RESPONSE)
    # Thursday 16:20-18:00, Friday 09:00-15:00, Monday 09:00-12:30 and 13:30-16:20.
    assert first.ran == timedelta(hours=1, minutes=40) + timedelta(hours=6) + timedelta(hours=6, minutes=20)
    assert first.goal == timedelta(hours=1)
    assert first.met is False
    assert first.lines[0].why is Why.RAN
    assert first.lines[1].why is Why.OUTSIDE


def test_it_says_why_a_rule_has_not_acted():
    teller = Teller()
    teller.passes(timedelta(minutes=1), awake=True)
    got = receipt(teller.history, COMPILED, DESK, teller.now)
    back = next(each for each in got.why_not if each.rule == "back")
    assert back.sentence == "its condition does not hold"
    assert [(part.fact, part.asked, part.was, part.holds) for part in back.parts] == [("reopens", ">= 2", "0", False)]
    assert got.next[0].rule == "taken"
    assert got.next[0].unless == "somebody takes it"


def test_it_says_through_which_condition_a_rule_fired():
    teller = Teller()
    teller.passes(timedelta(minutes=1), awake=True)
    teller.does("angry")
    teller.look()
    got = receipt(teller.history, COMPILED, DESK, teller.now)
    unhappy = next(each for each in got.fired if each.rule == "unhappy")
    assert [(part.fact, part.was) for part in unhappy.because] == [("emotion", "angry")]
    assert unhappy.late == timedelta(0)


def test_a_repeated_offer_waits_twice_as_long_in_the_receipt_as_in_the_engine():
    policy, findings = read_policy(
        "levels: {L1: {team: a}, L2: {team: b}}\npaths: {p: [L1, L2]}\n"
        "rules:\n  - {name: Taken, clock: unassigned, steps: [{at: 10m, escalate: next}]}\n"
        "  - {name: Again, clock: unaccepted, steps: [{at: 30m, escalate: next}]}\n",
        "policy.yaml",
    )
    assert policy is not None, findings
    compiled, roster = Compiled(policy), Roster(staffed=True)
    opened = e.Opened(at=datetime(2026, 11, 23, 9, tzinfo=UTC), by="customer:1", number=1)
    history: list[e.AnyEvent] = [opened]
    for minutes in (0, 10, 40):
        history += reckon(rebuild(history), compiled, roster, opened.at + timedelta(minutes=minutes)).events
    got = receipt(history, compiled, roster, opened.at + timedelta(minutes=65))
    sentences = [each.sentence for each in got.why_not if each.rule == "Again"]
    # The second offer was made at 09:40 and waits until 10:40.
    assert sentences == ["its clock has run 25 minutes of 1 hour, since each repeat of an offer waits twice as long"]
    assert [(each.rule, each.at) for each in got.next] == [("Again", opened.at + timedelta(minutes=100))]


@given(stories)
def test_every_stretch_names_the_event_that_began_it(story):
    teller = told(story)
    at = {event.number: event.at for event in teller.history}
    for cycle in receipt(teller.history, COMPILED, DESK, teller.now).cycles:
        for line in cycle.lines:
            assert at[line.event] <= line.start
            assert line.event >= cycle.cycle
