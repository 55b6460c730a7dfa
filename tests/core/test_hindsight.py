"""What a channel tells late, or in another order, counts from when it was said; nobody is taken to have known it."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from rung.core.calendar.moments import from_us
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import fold, needs_rebuild, rebuild
from rung.core.case.late_events import LATEST, as_they_count
from rung.core.log.events import History
from rung.core.log.record import recorded
from rung.core.receipt.late_messages import told_late
from rung.core.receipt.receipt import receipt
from rung.core.reckoning.reckon import reckon
from rung.core.replay.replay import replay_all
from rung.core.replay.totals import Totals
from rung.core.vocabulary import ClockName, Kept, Turn
from tests.core.stories import COMPILED, DESK

HERE, ELSEWHERE = "slack:C1", "slack:C2"
TEN = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # ten in Berlin, on a working Thursday


def at(minute: float) -> datetime:
    return TEN + timedelta(minutes=minute)


class Desk:
    """Hears what it is told, and looks when it is asked to: as the door and the ticker do it."""

    def __init__(self) -> None:
        self.history: list[e.AnyEvent] = []
        self.case = Case()
        self.now = TEN

    def hears(self, event: e.AnyEvent, minute: float) -> None:
        self.now = max(self.now, at(minute))
        numbered = e.decode(e.encode(_numbered(event, len(self.history) + 1, self.now)))
        self.history.append(numbered)
        if needs_rebuild(self.case, numbered):
            self.case = rebuild(self.history)
        else:
            fold(self.case, numbered)
        assert self.case == rebuild(self.history)  # what `rung audit` asks

    def looks(self, minute: float) -> None:
        self.now = max(self.now, at(minute))
        decision = reckon(self.case, COMPILED, DESK, self.now)
        self.history += decision.events
        self.case = decision.case
        assert self.case == rebuild(self.history)
        assert reckon(self.case, COMPILED, DESK, self.now).events == ()

    def clocks(self) -> dict[str, datetime]:
        """The open clocks and when each began."""
        return {str(clock): from_us(cycle.started_us) for clock, cycle in self.case.running.items()}

    def fired(self) -> list[tuple[str, str, int]]:
        return [(one.rule, one.step, one.cycle) for one in self.history if isinstance(one, e.StepFired)]

    def offers(self) -> list[str]:
        return [type(one).__name__ for one in self.history if isinstance(one, e.Offered | e.OfferWithdrawn)]

    def verdicts(self) -> list[tuple[str, int, bool | None]]:
        judged = [one for one in self.history if isinstance(one, e.CyclesJudged)]
        return [(str(each.clock), each.cycle, each.met) for one in judged for each in one.results]


def _numbered(event: e.AnyEvent, number: int, told_at: datetime) -> e.AnyEvent:
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return type(event)(**{**fields, "number": number, "at": told_at})


def asks(minute: float, place: str = HERE) -> e.Opened:
    return e.Opened(at=TEN, by="customer:1", said=e.Said(at(minute), place))


def writes(minute: float, place: str = HERE) -> e.CustomerWrote:
    return e.CustomerWrote(at=TEN, by="customer:1", said=e.Said(at(minute), place))


def answers(minute: float, place: str = HERE, kept: Kept | None = None) -> e.Answered:
    return e.Answered(at=TEN, by="agent:sam", said=e.Said(at(minute), place), kept=kept)


def told(*each: tuple[e.AnyEvent, float]) -> Desk:
    desk = Desk()
    for event, minute in each:
        desk.hears(event, minute)
    return desk


def test_a_message_written_before_the_answer_and_told_after_it_is_no_new_turn():
    desk = told((asks(0), 0), (answers(10), 10), (writes(5), 12))
    assert desk.case.turn is Turn.CUSTOMER
    assert desk.clocks() == {
        "resolution": at(0), "unassigned": at(0), "at_level": at(0), "update": at(10), "customer_silence": at(10),
    }  # fmt: skip


def test_written_after_the_answer_it_is_our_turn_from_when_it_was_written():
    desk = told((asks(0), 0), (answers(10), 10), (writes(15), 40))
    assert desk.case.turn is Turn.OURS
    assert desk.clocks()["next_response"] == at(15)
    assert desk.case.attempts == 1


def test_an_answer_told_after_the_message_that_followed_it_has_answered_the_first_one_only():
    desk = told((asks(0), 0), (writes(20), 21), (answers(10), 30))
    assert desk.case.turn is Turn.OURS
    assert desk.clocks()["next_response"] == at(20)
    assert desk.case.first_answer_at == at(10)


def test_whoever_answers_from_the_desk_has_not_read_what_it_was_not_told():
    """By arrival: taken as answered, the words would never be read by anybody."""
    from_the_desk = e.Answered(at=TEN, by="agent:sam")
    desk = told((asks(0), 0), (from_the_desk, 10), (writes(5), 30))
    assert desk.case.turn is Turn.OURS
    assert desk.clocks()["next_response"] == at(10)  # first answer at 10: since then this one stands unanswered


def test_an_answer_in_another_channel_is_none_to_words_it_did_not_stand_below():
    desk = told((asks(0), 0), (answers(10, ELSEWHERE), 10), (writes(5), 30))
    assert desk.case.turn is Turn.OURS


def test_an_answer_below_it_shows_that_the_desk_knew_before_it_acted():
    desk = told((asks(0), 0), (e.Answered(at=TEN, by="agent:sam"), 20), (writes(5), 30), (answers(10), 31))
    assert desk.case.turn is Turn.CUSTOMER
    assert desk.clocks()["customer_silence"] == at(10)


def test_an_answer_older_than_the_ticket_counts_from_its_opening_and_says_so():
    """A ticket made at 10 of an old message, that somebody had answered at 5."""
    desk = told((e.Opened(at=TEN, by="customer:1"), 10), (answers(5), 12))
    [late] = told_late(desk.history)
    assert (late.counts_from, desk.case.first_answer_at) == (at(10), at(10))
    assert late.sentence == "told 7 minutes after it was said: it counts from when the ticket was opened"


def test_what_was_ended_without_it_is_opened_again():
    for end in (e.Resolved(at=TEN, by="agent:sam"), e.Closed(at=TEN, by="rule:follow-up", why="no_answer")):
        desk = told((asks(0), 0), (end, 10), (writes(5), 30))
        assert desk.case.turn is Turn.OURS
        assert desk.case.reopens == 1
        assert desk.clocks()["resolution"] == at(10)


def test_what_was_put_aside_without_it_is_ours_again():
    for aside in (
        e.Held(at=TEN, by="agent:sam", third_party="vendor"),
        e.Waited(at=TEN, by="agent:sam"),
        e.Snoozed(at=TEN, by="agent:sam", until=at(600)),
    ):
        desk = told((asks(0), 0), (aside, 10), (writes(5), 30))
        assert (desk.case.turn, desk.case.snoozed_until) == (Turn.OURS, None)


def test_the_first_message_may_be_told_after_the_second():
    desk = told((asks(3), 4), (writes(0), 6))
    assert desk.case.opened_at == at(0)
    assert desk.clocks()["first_response"] == at(0)


def test_a_clock_ahead_of_ours_is_not_believed_and_nothing_from_last_week():
    ahead = told((asks(10), 0))
    assert ahead.clocks()["first_response"] == at(0)
    old = e.CustomerWrote(at=TEN, by="customer:1", said=e.Said(at(50) - LATEST - timedelta(seconds=1), HERE))
    desk = told((asks(0), 0), (answers(10), 10), (old, 50))
    assert desk.case.turn is Turn.OURS
    assert desk.clocks()["next_response"] == at(50)


def test_an_outage_is_counted_from_when_the_customer_wrote():
    """An hour to answer, written at 0, told at 70: late already, and offered to the next level at once."""
    desk = told((asks(0), 70))
    desk.looks(70)
    assert [one.due_at for one in desk.history if isinstance(one, e.TargetMissed)] == [at(60)]
    assert desk.offers() == ["Offered"]


def test_a_false_alarm_is_taken_back_and_has_taken_no_turn():
    """Answered at 55 of 60 minutes, told at 65: the offer of minute 60 stays on the record and is withdrawn."""
    desk = told((asks(0), 0))
    desk.looks(0)
    desk.looks(30)
    desk.looks(60)
    assert desk.offers() == ["Offered"]
    before = desk.fired()
    desk.hears(answers(55), 65)
    desk.looks(65)
    assert desk.offers() == ["Offered", "OfferWithdrawn"]
    assert desk.case.turn is Turn.CUSTOMER
    assert desk.fired()[: len(before)] == before
    assert desk.verdicts()[-1] == ("first_response", 1, True)


def test_a_verdict_is_given_again_when_an_earlier_answer_comes_to_light():
    desk = told((asks(0), 0), (answers(70), 70))
    desk.looks(70)
    assert ("first_response", 1, False) in desk.verdicts()
    desk.hears(answers(50), 80)
    desk.looks(80)
    assert [each for each in desk.verdicts() if each[0] == "first_response"][-1] == ("first_response", 1, True)
    drawn = {each.clock: each for each in receipt(desk.history, COMPILED, DESK, desk.now).cycles}
    assert drawn[ClockName.FIRST_RESPONSE].ran == timedelta(minutes=50)
    assert drawn[ClockName.FIRST_RESPONSE].met is True


def test_a_clock_that_turns_out_to_run_since_earlier_fires_no_step_again():
    """Next response, 4 h: reminded at 3 h, in the cycle begun at 20; a message of minute 15 comes to light."""
    desk = told((asks(0), 0), (answers(10), 10), (writes(20), 20))
    desk.looks(20)
    desk.looks(20 + 180 + 60)  # with the hour of lunch between 12:30 and 13:30
    reminded = [each for each in desk.fired() if each[:2] == ("again", "remind.1")]
    assert reminded == [("again", "remind.1", desk.case.running[ClockName.NEXT_RESPONSE].number)]
    desk.hears(writes(15), 270)
    desk.looks(270)
    assert [each for each in desk.fired() if each[:2] == ("again", "remind.1")] == reminded
    assert desk.clocks()["next_response"] == at(15)


def test_twice_as_long_an_outage_is_twice_the_work():
    """All told at once after hours: each of the late words must not go through all that was told before it."""
    work = [_calls(partial(as_they_count, _outage(minutes))) for minutes in (200, 400)]
    assert work[1] < 2.2 * work[0]


def _outage(minutes: int) -> list[e.AnyEvent]:
    said = [asks(0), *(answers(at) if at % 3 == 0 else writes(at) for at in range(1, minutes))]
    return [_numbered(event, place + 1, at(minutes)) for place, event in enumerate(said)]


def _calls(done: Callable[[], object]) -> int:
    """How many functions were called for it."""
    calls = 0

    def count(_frame: object, what: str, _argument: object) -> None:
        nonlocal calls
        calls += what in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        done()
    finally:
        sys.setprofile(before)
    return calls


# --- whatever the order ---------------------------------------------------------------------------------------------

#: What is said, a minute or more apart: by the customer, or by an agent who passes the turn or keeps it.
conversations = st.lists(
    st.tuples(st.sampled_from(["asks", "answers", "keeps"]), st.integers(1, 90)), min_size=1, max_size=9
)


def _said(conversation: Sequence[tuple[str, int]]) -> list[e.AnyEvent]:
    minute, said = 0, [asks(0)]
    for who, gap in conversation:
        minute += gap
        said.append(writes(minute) if who == "asks" else answers(minute, kept=Kept.HOLDING if who == "keeps" else None))
    return said


def _opening(event: e.AnyEvent) -> e.AnyEvent:
    """What comes first opens; what the first one becomes when it comes later is one more message."""
    assert isinstance(event, e.CustomerWrote | e.Opened)
    kind = e.Opened
    return kind(at=event.at, by=event.by, said=event.said)


def _in_order(said: list[e.AnyEvent], order: list[int]) -> list[e.AnyEvent]:
    """As the channel tells it: an agent's answer is held back until something it may answer has come."""
    found: list[e.AnyEvent] = []
    held: list[e.AnyEvent] = []
    for place in order:
        event = said[place]
        if isinstance(event, e.Answered):
            asked = [each.said.at for each in found if not isinstance(each, e.Answered) and each.said]
            if not asked or (event.said and event.said.at < min(asked)):
                held.append(event)
                continue
            found.append(event)
            continue
        customers = e.CustomerWrote(at=event.at, by=event.by, said=getattr(event, "said", None))
        found.append(customers if found else _opening(customers))
        asked_at = min(each.said.at for each in found if not isinstance(each, e.Answered) and each.said)
        found += [each for each in held if getattr(each, "said", e.Said(TEN, "")).at >= asked_at]
        held = [each for each in held if getattr(each, "said", e.Said(TEN, "")).at < asked_at]
    return found


