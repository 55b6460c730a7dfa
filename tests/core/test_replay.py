"""A policy run over small recorded histories whose outcome is reckoned by hand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from rung.core.calendar import Calendar
from rung.core.calendar.durations import Duration, Threshold
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.log.events import History
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Actions, Attention, Fact, Is, Level, Policy, Quiet, Rule, Step, Target, Team
from rung.core.receipt.receipt import receipt
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.effects import Decision
from rung.core.reckoning.look_cache import LookCache
from rung.core.replay import ticket as replay_ticket
from rung.core.replay.replay import replay
from rung.core.replay.report import Report, as_json, report
from rung.core.replay.totals import Totals
from rung.core.vocabulary import ClockName, Kept, Priority, Reason

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def _history(*events: e.AnyEvent, ticket: str = "T1") -> History:
    return History(ticket, events, rows=len(events))


def _policy(*rules: Rule, target: Target | None = None) -> Policy:
    return Policy(
        name="Small",
        timezone="Europe/Berlin",
        calendars={},
        teams={"front": Team("front", "lea"), "back": Team("back")},
        levels={"L1": Level("L1", "front", channel="slack:#front"), "L2": Level("L2", "back", channel="slack:#back")},
        paths={"support": ("L1", "L2")},
        triage_channel="slack:#triage",
        targets=(target or Target(resolution=Duration.parse("4h")),),
        rules=rules,
    )


def _rule(clock: ClockName, *steps: tuple[str, Actions], name: str = "Rule") -> Rule:
    numbered = tuple(Step(f"{do.kind}.{place}", Threshold.parse(at), do) for place, (at, do) in enumerate(steps, 1))
    return Rule(name, name, clock, steps=numbered)


def _replayed(policy: Policy, *histories: History, end: datetime | None = None) -> Report:
    last = end or max(history.events[-1].at for history in histories)
    return report(replay(histories, policy, end=last), policy, end=last, rejected={})


OPENED = e.Opened(at=_at(0), by="customer:ann", requester="ann")


def test_goals_are_counted_when_their_cycle_ends() -> None:
    in_time = _history(OPENED, e.Resolved(at=_at(4), by="agent:sam"), ticket="in time")
    late = _history(OPENED, e.Resolved(at=_at(4.5), by="agent:sam"), ticket="late")
    waited = _history(
        OPENED,
        e.Waited(at=_at(1), by="agent:sam"),
        e.TurnTaken(at=_at(3), by="agent:sam"),
        e.Resolved(at=_at(6), by="agent:sam"),
        ticket="waited",
    )
    again = _history(
        OPENED,
        e.Resolved(at=_at(1), by="agent:sam"),
        e.Reopened(at=_at(2), by="customer:ann"),
        e.Resolved(at=_at(7), by="agent:sam"),
        ticket="again",
    )
    outcome = _replayed(_policy(), in_time, late, waited, again)
    goals = outcome.targets["resolution"]
    assert (goals.met, goals.breached, goals.running, goals.running_over) == (3, 2, 0, 0)
    assert [(worst.ticket, worst.over_seconds) for worst in outcome.worst[:2]] == [("again", 3600), ("late", 1800)]


def test_a_goal_used_up_at_closing_time_and_answered_in_the_night_is_missed_everywhere() -> None:
    office = Calendar.parse({"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}})
    policy = msgspec.structs.replace(
        _policy(target=Target(resolution=Duration.parse("4h"), calendar="office")), calendars={"office": office}
    )
    opened = e.Opened(at=_at(4), by="customer:ann", requester="ann", number=1)
    in_time = _history(opened, e.Resolved(at=_at(8), by="agent:sam"), ticket="in time")
    at_night = _history(opened, e.Resolved(at=_at(11), by="agent:sam", number=2), ticket="at night")
    outcome = _replayed(policy, in_time, at_night)
    goals = outcome.targets["resolution"]
    assert (goals.met, goals.breached) == (1, 1)
    assert (outcome.worst[0].ticket, outcome.worst[0].breaches) == ("at night", 1)
    told = receipt(at_night.events, Compiled(policy), Roster(staffed=True), _at(12))
    assert [cycle.met for cycle in told.cycles if cycle.clock is ClockName.RESOLUTION] == [False]
    running = _replayed(policy, _history(opened, ticket="open"), end=_at(8)).targets["resolution"]
    assert (running.running, running.running_over) == (0, 1)


def test_what_still_runs_at_the_end_of_the_log_is_running_or_already_over() -> None:
    long_ago = _history(OPENED, ticket="long ago")
    fresh = _history(e.Opened(at=_at(3), by="customer:bob"), ticket="fresh")
    goals = _replayed(_policy(), long_ago, fresh, end=_at(5)).targets["resolution"]
    assert (goals.met, goals.breached, goals.running, goals.running_over) == (0, 0, 1, 1)


def test_steps_fire_at_the_moments_the_policy_asks_for_and_not_after_the_end() -> None:
    rule = _rule(
        ClockName.UNASSIGNED,
        ("1h", Actions(remind="triage")),
        ("2h", Actions(notify=("lead",))),
        ("9h", Actions(tag=("x",))),
    )
    open_ticket = _history(OPENED, ticket="open")
    taken = _history(OPENED, e.Assigned(at=_at(1.5), by="agent:sam", assignee="sam"), ticket="taken")
    outcome = _replayed(_policy(rule), open_ticket, taken, end=_at(2))
    assert outcome.steps == {"Rule": {"remind.1": 2, "notify.2": 1, "tag.3": 0}}
    assert outcome.interruptions.per_channel == {"slack:#triage": 2}
    assert outcome.interruptions.per_person == {"lea": 1}
    # 10:00 and 11:00 UTC are 11 and 12 o'clock in Berlin.
    assert {hour: count for hour, count in outcome.interruptions.per_hour.items() if count} == {"11": 2, "12": 1}


def test_everything_at_one_moment_is_folded_before_the_policy_is_looked_at() -> None:
    rule = Rule("Once", "Once", when=Is(Fact.PRIORITY, ("urgent",)), do=Actions(notify=("lead",)), do_id="notify.1")
    history = _history(
        OPENED,
        e.PrioritySet(at=_at(1), by="agent:sam", priority=Priority.URGENT),
        e.PrioritySet(at=_at(1), by="agent:sam", priority=Priority.NORMAL),
    )
    assert _replayed(_policy(rule), history).steps == {"Once": {"notify.1": 0}}


def test_the_engines_conclusions_are_part_of_the_replayed_case() -> None:
    """An offer nobody can accept in a log stands until the ticket is resolved; it repeats at the last level."""
    rules = (
        _rule(ClockName.UNASSIGNED, ("1h", Actions(escalate="next", reason=Reason.TIME)), name="Take it"),
        _rule(ClockName.UNACCEPTED, ("1h", Actions(escalate="next", reason=Reason.TIME)), name="Accept it"),
    )
    history = _history(OPENED, e.Resolved(at=_at(5.5), by="agent:sam"))
    outcome = _replayed(_policy(*rules), history)
    # Offered at 1 h, again to the same last level at 2 h, then after twice the wait at 4 h.
    assert outcome.steps == {"Take it": {"escalate.1": 1}, "Accept it": {"escalate.1": 2}}
    assert outcome.escalations == {"L1": 0, "L2": 3}


def test_whoever_goes_on_working_on_a_ticket_a_rule_took_from_them_has_it_again() -> None:
    rule = _rule(ClockName.IDLE, ("1h", Actions(unassign=True)))
    history = _history(
        OPENED,
        e.Assigned(at=_at(0), by="agent:sam", assignee="sam"),
        e.Noted(at=_at(3), by="agent:sam"),
        e.Resolved(at=_at(5), by="agent:sam"),
    )
    assert _replayed(_policy(rule), history).steps == {"Rule": {"unassign.1": 2}}


def test_a_ticket_the_policy_closed_is_reopened_by_what_happens_next_in_the_log() -> None:
    follow_up = _rule(ClockName.CUSTOMER_SILENCE, ("2h", Actions(close="no_answer")), name="follow_up")
    history = _history(
        OPENED,
        e.Waited(at=_at(1), by="agent:sam"),
        e.TurnTaken(at=_at(6), by="agent:sam"),
        e.Resolved(at=_at(12), by="agent:sam"),
    )
    goals = _replayed(_policy(follow_up), history).targets["resolution"]
    assert (goals.met, goals.breached) == (1, 1)


def test_a_claim_in_the_log_closes_the_offers_of_the_replay() -> None:
    rules = (
        _rule(ClockName.AT_LEVEL, ("1h", Actions(escalate="L2")), name="Climb"),
        _rule(ClockName.UNACCEPTED, ("1h", Actions(notify=("lead",))), name="Accept it"),
    )
    history = _history(
        OPENED,
        e.Claimed(at=_at(1.5), by="agent:kim", agent="kim", level="L2", path="support", offer=0),
        e.Resolved(at=_at(9), by="agent:kim"),
    )
    outcome = _replayed(_policy(*rules), history)
    assert outcome.steps["Climb"] == {"escalate.1": 1}
    assert outcome.steps["Accept it"] == {"notify.1": 0}


def test_the_outcome_does_not_depend_on_how_the_tickets_were_shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = _rule(ClockName.UNASSIGNED, ("1h", Actions(remind="triage")), ("2h", Actions(escalate="next")))
    histories = [
        _history(OPENED, e.Resolved(at=_at(1 + number / 7), by="agent:sam"), ticket=f"T{number}")
        for number in range(40)
    ]
    policy, end = _policy(rule), _at(8)
    whole = replay(histories, policy, end=end)
    for share in (1, 7, 1000):
        monkeypatch.setattr("rung.core.replay.replay.SHARE", share)
        for order in (histories, histories[::-1]):
            with ThreadPoolExecutor(2) as executor:
                shared = replay(order, policy, end=end, executor=executor)
            assert _bytes(shared, policy) == _bytes(whole, policy)


def _bytes(tally: Totals, policy: Policy) -> bytes:
    return as_json(report(tally, policy, end=_at(8), rejected={}))


def test_a_policy_that_never_rests_is_stopped_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rung.core.replay.ticket.MOST_LOOKS", 5)
    rules = (
        _rule(ClockName.UNASSIGNED, ("1m", Actions(escalate="next")), name="Start"),
        _rule(ClockName.UNACCEPTED, ("1m", Actions(escalate="next")), name="Go on"),
    )
    outcome = _replayed(_policy(*rules), _history(OPENED, ticket="odd"), end=_at(24))
    assert outcome.restless == ["odd"]
    assert outcome.looks == 6


def test_looking_only_when_something_watched_has_happened_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = _rule(ClockName.AT_LEVEL, ("1h", Actions(remind="triage")), ("3h", Actions(escalate="next")))
    histories = [
        _history(
            OPENED,
            e.Noted(at=_at(0.5), by="agent:sam"),
            e.Assigned(at=_at(1), by="agent:sam", assignee="sam"),
            e.Noted(at=_at(2 + number), by="agent:sam"),
            e.Resolved(at=_at(4 + number / 3), by="agent:sam"),
            ticket=f"T{number}",
        )
        for number in range(6)
    ]
    sparing = _replayed(_policy(rule), *histories)
    monkeypatch.setattr("rung.core.replay.ticket._unheard", lambda _compiled, _desk: frozenset())
    after_each = _replayed(_policy(rule), *histories)
    assert sparing.looks < after_each.looks
    assert (sparing.targets, sparing.steps, sparing.worst) == (after_each.targets, after_each.steps, after_each.worst)


def test_a_memory_between_looks_changes_no_conclusion(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = (
        _rule(ClockName.UNASSIGNED, ("1h", Actions(escalate="next", reason=Reason.TIME)), name="Take it"),
        _rule(ClockName.UNACCEPTED, ("1h", Actions(escalate="next")), ("2h", Actions(priority="+1")), name="Accept it"),
        _rule(ClockName.IDLE, ("1h", Actions(notify=("assignee",))), ("3h", Actions(unassign=True)), name="Work on it"),
        _rule(ClockName.CUSTOMER_SILENCE, ("2h", Actions(close="no_answer")), name="follow_up"),
    )
    history = _history(
        OPENED,
        e.Assigned(at=_at(2), by="agent:sam", assignee="sam"),
        e.PrioritySet(at=_at(2.5), by="agent:sam", priority=Priority.LOW),
        e.Noted(at=_at(7), by="agent:sam"),
        e.Waited(at=_at(8), by="agent:sam"),
        e.TurnTaken(at=_at(11), by="agent:sam"),
        e.Resolved(at=_at(30), by="agent:sam"),
    )
    remembering = _replayed(_policy(*rules), history)
    reckon = replay_ticket.reckon_in_place
    monkeypatch.setattr(
        replay_ticket, "reckon_in_place", lambda case, policy, roster, now, _memory: reckon(case, policy, roster, now)
    )
    assert _replayed(_policy(*rules), history) == remembering
    assert remembering.concluded > 20


def test_offers_may_be_assumed_to_be_accepted_after_a_while() -> None:
    rules = (
        _rule(ClockName.UNASSIGNED, ("1h", Actions(escalate="next", reason=Reason.TIME)), name="Take it"),
        _rule(ClockName.UNACCEPTED, ("1h", Actions(escalate="next", reason=Reason.TIME)), name="Accept it"),
        _rule(ClockName.AT_LEVEL, ("3h", Actions(notify=("lead",))), name="Too long there"),
    )
    history, policy = _history(OPENED, e.Resolved(at=_at(8), by="agent:sam")), _policy(*rules)
    tally = replay([history], policy, end=_at(8), accepted=Duration.parse("30m"))
    outcome = report(tally, policy, end=_at(8), accepted=Duration.parse("30m"), rejected={})
    # Offered at 1 h, accepted at 1:30; there since then, so told at 4:30 and not at 3 h.
    assert outcome.steps == {
        "Take it": {"escalate.1": 1},
        "Accept it": {"escalate.1": 0},
        "Too long there": {"notify.1": 1},
    }
    assert outcome.accepted_after == "30m"
    assert outcome.interruptions.per_hour["14"] == 1


def test_the_clock_of_an_offer_that_is_the_newest_again_begins_anew() -> None:
    again = ("1h", Actions(escalate="next", reason=Reason.TIME))
    rules = (
        _rule(ClockName.FIRST_RESPONSE, ("4h", Actions(escalate="next", reason=Reason.TIME)), name="Answer it"),
        _rule(ClockName.UNASSIGNED, again, name="Take it"),
        _rule(ClockName.UNACCEPTED, again, name="Accept it"),
        _rule(ClockName.RESOLUTION, ("10h", Actions(remind="triage")), name="Near"),
    )
    answered = e.Answered(at=_at(5), by="agent:sam", kept=Kept.BY_AGENT)
    outcome = _replayed(_policy(*rules), _history(OPENED, answered), end=_at(19))
    # Offered at 1 h; again at 2 h; at 4 h on the clock of the answer, which the step of the second offer yields to. The
    # answer at 5 h withdraws the third: the second, made again once, waits its two hours anew, then four, then eight.
    assert outcome.steps["Accept it"] == {"escalate.1": 4}
    assert outcome.escalations == {"L1": 0, "L2": 6}


def test_a_return_in_the_record_closes_the_offer_the_replay_made_to_that_level() -> None:
    rules = (
        _rule(ClockName.AT_LEVEL, ("1h", Actions(escalate="L2")), name="Climb"),
        _rule(ClockName.UNACCEPTED, ("1h", Actions(notify=("lead",))), name="Accept it"),
    )
    returned = e.OfferReturned(at=_at(1.5), by="agent:kim", offer=77, level="L2")
    elsewhere = e.OfferReturned(at=_at(1.5), by="agent:kim", offer=77, level="L1")
    for event, told in ((returned, 0), (elsewhere, 1)):
        history = _history(OPENED, event, e.Resolved(at=_at(9), by="agent:sam"))
        assert _replayed(_policy(*rules), history).steps["Accept it"] == {"notify.1": told}


def test_offers_made_by_hand_are_made_again_and_withdrawn_by_their_number_here() -> None:
    rule = _rule(ClockName.UNACCEPTED, ("1h", Actions(notify=("lead",))), name="Accept it")
    offered = e.Offered(at=_at(1), by="agent:sam", number=5, level="L2", path="support")
    unknown = e.Offered(at=_at(1), by="agent:sam", number=5, level="gone", path="support")
    withdrawn = e.OfferWithdrawn(at=_at(1.5), by="agent:sam", offer=5, why="by_hand")
    for events, told in (((offered,), 1), ((offered, withdrawn), 0), ((unknown, withdrawn), 0)):
        history = _history(OPENED, *events, e.Resolved(at=_at(9), by="agent:sam"))
        assert _replayed(_policy(rule), history).steps["Accept it"] == {"notify.1": told}


def test_what_quiet_hours_would_keep_for_later_is_counted() -> None:
    hours = {"timezone": "UTC", "hours": {"mon-fri": ["08:00-10:30"]}}
    rule = _rule(ClockName.UNASSIGNED, ("1h", Actions(notify=("lead",))), ("2h", Actions(remind="triage")))
    quiet = Attention(quiet=Quiet("mornings", (Priority.URGENT,)))
    policy = msgspec.structs.replace(_policy(rule), calendars={"mornings": Calendar.parse(hours)}, attention=quiet)
    urgent = e.Opened(at=_at(0), by="customer:ann", priority=Priority.URGENT)
    told = _replayed(policy, _history(OPENED), _history(urgent, ticket="urgent"), end=_at(3)).interruptions
    # 10:00 is in hours, 11:00 is not; what is urgent is said all the same.
    assert (told.total, told.in_quiet_hours) == (4, 1)


def test_taking_offers_that_are_made_again_together_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    only_first = Step("notify.1", Threshold.parse("10m"), Actions(notify=("lead",)), when=Is(Fact.OFFERED_TO, ("L1",)))
    again = Step("escalate.1", Threshold.parse("30m"), Actions(escalate="next", reason=Reason.TIME))
    rules = (
        _rule(ClockName.UNASSIGNED, ("20m", Actions(escalate="next"))),
        Rule("Again", "Again", ClockName.UNACCEPTED, steps=(only_first, again)),
        _rule(ClockName.RESOLUTION, ("75%", Actions(remind="level")), name="Near"),
    )
    office = Calendar.parse({"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}})
    policy = msgspec.structs.replace(
        _policy(*rules), calendars={"office": office}, attention=Attention(quiet=Quiet(outside="office"))
    )
    histories = [
        _history(
            OPENED,
            e.Assigned(at=_at(3 + part), by="agent:sam", assignee="sam"),
            e.PrioritySet(at=_at(40.25), by="agent:sam", priority=Priority.HIGH, reasons=("by hand",)),
            e.Waited(at=_at(55), by="agent:sam"),
            e.TurnTaken(at=_at(60 + part), by="agent:sam"),
            e.Resolved(at=_at(90), by="agent:sam"),
            ticket=f"T{part}",
        )
        for part in (0, 0.3, 0.7)
    ]
    reckoned: list[datetime] = []
    real = replay_ticket.reckon_in_place

    def reckon(case: Case, compiled: Compiled, roster: Roster, now: datetime, memory: LookCache) -> Decision:
        reckoned.append(now)
        return real(case, compiled, roster, now, memory)

    monkeypatch.setattr(replay_ticket, "reckon_in_place", reckon)
    together = _replayed(policy, *histories, end=_at(100))
    looked = len(reckoned)
    monkeypatch.setattr("rung.core.replay.ticket.Repeats.after", lambda *_: None)
    assert as_json(_replayed(policy, *histories, end=_at(100))) == as_json(together)
    assert looked < len(reckoned) - looked
