"""A finished cycle is judged once and for all by what was in force at its end, whenever somebody looks."""

from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rung.core.calendar.durations import Duration
from rung.core.case import events as e
from rung.core.case.fold import rebuild
from rung.core.log.imported import imported
from rung.core.log.record import recorded
from rung.core.policy.model import Target
from rung.core.receipt.receipt import receipt
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.earlier_case import EarlierCase
from rung.core.reckoning.reckon import reckon
from rung.core.replay.replay import replay_all
from rung.core.vocabulary import METRICS
from tests.core.stories import COMPILED, DESK, POLICY, Teller, gaps

#: Rules that act change the clocks whenever they act: what is compared here are the verdicts alone.
TARGETS = Compiled(msgspec.structs.replace(POLICY, rules=()))
#: Another version: other times, and another calendar.
OTHER = Compiled(
    msgspec.structs.replace(
        POLICY,
        rules=(),
        targets=(Target(first_response=Duration.parse("2h"), resolution=Duration.parse("1d"), calendar="office"),),
    )
)
VERSIONS = {0: TARGETS, 1: OTHER}
moves = st.sampled_from(
    [
        "customer", "customer asap", "customer outage", "automatic", "answer", "answer keep", "assign sam", "hold",
        "take turn", "resolve", "resolve silently", "reopen", "escalate L2", "claim", "priority low", "priority urgent",
        "tier", "category", "tag",
    ]
)  # fmt: skip
stories = st.lists(st.tuples(gaps, moves), max_size=12)

Verdict = tuple[str, int, int, float, float | None, bool | None]


class Ticket(Teller):
    """A desk whose ticker looks when it is told to."""

    def look(self) -> None:
        decision = reckon(self.case, VERSIONS[self.case.policy], DESK, self.now)
        self.case = decision.case
        self.history += decision.events
        self.wake_at = decision.wake_at

    def does(self, move: str) -> None:
        at, number = self.now, self.case.number + 1
        if move == "category":
            self.add(e.CategorySet(at=at, by="agent:sam", number=number, category="outage"))
        elif move == "publish":
            self.look()
            self.add(e.PolicyChosen(at=at, by="agent:lea", number=self.case.number + 1, version=1))
        elif move == "claim" and self.case.open_offer is None:
            return
        else:
            super().does(move)


def lived(story: list[tuple[timedelta, str]], looks: list[bool]) -> Ticket:
    """Looked at in every moment asked for, and after each move, or only where `looks` says so."""
    desk = Ticket()
    desk.look()
    for place, (gap, move) in enumerate(story):
        looking = looks[place % len(looks)]
        desk.passes(gap, awake=looking)
        desk.does(move)
        if looking:
            desk.look()
    desk.now += timedelta(days=40)
    desk.look()
    return desk


def verdicts(history: list[e.AnyEvent]) -> list[Verdict]:
    """(clock, when it started, when it ended, ran, goal, met), by their ends."""
    at = {event.number: event.at for event in history}
    found = [
        (result.clock, at[result.cycle], at[result.ended], result.ran, result.goal, result.met)
        for event in history
        if isinstance(event, e.CyclesJudged)
        for result in event.results
    ]
    return sorted(found, key=lambda each: (each[2], each[0], each[1]))


@settings(max_examples=150, deadline=None)
@given(stories, st.lists(st.booleans(), min_size=1, max_size=5))
def test_looked_at_early_late_or_never_the_verdicts_are_the_same(story, looks):
    early = verdicts(lived(story, [True]).history)
    assert verdicts(lived(story, looks).history) == early
    assert verdicts(lived(story, [False]).history) == early


@settings(max_examples=80, deadline=None)
@given(stories, stories, st.lists(st.booleans(), min_size=1, max_size=5))
def test_so_they_are_when_another_version_is_published_in_between(before, after, looks):
    story = [*before, (timedelta(minutes=3), "publish"), *after]
    assert verdicts(lived(story, looks).history) == verdicts(lived(story, [True]).history)