def _outcome(desk: Desk) -> tuple[object, ...]:
    case = desk.case
    return (case.turn, case.status, desk.clocks(), case.attempts, case.answers, case.first_answer_at, case.opened_at)


@given(conversations, st.data())
def test_any_order_of_telling_comes_to_the_same_turn_and_the_same_clocks(conversation, data):
    said = _said(conversation)
    order = data.draw(st.permutations(range(len(said))))
    end = 9 * 90 + 1
    at_once = told(*((event, (event.said.at - TEN).total_seconds() / 60) for event in said))
    late = told(*((event, end + place) for place, event in enumerate(_in_order(said, order))))
    assert _outcome(late) == _outcome(at_once)
    one, other = (_replayed(desk) for desk in (late, at_once))
    assert one == other


def _replayed(desk: Desk) -> dict[str, tuple[int, int]]:
    history = recorded("1", desk.history, lambda _message, _opens: e.TextFacts())
    assert isinstance(history, History)
    tally: Totals = replay_all([history], COMPILED, end=at(3000), roster=DESK)
    return {str(clock): (goals.met, goals.breached) for clock, goals in tally.targets.items()}


#: What people do at the desk itself, which knows what it was told and no more.
DEEDS = (
    e.Answered(at=TEN, by="agent:sam"),
    e.Answered(at=TEN, by="agent:sam", kept=Kept.BY_AGENT),
    e.Assigned(at=TEN, by="agent:sam", assignee="sam"),
    e.Held(at=TEN, by="agent:sam"),
    e.Waited(at=TEN, by="agent:sam"),
    e.Snoozed(at=TEN, by="agent:sam", until=at(200)),
    e.Resolved(at=TEN, by="agent:sam", message=1),
    e.Closed(at=TEN, by="agent:sam"),
    e.Noted(at=TEN, by="agent:sam"),
    None,
)


