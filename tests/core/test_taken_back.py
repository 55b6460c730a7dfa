"""An answer that is known not to have arrived ended nothing."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rung.core.case import events as e
from rung.core.case.fold import rebuild
from rung.core.receipt.receipt import receipt
from rung.core.receipt.text import as_text
from rung.core.vocabulary import Status, Turn, Undelivered
from tests.core.stories import COMPILED, DESK, Teller, gaps, moves


class Ticket(Teller):
    def takes_back(self, number: int) -> None:
        given = next(event for event in self.history if event.number == number)
        event = e.TakenBack(
            at=self.now,
            by="system",
            number=self.case.number + 1,
            event=number,
            why=Undelivered.BOUNCED,
            answered_at=given.at,
        )
        self.history.append(event)
        self.case = rebuild(self.history)
        self.wake_at = self.now


def answered_after(minutes: int, *, resolving: bool = False) -> Ticket:
    ticket = Ticket()
    ticket.passes(timedelta(minutes=minutes), awake=True)
    ticket.does("resolve" if resolving else "answer")
    ticket.look()
    return ticket


def test_its_cycle_goes_on_from_its_own_start_and_the_turn_is_ours() -> None:
    ticket = answered_after(50)
    assert ticket.case.turn is Turn.CUSTOMER
    number = next(event.number for event in ticket.history if isinstance(event, e.Answered))
    ticket.passes(timedelta(minutes=5), awake=True)
    ticket.takes_back(number)
    ticket.look()
    assert ticket.case.turn is Turn.OURS
    assert ticket.case.running["first_response"].number == 1
    assert ticket.case.first_answer_at is None
    ticket.passes(timedelta(minutes=5), awake=True)
    missed = [event for event in ticket.history if isinstance(event, e.TargetMissed)]
    assert [event.metric for event in missed] == ["first_response"]
    said = as_text(receipt(ticket.history, COMPILED, DESK, ticket.now), "UTC")
    assert "ANSWERS THAT DID NOT ARRIVE" in said


def test_what_was_crossed_before_anybody_knew_is_recorded_and_the_next_step_counts() -> None:
    """Reminded at 30 minutes of the hour; answered at 20, known at 40: the reminder is only recorded."""
    ticket = answered_after(20)
    number = next(event.number for event in ticket.history if isinstance(event, e.Answered))
    ticket.passes(timedelta(minutes=20), awake=True)
    ticket.takes_back(number)
    before = len(ticket.notices)
    ticket.look()
    fired = {event.step: event.outcome for event in ticket.history if isinstance(event, e.StepFired)}
    assert fired["remind.1"] is e.StepOutcome.OVERTAKEN
    assert [notice for notice in ticket.notices[before:] if notice.step == "remind.1"] == []
    ticket.passes(timedelta(minutes=20), awake=True)
    fired = {event.step: event.outcome for event in ticket.history if isinstance(event, e.StepFired)}
    assert fired["escalate.1"] is e.StepOutcome.FIRED


def test_a_resolution_that_nobody_heard_of_resolved_nothing() -> None:
    ticket = answered_after(10, resolving=True)
    assert ticket.case.status is Status.RESOLVED
    number = next(event.number for event in ticket.history if isinstance(event, e.Resolved))
    ticket.takes_back(number)
    ticket.look()
    assert ticket.case.status is Status.OPEN
    assert {"first_response", "resolution"} <= set(ticket.case.running)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(gaps, moves), max_size=10), st.integers(0, 9))
def test_taken_back_at_any_time_the_case_is_the_fold_of_its_events(story, which) -> None:
    ticket = Ticket()
    for gap, move in story:
        ticket.passes(gap, awake=True)
        ticket.does(move)
    ticket.look()
    answers = [event.number for event in ticket.history if isinstance(event, e.Answered)]
    if answers:
        ticket.takes_back(answers[which % len(answers)])
        ticket.look()
    assert rebuild(ticket.history) == ticket.case
