"""What holds for every story of a ticket, whatever happens in it and whenever the ticker looks."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rung.core.calendar.moments import from_us
from rung.core.case import case as cases
from rung.core.case import events as e
from rung.core.case.fold import rebuild
from rung.core.reckoning.reckon import reckon
from rung.core.vocabulary import ClockName, Turn
from tests.core.stories import COMPILED, DESK, POLICY, Teller, stories

STEP_ORDER = {rule.id: [step.id for step in rule.steps] for rule in POLICY.rules}


def told(story, awake=None) -> Teller:
    teller = Teller()
    for place, (gap, move) in enumerate(story):
        teller.passes(gap, awake=awake is None or awake[place % len(awake)])
        teller.does(move)
    teller.look()
    return teller


@given(stories)
def test_looking_twice_changes_nothing(story):
    teller = told(story)
    again = reckon(teller.case, COMPILED, DESK, teller.now)
    assert again.events == ()
    assert again.notices == ()
    assert again.case == teller.case
    assert again.wake_at == teller.wake_at


@given(stories, st.lists(st.booleans(), min_size=1, max_size=6))
def test_a_rebuilt_case_equals_the_kept_one(story, awake):
    teller = told(story, awake)
    assert rebuild(teller.history) == teller.case
    assert cases.decode(cases.encode(teller.case)) == teller.case
    assert [e.decode(e.encode(event)) for event in teller.history] == teller.history


@given(stories, st.lists(st.booleans(), min_size=1, max_size=6))
def test_each_step_is_acted_upon_once_a_cycle_and_in_order(story, awake):
    teller = told(story, awake)
    fired = [event for event in teller.history if isinstance(event, e.StepFired)]
    assert max(Counter((f.rule, f.step, f.cycle) for f in fired).values(), default=1) == 1
    for rule, order in STEP_ORDER.items():
        for cycle in {f.cycle for f in fired if f.rule == rule}:
            places = [order.index(f.step) for f in fired if f.rule == rule and f.cycle == cycle and f.clock]
            assert places == sorted(places)


@given(stories, st.lists(st.booleans(), min_size=1, max_size=6))
def test_events_are_numbered_without_a_gap_and_never_go_back_in_time(story, awake):
    history = told(story, awake).history
    assert [event.number for event in history] == list(range(1, len(history) + 1))
    assert all(before.at <= after.at for before, after in pairwise(history))


@given(stories)
def test_nothing_is_due_before_it_is_asked_for(story):
    teller = told(story)
    if teller.wake_at is None:
        return
    early = reckon(teller.case, COMPILED, DESK, teller.wake_at - timedelta(microseconds=1))
    assert early.events == ()
    assert early.wake_at == teller.wake_at


@given(stories, st.lists(st.integers(1, 600), min_size=1, max_size=40))
def test_needless_looks_change_nothing(story, minutes):
    """However often the ticker looks in between, the same things happen at the same moments."""
    calm, nervous = told(story), Teller()
    for gap, move in story:
        end = nervous.now + gap
        for wait in minutes:
            if nervous.now + timedelta(minutes=wait) < end:
                nervous.passes(timedelta(minutes=wait), awake=True)
                nervous.look()
        nervous.passes(end - nervous.now, awake=True)
        nervous.does(move)
    nervous.look()
    assert nervous.history == calm.history


@given(stories, st.lists(st.booleans(), min_size=1, max_size=6))
def test_one_offer_a_look_goes_up_and_never_down(story, awake):
    teller = told(story, awake)
    levels = POLICY.paths["support"]
    by_look: dict[object, list[e.Offered]] = {}
    for event in teller.history:
        if isinstance(event, e.Offered) and event.by.startswith("rule:"):
            by_look.setdefault(event.at, []).append(event)
    for offers in by_look.values():
        places = [levels.index(offer.level) for offer in offers]
        assert places == sorted(places)


@given(stories, st.lists(st.booleans(), min_size=1, max_size=6))
def test_a_ticket_is_never_without_a_clock(story, awake):
    """Whoever's turn it is, some clock that a rule watches runs, or the ticket is over."""
    case = told(story, awake).case
    watched = {rule.clock for rule in POLICY.rules}
    if case.status.is_over:
        assert not case.running
    elif case.turn is Turn.OURS:
        assert watched & set(case.running)
    elif case.turn is Turn.CUSTOMER:
        assert ClockName.CUSTOMER_SILENCE in case.running
    else:
        assert ClockName.THIRD_PARTY_SILENCE in case.running


@given(stories)
def test_goals_are_judged_once_for_every_ended_cycle(story):
    teller = told(story)
    results = [result for event in teller.history if isinstance(event, e.CyclesJudged) for result in event.results]
    assert max(Counter((result.clock, result.cycle) for result in results).values(), default=1) == 1
    for result in results:
        assert result.met is None or result.met == (result.ran <= (result.goal or 0))


@settings(max_examples=50)
@given(stories)
def test_lateness_never_cascades(story):
    """After a long sleep, what an effect starts begins when it was applied, not when it should have been."""
    teller = told(story, [False])
    now = teller.now
    assert all(
        from_us(cycle.started_us) <= now and (event.due_at <= now)
        for event in teller.history
        if isinstance(event, e.StepFired)
        for cycle in teller.case.running.values()
    )
    assert all(event.at == now for event in teller.history if isinstance(event, e.StepFired))