@given(conversations, st.lists(st.sampled_from(DEEDS), max_size=10), st.data())
def test_looks_in_between_are_all_on_the_record_and_none_acts_twice(conversation, deeds, data):
    """The desk looks after each telling, and knows no better; audit, receipt and a second look agree with it."""
    said = _said(conversation)
    order = data.draw(st.permutations(range(len(said))))
    desk = Desk()
    for place, event in enumerate(_in_order(said, order)):
        desk.hears(event, (event.said.at - TEN).total_seconds() / 60 + 7 * place)
        desk.looks(0)
        deed = deeds[place] if place < len(deeds) else None
        if deed is not None and not (desk.case.status.is_over and not isinstance(deed, e.Answered | e.Noted)):
            desk.hears(deed, (desk.now - TEN).total_seconds() / 60 + 2)
            desk.looks(0)
    if desk.case.turn is not Turn.OURS:
        # Somebody has said so since the customer's last words.
        last = max(each.said.at for each in said if not isinstance(each, e.Answered))
        acts = [one for one in desk.history if isinstance(one, e.Answered | e.Held | e.Waited | e.Resolved | e.Closed)]
        assert any((one.said.at if getattr(one, "said", None) else one.at) > last for one in acts)
    fired = desk.fired()
    assert len(set(fired)) == len(fired)
    drawn = receipt(desk.history, COMPILED, DESK, desk.now)
    assert {str(each.clock) for each in drawn.cycles if not each.ended} == set(desk.clocks())
    for cycle in drawn.cycles:
        assert sum((line.elapsed for line in cycle.lines), timedelta()) == cycle.elapsed
    judged = {
        (each.clock, each.cycle) for one in desk.history if isinstance(one, e.CyclesJudged) for each in one.results
    }
    assert all((each.clock, each.cycle) in judged for each in drawn.cycles if each.ended and each.goal is not None)
