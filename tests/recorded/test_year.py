"""The recorded year loads whole, and its goals agree with a reckoning that shares no code."""

import csv
import gzip
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice, pairwise

import msgspec
import pytest

from rung.core.calendar import ALWAYS, Calendar
from rung.core.calendar.durations import Duration
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.log.events import DEAF, History
from rung.core.log.mapping import read_map
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Level, Policy, Target
from rung.core.receipt.receipt import CycleReceipt, Why, receipt
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.effects import Decision
from rung.core.reckoning.look_cache import LookCache
from rung.core.reckoning.reckon import reckon_in_place
from rung.core.replay import ticket as replay_ticket
from rung.core.replay.replay import replay
from rung.core.replay.ticket import Replay
from rung.core.replay.totals import Totals
from rung.core.vocabulary import ClockName, Turn
from rung.intake.importers.histories import Recorded, Selection, read_histories
from rung.intake.importers.logs import open_log
from rung.policies.reading import read_policy
from tests.recorded.place import EVENTS
from tests.reference import REFERENCE

LOG = EVENTS / "uci_incident_event_log.csv.gz"
MAP = EVENTS / "uci.map.yaml"

OFFICE = Calendar.parse({"timezone": "Europe/Berlin", "hours": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}})


@pytest.fixture(scope="module")
def year() -> Recorded:
    return _read(Selection())


def _read(selection: Selection) -> Recorded:
    with open_log(LOG) as log:
        log_map, findings = read_map(MAP.read_text(), MAP.name, log.columns)
        assert log_map is not None, findings
        return read_histories(log, log_map, hearing=DEAF, levels={}, selection=selection)


def _policy(target: Target) -> Policy:
    levels = {"L1": Level("L1", "front")}
    calendars = {"always": ALWAYS, "office": OFFICE}
    return Policy("One goal", "UTC", calendars, levels, {"support": ("L1",)}, targets=(target,))


def test_the_year_loads_whole_with_no_row_rejected(year: Recorded) -> None:
    assert len(year.histories) == 24_918
    assert sum(history.rows for history in year.histories) == 141_712
    assert year.rejected == {}
    assert year.left_out == 0
    assert year.end == datetime(2017, 2, 18, 15, tzinfo=UTC)


def test_a_part_of_the_year_accounts_for_every_row() -> None:
    part = _read(Selection(since=datetime(2016, 4, 1, tzinfo=UTC), until=datetime(2016, 5, 1, tzinfo=UTC), tickets=900))
    assert len(part.histories) == 900
    assert sum(history.rows for history in part.histories) + part.left_out == 141_712
    assert all(history.events[0].at.month == 4 for history in part.histories)


# --- the same reckoned another way: from the file itself, without anything of Rung's ----------------------------------

Row = dict[str, str]


