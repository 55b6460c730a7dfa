"""Whether somebody is reached: from every state an open ticket can be in, how long it takes at the worst."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct

from rung.core import actors, addresses
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import fold
from rung.core.conditions.satisfiable import Witness, World
from rung.core.handbook.unanswered import opened_as
from rung.core.oncall.roster import Roster
from rung.core.policy.model import All, Not, Policy
from rung.core.reckoning.attention import Interruption, held_back
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.effects import Notice, NoticeKind
from rung.core.reckoning.ladder import is_reachable
from rung.core.reckoning.look_cache import LookCache
from rung.core.reckoning.reckon import reckon_in_place
from rung.core.sentences import key

DAYS = 14
#: Nobody reached in this time counts as nobody at all.
LONGEST = timedelta(days=14)
_EVERY = timedelta(hours=6)
_MOST_LOOKS = 120


class State(StrEnum):
    """Where an open ticket can stand, as people say it."""

    NEW = key("a new ticket that nobody takes")
    ASSIGNED = key("a ticket whose assignee does nothing")
    WRITTEN_AGAIN = key("an answered ticket whose customer writes again")
    PENDING = key("a ticket that waits for its customer (or it is closed)")
    ON_HOLD = key("a ticket that waits for a third party")


class Wait(Struct, frozen=True):
    """The longest it takes until a person is reached. `longest` None: nobody within 14 days. `began_at`: the moment
    from which it takes so long."""

    state: State
    #: The target, by its place in the policy; -1: tickets without one.
    target: int
    longest: timedelta | None
    began_at: datetime


class Hole(Struct, frozen=True):
    """A stretch in which a target's time counts and nobody at a level, or above it, can be reached."""

    target: int
    path: str
    level: str
    start: datetime
    end: datetime


def waits(policy: Policy, roster: Roster, now: datetime) -> tuple[Wait, ...]:
    """For each target and state the longest wait, over the coming 14 days: from every opening and closing of a
    calendar, every absence and every sixth hour."""
    compiled, world = Compiled(policy), World.of(policy)
    moments = sorted(set(_moments(policy, roster, now)))
    found = []
    for target, ticket in _tickets(policy, world):
        for state in State:
            waited = [(_wait(compiled, roster, state, ticket, at), at) for at in moments]
            never = next((at for wait, at in waited if wait is None), None)
            if never is not None:
                found.append(Wait(state, target, None, never))
            else:
                longest, at = max(waited, key=lambda each: (each[0] or timedelta(), -each[1].timestamp()))
                found.append(Wait(state, target, longest, at))
    return tuple(found)


class Presence(Struct, frozen=True):
    """Half hour by half hour over 14 days: at which levels somebody can be reached."""

    half_hours: tuple[datetime, ...]
    there: Mapping[str, tuple[bool, ...]]


def presence(policy: Policy, roster: Roster, now: datetime) -> Presence:
    """From an aware moment on."""
    compiled = Compiled(policy)
    half_hours = tuple(now + timedelta(minutes=30) * number for number in range(DAYS * 48))
    there = {level: tuple(is_reachable(compiled, roster, level, at) for at in half_hours) for level in policy.levels}
    return Presence(half_hours, there)


def holes(policy: Policy, known: Presence) -> tuple[Hole, ...]:
    """For each path, level and target the stretches in which nobody there or above can be reached."""
    compiled, world = Compiled(policy), World.of(policy)
    half_hours, there = known.half_hours, known.there
    found: list[Hole] = []
    for target, _ in _tickets(policy, world):
        calendar = compiled.calendar(None, target if target >= 0 else None, None)
        counts = [calendar.is_open(at) for at in half_hours]
        for path, levels in policy.paths.items():
            for place, level in enumerate(levels):
                nobody = [
                    count and not any(there[above][number] for above in levels[place:])
                    for number, count in enumerate(counts)
                ]
                found += [Hole(target, path, level, start, end) for start, end in _stretches(nobody, half_hours)]
    return tuple(found)


def as_one(found: Iterable[Hole]) -> list[tuple[datetime, datetime, str, str]]:
    """(start, end, path, level), earliest first, of any target: holes of a level that overlap or touch are one."""
    whole: list[tuple[datetime, datetime, str, str]] = []
    for each in sorted(found, key=lambda hole: (hole.path, hole.level, hole.start, hole.end)):
        if whole and whole[-1][2:] == (each.path, each.level) and each.start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], each.end), each.path, each.level)
        else:
            whole.append((each.start, each.end, each.path, each.level))
    return sorted(whole)


