"""Who is on call now, seen from the desk: schedules joined with swaps, absences and who is active."""

from collections.abc import Mapping
from datetime import datetime

from rung.core.oncall.roster import Roster
from rung.core.oncall.schedule import Absence, Override, Schedule, Turn, holes, person_on_call, turns


def on_call_now(schedule: Schedule, roster: Roster, now: datetime) -> str | None:
    """The handle of the person on call; None: nobody is, or nobody who is there."""
    overrides, absences, inactive = _changes(schedule, roster)
    return person_on_call(schedule, now, overrides, absences, inactive)


def nobody_on_call(schedule: Schedule, roster: Roster, start: datetime, end: datetime) -> list[Turn]:
    """The stretches from `start` to `end` in which nobody is on call."""
    overrides, absences, inactive = _changes(schedule, roster)
    return holes(schedule, start, end, overrides=overrides, absences=absences, inactive=inactive)


def _changes(schedule: Schedule, roster: Roster) -> tuple[list[Override], list[Absence], frozenset[str]]:
    """Who swaps, who is away and who is no longer active: what a rotation does not know."""
    absences = [
        Absence(handle, away.start, away.end) for handle, person in roster.people.items() for away in person.absences
    ]
    inactive = frozenset(handle for handle, person in roster.people.items() if not person.active)
    overrides = [
        Override(swap.start, swap.end, swap.handle, swap.instead_of)
        for swap in roster.swaps
        if swap.schedule == schedule.name
    ]
    return overrides, absences, inactive


def on_call_of_team(schedules: Mapping[str, Schedule], roster: Roster, team: str, now: datetime) -> tuple[str, ...]:
    """The members of a team who are on call on any schedule now, by handle."""
    members = {handle for handle, person in roster.people.items() if team in person.teams}
    stand_ins = {swap.handle for swap in roster.swaps}
    concerned = [
        schedule
        for schedule in schedules.values()
        if not members.isdisjoint(schedule.rotation) or not members.isdisjoint(stand_ins)
    ]
    duty = {on_call_now(schedule, roster, now) for schedule in concerned}
    return tuple(sorted(members & duty))


def turns_of(schedule: Schedule, roster: Roster, start: datetime, end: datetime) -> list[Turn]:
    """Who is on call in every stretch from `start` to `end`; stretches of one person that touch are one."""
    overrides, absences, inactive = _changes(schedule, roster)
    found: list[Turn] = []
    for turn in turns(schedule, start, end, overrides=overrides, absences=absences, inactive=inactive):
        last = found[-1] if found else None
        if last is not None and (last.person, last.why, last.instead_of) == (turn.person, turn.why, turn.instead_of):
            found[-1] = Turn(last.start, turn.end, turn.person, turn.why, turn.instead_of)
        else:
            found.append(turn)
    return found
