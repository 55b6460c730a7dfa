"""A recorded year under a policy: events a second of one core, against folding the same events and nothing else."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

import msgspec

from rung.core import actors
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import fold
from rung.core.log.events import History, hearing_of, levels_of
from rung.core.log.mapping import read_map
from rung.core.policy.model import Policy
from rung.core.reckoning.compiled import Compiled
from rung.core.replay.replay import replay_all
from rung.core.vocabulary import Priority
from rung.intake.importers.histories import read_histories
from rung.intake.importers.logs import open_log
from rung.policies import starter
from rung.policies.reading import read_policy_bytes

#: Log events a second on one core.
BARS = {"reference": 20_000, "one_target": 60_000}
COPY = Path(__file__).resolve().parents[1]
#: A recorded year of a third party, where it lies beside the working copy.
SHARED = COPY.parent / "shared"
LOG = SHARED / "data" / "events" / "uci_incident_event_log.csv.gz"
MAP = SHARED / "data" / "events" / "uci.map.yaml"
REFERENCE = COPY / "docs" / "policy.example.yaml"
#: Of the reference policy every so many tickets are replayed; of one target, all.
REFERENCE_STRIDE = 10
#: Tickets of a year that is made up where no recorded one lies beside the repository.
MADE_UP = 5_000
ONE_TARGET = b"""
name: One target
timezone: UTC
calendars:
  office:
    timezone: Europe/Berlin
    hours: {mon-thu: [09:00-12:30, 13:30-18:00], fri: [09:00-15:00]}
    holidays: {country: DE, subdivision: BE}
teams: {frontline: {}}
levels: {L1: {team: frontline, calendar: office}}
paths: {support: [L1]}
targets: [{resolution: 3d, calendar: office}]
"""


def run() -> dict[str, object]:
    """Read the year once, then replay it under each policy. Events are rows of the log; `with_conclusions` counts
    what the policy adds to them too."""
    began = process_time()
    log, histories = year()
    reading = process_time() - began
    rows = sum(history.rows for history in histories)
    policies = {"reference": _reference(), "one_target": _policy(ONE_TARGET)}
    measured: dict[str, object] = {}
    reached = True
    for name, policy in policies.items():
        chosen = histories[::REFERENCE_STRIDE] if name == "reference" else histories
        figures, rate = _measure(chosen, policy)
        measured[name] = {"policy": policy.name, **figures, "bar": BARS[name], "reached": rate >= BARS[name]}
        reached = reached and rate >= BARS[name]
    return {
        "log": log,
        "tickets": len(histories),
        "events": rows,
        "reading_events_per_second": round(rows / reading),
        "against": "folding the recorded events without looking at a policy, same run; seconds are those of the core",
        "policies": measured,
        "reached": reached,
    }


def _measure(histories: list[History], policy: Policy) -> tuple[dict[str, object], float]:
    end = max(history.events[-1].at for history in histories)
    compiled = Compiled(policy)
    rows = sum(history.rows for history in histories)
    began = process_time()
    tally = replay_all(histories, compiled, end=end)
    seconds = process_time() - began
    began = process_time()
    recorded = _fold_all(histories)
    folded_per_second = recorded / (process_time() - began)
    everything = (tally.events + tally.concluded) / seconds
    rate = rows / seconds
    return {
        "events": rows,
        "events_per_second": round(rate),
        "looks_per_event": round(tally.looks / rows, 2),
        "conclusions_per_event": round(tally.concluded / rows, 2),
        "microseconds_per_look": round(seconds / tally.looks * 1e6, 1),
        "with_conclusions_per_second": round(everything),
        "bare_fold_per_second": round(folded_per_second),
        "ratio": round(everything / folded_per_second, 3),
    }, rate


def _fold_all(histories: list[History]) -> int:
    count = 0
    for history in histories:
        case = Case()
        for number, event in enumerate(history.events, 1):
            fold(case, msgspec.structs.replace(event, number=number))
        count += len(history.events)
    return count


def _policy(document: bytes) -> Policy:
    policy, findings = read_policy_bytes(document, "bench")
    if policy is None:
        raise ValueError("; ".join(str(finding) for finding in findings))
    return policy


def _reference() -> Policy:
    """The reference policy where it lies beside the repository, else the one every new desk starts with."""
    return _policy(REFERENCE.read_bytes() if REFERENCE.exists() else starter.STARTER.read_bytes())


def year() -> tuple[str, list[History]]:
    """The recorded year beside the repository, else one made up in its likeness."""
    if not LOG.exists():
        return "made up", list(_made_up(MADE_UP))
    judged = _policy(ONE_TARGET)
    with open_log(LOG) as log:
        log_map, findings = read_map(MAP.read_text(encoding="utf-8"), str(MAP), log.columns)
        if log_map is None:
            raise ValueError("; ".join(str(finding) for finding in findings))
        read = read_histories(log, log_map, hearing=hearing_of(judged), levels=levels_of(judged))
    return LOG.name, read.histories


def _made_up(tickets: int) -> Iterator[History]:
    """Tickets with six updates on average: assigned, worked on, perhaps waited for, resolved, closed."""
    drawn = random.Random(20261124)  # noqa: S311 - the same year in every run
    for number in range(tickets):
        at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(minutes=drawn.randrange(300 * 1440))
        by = actors.agent(f"agent{drawn.randrange(200)}")
        priority = drawn.choices(list(Priority), weights=[2, 2, 93, 3])[0]
        events: list[e.AnyEvent] = [e.Opened(at=at, by=actors.customer("ann"), requester="ann", priority=priority)]
        for _ in range(drawn.randrange(1, 6)):
            at += timedelta(minutes=drawn.randrange(1, 2_000))
            kind = drawn.choices(["note", "assign", "wait", "take"], weights=[6, 3, 1, 1])[0]
            match kind:
                case "assign":
                    events.append(e.Assigned(at=at, by=by, assignee=actors.name_of(by)))
                case "wait":
                    events.append(e.Waited(at=at, by=by))
                case "take":
                    events.append(e.TurnTaken(at=at, by=by))
                case _:
                    events.append(e.Noted(at=at, by=by))
        at += timedelta(minutes=drawn.randrange(1, 4_000))
        events.append(e.Resolved(at=at, by=by))
        events.append(e.Closed(at=at + timedelta(days=5), by=by))
        yield History(f"T{number}", tuple(events), rows=len(events))
