"""Who is on call: a rotation with its swaps, absences, and the holes they leave."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from rung.core.oncall.rotation import Schedule

__all__ = ["Absence", "OnCall", "Override", "Schedule", "Turn", "Why", "holes", "on_call", "person_on_call", "turns"]


@dataclass(frozen=True, slots=True)
class Override:
    """A one-off swap: `who` is on call from `start` up to `end`, instead of one person or of anybody."""

    start: datetime
    end: datetime
    who: str
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away from `start` up to `end`."""

    who: str
    start: datetime
    end: datetime


class Why(StrEnum):
    """How somebody, or nobody, came to be on call."""

    ROTATION = "rotation"
    OVERRIDE = "override"
    STAND_IN = "stand_in"  # the next one present, for one who is away or no longer active
    NOT_STARTED = "not_started"
    ALL_AWAY = "all_away"


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call, until when that is certain, and why. `instead_of` is whose turn it was, if somebody else's."""

    person: str | None
    until: datetime
    why: Why
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which the answer does not change."""

    start: datetime
    end: datetime
    person: str | None
    why: Why
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """What keeps people from a schedule, or puts others on it.

    The last of several overrides counts, and one whose person is away or inactive counts for nothing.
    """

    overrides: Sequence[Override] = ()
    absences: Sequence[Absence] = ()
    inactive: Collection[str] = frozenset()

    def present(self, who: str, at: datetime) -> bool:
        """Whether somebody can be on call at a moment."""
        away = any(absence.who == who and absence.start <= at < absence.end for absence in self.absences)
        return not away and who not in self.inactive

    def changes_after(self, at: datetime) -> Iterator[datetime]:
        """The later moments at which an override or an absence begins or ends."""
        stretches: list[Override | Absence] = [*self.overrides, *self.absences]
        for stretch in stretches:
            yield from (moment for moment in (stretch.start, stretch.end) if moment > at)


def on_call(
    schedule: Schedule,
    at: datetime,
    overrides: Sequence[Override] = (),
    absences: Sequence[Absence] = (),
    inactive: Collection[str] = frozenset(),
) -> OnCall:
    """Who is on call at an aware moment.

    An override counts before the rotation, also before `from_`. One who is away or inactive is stood in for by the
    next in the rotation who is present; the rotation itself does not move. `until` is the end of this answer, looked
    for through one whole round of the rotation.
    """
    away = Away(overrides, absences, inactive)
    person, why, instead_of = _who(schedule, at, away)
    until = _next_change(schedule, at, away)
    for _ in range(len(schedule.rotation) + 2 * (len(overrides) + len(absences))):
        if _who(schedule, until, away) != (person, why, instead_of):
            break
        until = _next_change(schedule, until, away)
    return OnCall(person, until, why, instead_of)


def person_on_call(
    schedule: Schedule,
    at: datetime,
    overrides: Sequence[Override] = (),
    absences: Sequence[Absence] = (),
    inactive: Collection[str] = frozenset(),
) -> str | None:
    """Only who it is, which is quicker than for how long."""
    return _who(schedule, at, Away(overrides, absences, inactive))[0]


def turns(
    schedule: Schedule,
    start: datetime,
    end: datetime,
    *,
    overrides: Sequence[Override] = (),
    absences: Sequence[Absence] = (),
    inactive: Collection[str] = frozenset(),
) -> Iterator[Turn]:
    """Every stretch from `start` to `end`, without gaps, cut to these ends and at every handover."""
    away, at = Away(overrides, absences, inactive), start
    while at < end:
        until = min(_next_change(schedule, at, away), end)
        yield Turn(at, until, *_who(schedule, at, away))
        at = until


def holes(
    schedule: Schedule,
    start: datetime,
    end: datetime,
    *,
    overrides: Sequence[Override] = (),
    absences: Sequence[Absence] = (),
    inactive: Collection[str] = frozenset(),
) -> list[Turn]:
    """The stretches from `start` to `end` in which nobody is on call; those that touch for the same reason are one."""
    found: list[Turn] = []
    for turn in turns(schedule, start, end, overrides=overrides, absences=absences, inactive=inactive):
        if turn.person is not None:
            continue
        if found and found[-1].end == turn.start and found[-1].why == turn.why:
            found[-1] = Turn(found[-1].start, turn.end, None, turn.why)
        else:
            found.append(Turn(turn.start, turn.end, None, turn.why))
    return found


def _who(schedule: Schedule, at: datetime, away: Away) -> tuple[str | None, Why, str | None]:
    """Who, why, and whose turn it was if not theirs."""
    number = schedule.turn_at(at)
    person, why, instead_of = _by_rotation(schedule.rotation, number, at, away)
    turn = schedule.rotation[number % len(schedule.rotation)] if number >= 0 else None
    for override in reversed(away.overrides):
        meant = override.instead_of in (None, person, turn)
        if override.start <= at < override.end and meant and away.present(override.who, at):
            return override.who, Why.OVERRIDE, turn if turn != override.who else None
    return person, why, instead_of


def _by_rotation(
    rotation: tuple[str, ...], number: int, at: datetime, away: Away
) -> tuple[str | None, Why, str | None]:
    if number < 0:
        return None, Why.NOT_STARTED, None
    turn = rotation[number % len(rotation)]
    for step in range(len(rotation)):
        person = rotation[(number + step) % len(rotation)]
        if away.present(person, at):
            return (person, Why.ROTATION, None) if person == turn else (person, Why.STAND_IN, turn)
    return None, Why.ALL_AWAY, turn


def _next_change(schedule: Schedule, at: datetime, away: Away) -> datetime:
    """The first later moment at which the answer could change: a handover, or a beginning or end of anything."""
    handover = schedule.handover(max(0, schedule.turn_at(at) + 1))
    return min([handover, *away.changes_after(at)]).astimezone(UTC)