def _tickets(policy: Policy, world: World) -> Iterator[tuple[int, Witness]]:
    """A ticket for each target, and one without a target where that is possible."""
    for number, target in enumerate(policy.targets):
        earlier = tuple(Not(other.when) for other in policy.targets[:number])
        if (ticket := world.example(All((target.when, *earlier)))) is not None:
            yield number, ticket
    without = world.example(All(tuple(Not(target.when) for target in policy.targets)))
    if without is not None:
        yield -1, without


def _moments(policy: Policy, roster: Roster, now: datetime) -> Iterator[datetime]:
    end = now + timedelta(days=DAYS)
    at = now
    while at < end:
        yield at
        at += _EVERY
    for calendar in policy.calendars.values():
        if calendar.always:
            continue
        at = now
        while (closing := calendar.next_closing(at)) is not None and closing < end:
            yield closing
            at = calendar.next_opening(closing)
            yield at
    for person in roster.people.values():
        yield from (away.start for away in person.absences if now < away.start < end)


def _wait(compiled: Compiled, roster: Roster, state: State, ticket: Witness, at: datetime) -> timedelta | None:
    """How long until a person is reached by, or a person has closed, a ticket that stands so from `at` on."""
    case, memory = Case(), LookCache()
    for event in _history(state, ticket, roster, at):
        fold(case, msgspec.structs.replace(event, number=case.number + 1))
        reckon_in_place(case, compiled, roster, at, memory)
    now: datetime | None = at
    for _ in range(_MOST_LOOKS):
        if now is None or now > at + LONGEST:
            return None
        decision = reckon_in_place(case, compiled, roster, now, memory)
        reached = [
            when for notice in decision.notices if (when := _reached(compiled, roster, case, notice, now)) is not None
        ]
        if reached:
            return min(reached) - at
        if case.status.is_over:
            return now - at
        now = decision.wake_at
    return None


def _history(state: State, ticket: Witness, roster: Roster, at: datetime) -> Sequence[e.AnyEvent]:
    opened = opened_as(ticket, at)
    somebody = next((person.handle for person in roster.present(at)), "somebody")
    assigned = e.Assigned(at=at, by=actors.SYSTEM, number=0, assignee=somebody)
    answered = e.Answered(at=at, by=actors.agent(somebody))
    events: dict[State, tuple[e.AnyEvent, ...]] = {
        State.NEW: (opened,),
        State.ASSIGNED: (opened, assigned),
        State.WRITTEN_AGAIN: (opened, assigned, answered, e.CustomerWrote(at=at, by=actors.customer("somebody"))),
        State.PENDING: (opened, assigned, answered),
        State.ON_HOLD: (opened, assigned, answered, e.Held(at=at, by=actors.agent(somebody))),
    }
    return events[state]


def _reached(compiled: Compiled, roster: Roster, case: Case, notice: Notice, now: datetime) -> datetime | None:
    """When a notice reaches a person who is there; None: it does not."""
    head, rest = addresses.parts(notice.to)
    match notice.kind:
        case NoticeKind.PAGE:
            return now
        case NoticeKind.OFFER_CARD:
            return now if is_reachable(compiled, roster, rest, now) else None
        case NoticeKind.MOMENT | NoticeKind.DIGEST:
            pass
        case _:
            return None
    to_person = head == "agent"
    said = Interruption(notice.kind, to_person, case.priority, notice.exempt, notice.deadline)
    hold = held_back(said, compiled.policy, (), now)
    at = now if hold is None else hold.until
    if at is None:
        return None
    if to_person:
        return at if roster.staffed or roster.is_present(rest, at) else None
    level = rest if head == "level" else _level_of(compiled.policy, head, rest, case)
    return at if level is not None and is_reachable(compiled, roster, level, at) else None


def _level_of(policy: Policy, head: str, rest: str, case: Case) -> str | None:
    """The level whose people watch a place; None where the policy does not say."""
    if head == "triage":
        levels = policy.paths.get(case.path or "", ())
        return levels[0] if levels else None
    for name, level in policy.levels.items():
        if (head == "team" and level.team == rest) or level.channel == f"{head}:{rest}":
            return name
    return None


def _stretches(flags: Sequence[bool], moments: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    start: datetime | None = None
    for flag, at in zip(flags, moments, strict=True):
        if flag and start is None:
            start = at
        elif not flag and start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, moments[-1] + timedelta(minutes=30)