def _rows_by_ticket() -> dict[str, list[Row]]:
    by_ticket = defaultdict(list)
    with gzip.open(LOG, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_ticket[row["number"]].append(row)
    return {ticket: sorted(rows, key=lambda row: int(row["sys_mod_count"])) for ticket, rows in by_ticket.items()}


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


def _cycles(rows: list[Row]) -> list[tuple[list[tuple[datetime, str]], datetime]]:
    """Each resolution cycle: when which state began, and when it was resolved. Every ticket of this log ends closed."""
    cycles, states, last = [], [], _moment(rows[0]["opened_at"])
    states.append((last, "New"))
    over = False
    for row in rows:
        last = max(last, _moment(row["sys_updated_at"]))
        state = row["incident_state"]
        if state == "-100":
            continue
        if state in ("Resolved", "Closed"):
            if not over:
                cycles.append((states, last))
            over = True
            continue
        if over:
            states, over = [], False
        states.append((last, state))
    return cycles


def _elapsed(states: list[tuple[datetime, str]], end: datetime, paused: set[str]) -> timedelta:
    starts = [*states, (end, "")]
    return sum(
        (after - at for (at, state), (after, _) in pairwise(starts) if state not in paused),
        timedelta(),
    )


def _deadline(states: list[tuple[datetime, str]], end: datetime, paused: set[str], goal: int) -> datetime | None:
    """The end of the minute that uses the goal up, None if it never is. Minute by minute: Berlin's winter and summer
    time by hand, Monday to Friday, without the hour from noon."""
    starts = [*states, (end, "")]
    for (at, state), (after, _) in pairwise(starts):
        if state in paused:
            continue
        for minute in range((after - at) // timedelta(minutes=1)):
            now = at + timedelta(minutes=minute)
            summer = datetime(2016, 3, 27, 1, tzinfo=UTC) <= now < datetime(2016, 10, 30, 1, tzinfo=UTC)
            local = now + timedelta(hours=2 if summer else 1)
            goal -= local.weekday() < 5 and local.hour in (9, 10, 11, 13, 14, 15, 16)
            if goal == 0:
                return now + timedelta(minutes=1)
    return None


def test_goals_round_the_clock_agree_over_the_whole_year(year: Recorded) -> None:
    policy = _policy(Target(resolution=Duration.parse("3d"), calendar="always", pause_on=(Turn.CUSTOMER,)))
    assert year.end is not None
    goals = replay(year.histories, policy, end=year.end).targets[ClockName.RESOLUTION]
    ran = [
        _elapsed(states, end, {"Awaiting User Info"})
        for rows in _rows_by_ticket().values()
        for states, end in _cycles(rows)
    ]
    met = sum(each <= timedelta(days=3) for each in ran)
    assert (goals.met, goals.breached, goals.running, goals.running_over) == (met, len(ran) - met, 0, 0)
    assert 5_000 < met < 24_000


def test_goals_in_office_hours_agree_minute_by_minute(year: Recorded) -> None:
    """Several hundred tickets, pausing also while a vendor or a problem is waited for. A goal used up at closing time
    ends there: who resolves at night is late."""
    chosen = list(islice(_rows_by_ticket().items(), 0, None, 60))
    names = {ticket for ticket, _ in chosen}
    histories: list[History] = [history for history in year.histories if history.ticket in names]
    target = Target(resolution=Duration.parse("2d"), calendar="office", pause_on=(Turn.CUSTOMER, Turn.THIRD_PARTY))
    assert year.end is not None
    goals = replay(histories, _policy(target), end=year.end).targets[ClockName.RESOLUTION]
    paused = {"Awaiting User Info", "Awaiting Vendor", "Awaiting Problem", "Awaiting Evidence"}
    cycles = [cycle for _, rows in chosen for cycle in _cycles(rows)]
    deadlines = [(end, _deadline(states, end, paused, 2 * 7 * 60)) for states, end in cycles]
    met = sum(due is None or end <= due for end, due in deadlines)
    assert (goals.met, goals.breached) == (met, len(cycles) - met)
    assert len(histories) > 400
    assert 0.2 < met / len(cycles) < 0.9


class _Told(Replay):
    """A replay that keeps the whole history of its ticket, with what the policy has concluded."""

    def __init__(self, history: History, compiled: Compiled, roster: Roster, accepted: Duration) -> None:
        super().__init__(history, compiled, roster, Totals(), accepted)
        self.told: list[e.AnyEvent] = []

    def _fold(self, event: e.AnyEvent) -> None:
        super()._fold(event)
        self.told.append(msgspec.structs.replace(event, number=self.case.number))


@pytest.mark.slow
def test_the_receipt_of_every_ticket_of_the_year_adds_up(year: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every twentieth as the reference policy would have recorded it, offers accepted after half an hour; the others as
    they are recorded, which is quicker."""
    policy, findings = read_policy(REFERENCE, "policy.example.yaml")
    assert policy is not None, findings
    compiled, roster, cycles, judgements = Compiled(policy), Roster(staffed=True), 0, 0
    assert year.end is not None
    for place, history in enumerate(year.histories):
        run = _Told(history, compiled, roster, Duration.parse("30m"))
        if place % 20 == 0:
            monkeypatch.setattr(replay_ticket, "reckon_in_place", partial(_reckon_and_keep, run.told))
            run.run(year.end)
        else:
            run.told = [msgspec.structs.replace(each, number=number) for number, each in enumerate(history.events, 1)]
        assert [event.number for event in run.told] == list(range(1, len(run.told) + 1))
        judged = {(r.clock, r.cycle): r for each in run.told if isinstance(each, e.CyclesJudged) for r in each.results}
        judgements += len(judged)
        for cycle in receipt(run.told, compiled, roster, year.end).cycles:
            cycles += 1
            _adds_up(cycle, (history.ticket, cycle.clock, cycle.cycle), judged.get((cycle.clock, cycle.cycle)))
    assert cycles > 100_000
    assert judgements > 2_000


def _reckon_and_keep(
    told: list[e.AnyEvent], case: Case, compiled: Compiled, roster: Roster, now: datetime, memory: LookCache
) -> Decision:
    decision = reckon_in_place(case, compiled, roster, now, memory)
    told += decision.events
    return decision


def _adds_up(cycle: CycleReceipt, told: tuple[str, str, int], judged: e.Judgement | None) -> None:
    assert sum((line.elapsed for line in cycle.lines), timedelta()) == cycle.elapsed, told
    assert cycle.ran + cycle.paused + cycle.outside == cycle.elapsed, told
    assert sum((line.elapsed for line in cycle.lines if line.why is Why.RAN), timedelta()) == cycle.ran, told
    edges = [cycle.started_at, *(line.end for line in cycle.lines)]
    assert [line.start for line in cycle.lines] == edges[:-1], told
    assert edges[-1] == cycle.until, told
    if judged is not None:
        assert (cycle.ran.total_seconds(), cycle.met) == (judged.ran, judged.met), told