@settings(max_examples=150, deadline=None)
@given(stories)
def test_import_and_replay_judge_the_same_history_alike(story):
    desk = lived(story, [True])
    history = recorded("1", desk.history, lambda message, opens: e.TextFacts())
    taken_in = imported(history, 0, TARGETS, DESK, desk.now)
    assert verdicts(list(taken_in.events)) == verdicts(desk.history)
    assert rebuild(taken_in.events) == taken_in.case
    tally = replay_all([history], TARGETS, end=desk.now, roster=DESK)
    counted = {
        clock: (goals.met, goals.breached) for clock, goals in tally.targets.items() if goals.met + goals.breached
    }
    expected: dict[str, tuple[int, int]] = {}
    for clock, _start, _end, _ran, goal, met in verdicts(desk.history):
        if goal is not None:
            won, lost = expected.get(clock, (0, 0))
            expected[clock] = (won + bool(met), lost + (not met))
    assert counted == expected


@settings(max_examples=80, deadline=None)
@given(stories, st.lists(st.booleans(), min_size=1, max_size=5))
def test_the_receipt_says_what_was_judged(story, looks):
    desk = lived(story, looks)
    said = receipt(desk.history, TARGETS, DESK, desk.now)
    judged = {
        (result.clock, result.cycle): result
        for event in desk.history
        if isinstance(event, e.CyclesJudged)
        for result in event.results
    }
    for cycle in said.cycles:
        if cycle.ended and cycle.clock in METRICS:
            assert cycle.ran.total_seconds() == judged[cycle.clock, cycle.cycle].ran


def test_answered_in_time_and_made_urgent_a_minute_later_it_was_in_time():
    """An hour for normal tickets, a quarter of one for urgent ones; the ticker looks two minutes too late."""
    desk = Ticket()
    desk.look()
    for minutes, move in ((50, "answer"), (1, "priority urgent")):
        desk.passes(timedelta(minutes=minutes), awake=False)
        desk.does(move)
    desk.passes(timedelta(minutes=2), awake=False)
    desk.look()
    first = verdicts(desk.history)[0]
    assert (first[0], first[3], first[4], first[5]) == ("first_response", 3000.0, 3600.0, True)
    assert not any(isinstance(event, e.TargetMissed) for event in desk.history)


def test_what_the_customer_wrote_before_the_end_counts_also_where_nobody_had_looked():
    desk = Ticket()
    for minutes, move in ((5, "customer outage"), (20, "answer")):
        desk.passes(timedelta(minutes=minutes), awake=False)
        desk.does(move)
    desk.look()
    first = verdicts(desk.history)[0]
    assert (first[0], first[4], first[5]) == ("first_response", 900.0, False)


def test_every_cycle_of_an_offers_clock_is_in_the_receipt():
    desk = lived([(timedelta(minutes=5), "escalate L2"), (timedelta(minutes=4), "escalate management")], [True])
    desk.does("return")
    desk.look()
    said = receipt(desk.history, TARGETS, DESK, desk.now)
    offers = [cycle for cycle in said.cycles if cycle.clock == "unaccepted"]
    assert [(cycle.ended, cycle.elapsed.total_seconds()) for cycle in offers[:1]] == [(True, 240.0)]
    assert len(offers) == 3
    assert not offers[2].ended
    assert offers[2].started_at == desk.now


def test_what_a_new_target_puts_into_the_past_is_due_since_then():
    desk = Teller()
    desk.passes(timedelta(minutes=25), awake=True)
    desk.does("priority urgent")
    desk.passes(timedelta(seconds=3), awake=False)
    decision = reckon(desk.case, COMPILED, DESK, desk.now, EarlierCase(lambda: desk.history))
    steps = [event for event in decision.events if isinstance(event, e.StepFired)]
    fired = [step for step in steps if step.clock == "first_response"]
    assert fired
    assert {event.late for event in fired} == {timedelta(seconds=3)}
    assert all(event.due_at < desk.now - timedelta(seconds=3) for event in fired)
