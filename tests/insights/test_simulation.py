"""Simulated runs: repeatable, fair to both policies, true to the record when nobody is told anything."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from textwrap import dedent

import pytest

from rung.core import events as e
from rung.core.compiled import Compiled
from rung.core.log_events import History
from rung.core.policy import Policy
from rung.core.policy_reader import read_policy
from rung.core.vocabulary import Priority
from rung.insights.queueing import Habits, Judge, simulate
from rung.insights.simulation import ASSUMPTIONS, Simulation, as_text, compare_by_simulation, fidelity_picture
from rung.insights.workload import Job, Workload, fit

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = 3_600_000_000
POLICY = dedent("""\
    levels: {L1: {team: front}, L2: {team: back}}
    paths: {support: [L1, L2]}
    targets: [{first_response: 4h, resolution: 24h}]
    rules:
      - {name: a, clock: first_response, steps: [{at: 75%, remind: level}, {at: 100%, escalate: next, reason: time}]}
    """)
HABITS = Habits(heed=0.5, reaction_us=HOUR // 2)


def policy(text: str = POLICY) -> Policy:
    read, findings = read_policy(text, "policy.yaml")
    assert read is not None, findings
    return read


def history(number: int, wait: float, work: float) -> History:
    opened = MONDAY + timedelta(hours=number)
    taken, ended = opened + timedelta(hours=wait), opened + timedelta(hours=wait + work)
    events: tuple[e.AnyEvent, ...] = (
        e.Opened(at=opened, by="customer:ann", requester="ann"),
        e.Assigned(at=taken, by="agent:sam", assignee="sam"),
        e.Resolved(at=ended, by="agent:sam"),
    )
    return History(f"T{number}", events, rows=3)


HISTORIES = [history(number, wait=1 + number % 7, work=2 + number % 5) for number in range(140)]
END = MONDAY + timedelta(days=30)


def worked(new: str = POLICY) -> Workload:
    return fit(HISTORIES, Compiled(policy()), Compiled(policy(new)), END)


def simulated(new: str = POLICY, habits: Habits = HABITS) -> Simulation:
    return compare_by_simulation(worked(new), policy(), policy(new), habits)


def test_the_record_is_fitted() -> None:
    work = worked()
    assert [job.wait_us for job in work.jobs[:3]] == [HOUR, 2 * HOUR, 3 * HOUR]
    assert [job.work_us for job in work.jobs[:3]] == [2 * HOUR, 3 * HOUR, 4 * HOUR]
    assert work.slots == max(
        sum(start <= at < end for start, end in [(n + 1 + n % 7, n + 3 + n % 7 + n % 5) for n in range(140)])
        for at in range(160)
    )
    assert work.return_rate == 0


def test_a_policy_against_itself_differs_in_nothing() -> None:
    found = simulated()
    assert found.runs == 30
    assert all(figure.difference.mean == figure.difference.margin == 0 for figure in found.figures)


def test_the_model_gives_the_record_back_when_nobody_is_told_anything() -> None:
    for each in simulated().fidelity:
        assert abs(each.modelled.mean - each.recorded) <= 1.0, each


def test_an_earlier_warning_brings_the_beginning_forward() -> None:
    found = {figure.name: figure.difference for figure in simulated(POLICY.replace("75%", "25%")).figures}
    assert found["taken later than promised"].mean < -found["taken later than promised"].margin
    assert found["messages about tickets nobody had taken"].mean > 0
    assert found["hours until taken, nine in ten"].mean <= 0


def test_a_shorter_promise_is_broken_more_often() -> None:
    found = {
        figure.name: figure for figure in simulated(POLICY.replace("first_response: 4h", "first_response: 2h")).figures
    }
    assert found["taken later than promised"].difference.mean > 0


def test_who_heeds_nothing_is_told_in_vain() -> None:
    found = simulated(POLICY.replace("75%", "25%"), Habits(0.0, HOUR))
    assert {figure.name: figure.difference.mean for figure in found.figures}["hours until taken, nine in ten"] == 0


def test_the_same_seeds_give_the_same_result_however_the_work_is_shared() -> None:
    with ThreadPoolExecutor(2) as executor:
        there = compare_by_simulation(worked(), policy(), policy(), HABITS, executor=executor)
    assert there == simulated()
    assert there != compare_by_simulation(worked(), policy(), policy(), HABITS, seed=100)


def test_with_one_pair_of_hands_tickets_queue_urgent_first() -> None:
    def job(name: str, opened: float, priority: Priority) -> Job:
        return Job(name, round(opened * HOUR), (None, None), priority, 0, 10 * HOUR)

    jobs = (job("first", 0, Priority.LOW), job("low", 1, Priority.LOW), job("urgent", 2, Priority.URGENT))
    compiled = Compiled(policy("levels: {L1: {team: a}}\npaths: {p: [L1]}\n"))
    run = simulate(Workload(jobs, slots=1, return_rate=0), compiled, Judge(compiled, 0), HABITS, seed=1)
    assert run.waits == [0, 8 * HOUR, 19 * HOUR]


def test_in_words_with_assumptions_intervals_and_fidelity() -> None:
    text = as_text(simulated())
    assert "Simulated: 30 runs of 140 tickets; a message is heeded with a chance of 50%, after 0.5 h on average" in text
    assert all(assumption in text for assumption in ASSUMPTIONS)
    assert text.count("±") == 7 * 3 + 10


@pytest.mark.parametrize("histories", [[], [HISTORIES[0]]])
def test_hardly_any_history_is_survived(histories: list[History]) -> None:
    work = fit(histories, Compiled(policy()), Compiled(policy()), END)
    assert compare_by_simulation(work, policy(), policy(), HABITS).tickets == len(histories)


def test_the_picture_sets_what_is_recorded_beside_what_is_modelled() -> None:
    found = simulated()
    picture = fidelity_picture(found)
    assert ">recorded<" in picture
    assert ">modelled<" in picture
    assert picture.count("taken, ") == picture.count("resolved, ") == 5
    assert "before" not in picture
