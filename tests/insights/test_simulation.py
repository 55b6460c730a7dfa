"""Simulated runs: repeatable, fair to both policies, true to the record when nobody is told anything."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from textwrap import dedent

import pytest

from rung.core.case import events as e
from rung.core.log.events import History
from rung.core.policy.model import Policy
from rung.core.reckoning.compiled import Compiled
from rung.core.vocabulary import Priority
from rung.insights.simulated_run import Habits, Judge, simulate
from rung.insights.simulation import Simulation, compare_by_simulation
from rung.insights.simulation_text import ASSUMPTIONS, NO_LEVELS, as_text, fidelity_pictures
from rung.insights.staffing import Held, Staff, staffing
from rung.insights.workload import EVERYBODY, Job, Spell, Workload, fit
from rung.policies.reading import read_policy

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


def history(number: int, wait: float, work: float, above: float = 0) -> History:
    """`above`: hours of work at L2, to which it is offered when L1 is done and which takes it an hour later."""
    opened = MONDAY + timedelta(hours=number)
    taken = opened + timedelta(hours=wait)
    offered = taken + timedelta(hours=work)
    claimed = offered + timedelta(hours=1)
    ended = claimed + timedelta(hours=above) if above else offered
    events: list[e.AnyEvent] = [
        e.Opened(at=opened, by="customer:ann", requester="ann"),
        e.Assigned(at=taken, by="agent:sam", assignee="sam"),
    ]
    if above:
        events += [
            e.Offered(at=offered, by="agent:sam", level="L2", path="support"),
            e.Claimed(at=claimed, by="agent:lena", agent="lena", level="L2", path="support", offer=0),
        ]
    return History(f"T{number}", (*events, e.Resolved(at=ended, by="agent:sam")), rows=3)


HISTORIES = [history(number, wait=1 + number % 7, work=2 + number % 5) for number in range(140)]
WITH_LEVELS = [
    history(number, wait=1 + number % 7, work=2 + number % 5, above=3 * (number % 4 == 0)) for number in range(140)
]
END = MONDAY + timedelta(days=30)


def worked(new: str = POLICY, histories: list[History] = HISTORIES) -> Workload:
    return fit(histories, Compiled(policy()), Compiled(policy(new)), END)


def simulated(new: str = POLICY, habits: Habits = HABITS, histories: list[History] = HISTORIES) -> Simulation:
    return compare_by_simulation(worked(new, histories), policy(), policy(new), habits)


@cache
def against_itself(*, levels: bool = False) -> Simulation:
    return simulated(histories=WITH_LEVELS if levels else HISTORIES)


def test_the_record_is_fitted() -> None:
    work = worked()
    assert not work.knows_levels
    assert [job.spells for job in work.jobs[:3]] == [
        (Spell(EVERYBODY, wait * HOUR, taken * HOUR),) for wait, taken in ((1, 2), (2, 3), (3, 4))
    ]
    (staff,) = work.staff.values()
    assert (staff.agents, staff.reopened, staff.returned) == (1, 0, 0)
    assert staff.at_once == max(
        sum(start <= at < end for start, end in [(n + 1 + n % 7, n + 3 + n % 7 + n % 5) for n in range(140)])
        for at in range(160)
    )


def test_each_level_is_fitted_with_its_waits_its_work_and_its_people() -> None:
    work = worked(histories=WITH_LEVELS)
    assert work.knows_levels
    assert work.jobs[0].spells == (Spell("L1", HOUR, 2 * HOUR), Spell("L2", HOUR, 3 * HOUR))
    assert work.jobs[1].spells == (Spell("L1", 2 * HOUR, 3 * HOUR),)
    assert work.jobs[0].response_us == HOUR
    assert work.jobs[0].resolution_us == 7 * HOUR
    assert set(work.staff) == {"L1", "L2"}
    assert work.works("L2") == [3 * HOUR] * 35


def test_people_and_their_tickets_are_counted_at_the_busiest_moment() -> None:
    def held(who: str, start: int, end: int, *, came_back: bool = False) -> Held:
        return Held("L1", who, start, end, resolved=True, reopened=came_back)

    found = staffing(
        [
            held("sam", 0, 10, came_back=True),
            held("tom", 2, 5),
            held("sam", 3, 6),
            held("tom", 5, 8),
            held("kit", 20, 21),
        ]
    )
    assert found == {"L1": Staff(agents=2, each=2, returned=0.0, reopened=0.2)}


def test_offers_given_back_make_a_level_less_willing() -> None:
    opened = e.Opened(at=MONDAY, by="customer:ann")
    back = History(
        "T",
        (
            opened,
            e.Assigned(at=MONDAY + timedelta(hours=1), by="agent:sam", assignee="sam"),
            e.Offered(at=MONDAY + timedelta(hours=2), by="agent:sam", level="L2", path="support", number=3),
            e.OfferReturned(at=MONDAY + timedelta(hours=3), by="agent:lena", offer=3, level="L2"),
            e.Offered(at=MONDAY + timedelta(hours=4), by="agent:sam", level="L2", path="support", number=5),
            e.Claimed(
                at=MONDAY + timedelta(hours=5), by="agent:lena", agent="lena", level="L2", path="support", offer=5
            ),
            e.Resolved(at=MONDAY + timedelta(hours=6), by="agent:lena"),
        ),
        rows=7,
    )
    assert worked(histories=[back]).staff["L2"].returned == 0.5


def test_a_policy_against_itself_differs_in_nothing() -> None:
    for levels in (False, True):
        found = against_itself(levels=levels)
        assert found.runs == 30
        assert all(figure.difference.mean == figure.difference.margin == 0 for figure in found.figures)


def test_the_model_gives_the_record_back_when_nobody_is_told_anything() -> None:
    for levels in (False, True):
        found = against_itself(levels=levels).fidelity
        assert {each.name for each in found} >= {"response", "resolution"}
        for each in found:
            assert abs(each.modelled.mean - each.recorded) <= 1.5, each


def test_an_earlier_warning_brings_the_beginning_forward() -> None:
    found = {figure.name: figure.difference for figure in simulated(POLICY.replace("75%", "25%")).figures}
    assert found["responses later than promised"].mean < -found["responses later than promised"].margin
    assert found["messages about tickets nobody had taken"].mean > 0
    assert found["hours until response, nine in ten"].mean <= 0


def test_an_earlier_offer_moves_work_to_the_level_it_is_offered_to() -> None:
    new = POLICY.replace("{at: 75%, remind: level}, {at: 100%,", "{at: 25%,")
    found = {figure.name: figure.difference for figure in simulated(new, histories=WITH_LEVELS).figures}
    assert found["L2: tickets worked on"].mean > found["L2: tickets worked on"].margin
    assert found["L1: tickets worked on"].mean < 0


def test_a_shorter_promise_is_broken_more_often() -> None:
    found = {
        figure.name: figure for figure in simulated(POLICY.replace("first_response: 4h", "first_response: 2h")).figures
    }
    assert found["responses later than promised"].difference.mean > 0


def test_who_heeds_nothing_is_told_in_vain() -> None:
    found = simulated(POLICY.replace("75%", "25%"), Habits(0.0, HOUR))
    assert {figure.name: figure.difference.mean for figure in found.figures}["hours until response, nine in ten"] == 0


def test_the_same_seeds_give_the_same_result_however_the_work_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = against_itself()
    monkeypatch.setattr("rung.insights.simulation.SHARE", 7)
    with ThreadPoolExecutor(2) as executor:
        there = compare_by_simulation(worked(), policy(), policy(), HABITS, executor=executor)
    assert there == alone
    assert there != compare_by_simulation(worked(), policy(), policy(), HABITS, seed=100)


def test_with_one_pair_of_hands_tickets_queue_urgent_first() -> None:
    def job(name: str, opened: float, priority: Priority) -> Job:
        way = (Spell("L1", 0, 10 * HOUR),)
        return Job(name, round(opened * HOUR), (None, None), priority, "L1", way, known=0, response_us=0)

    jobs = (job("first", 0, Priority.LOW), job("low", 1, Priority.LOW), job("urgent", 2, Priority.URGENT))
    compiled = Compiled(policy("levels: {L1: {team: a}}\npaths: {p: [L1]}\n"))
    work = Workload(jobs, {"L1": Staff(1, 1)}, ({},), knows_levels=True)
    run = simulate(work, compiled, Judge(compiled, 0), HABITS, seed=1)
    assert run.responses == run.waits["L1"] == [0, 8 * HOUR, 19 * HOUR]


def test_in_words_with_assumptions_intervals_and_fidelity() -> None:
    text = as_text(against_itself())
    assert "Simulated: 30 runs of 140 tickets; a message is heeded with a chance of 50%, after 0.5 h on average" in text
    assert all(assumption in text for assumption in ASSUMPTIONS)
    assert text.count("±") == 7 * 3 + 10
    assert NO_LEVELS in text
    levelled = as_text(against_itself(levels=True))
    assert NO_LEVELS not in levelled
    assert levelled.count("±") == (7 + 2 * 2) * 3 + 4 * 5
    assert any(line.split()[:5] == ["L2", "1", "3", "3.0", "h"] for line in levelled.splitlines())


@pytest.mark.parametrize("histories", [[], [HISTORIES[0]], [WITH_LEVELS[0]]])
def test_hardly_any_history_is_survived(histories: list[History]) -> None:
    work = fit(histories, Compiled(policy()), Compiled(policy()), END)
    found = compare_by_simulation(work, policy(), policy(), HABITS)
    assert found.tickets == len(histories)
    assert as_text(found)


def test_the_pictures_set_what_is_recorded_beside_what_is_modelled() -> None:
    response, resolution = fidelity_pictures(against_itself())
    assert "Response: does the model give back" in response
    assert "Resolution: does the model give back" in resolution
    for picture in (response, resolution):
        assert ">recorded<" in picture
        assert ">modelled<" in picture
        assert picture.count("took at most") == 5
        assert "before" not in picture
