"""On-call rotations: whose turn begins when, by the clock on the wall."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from rung.core.calendar import CalendarError, Mistake
from rung.core.calendar.durations import Duration
from rung.core.calendar.instants import EPOCH, NAIVE_EPOCH, from_us, reached, to_us, zone
from rung.core.sentences import say


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rotation of handles, from a local moment, that hands over every so often at the same time on the wall."""

    name: str
    timezone: str
    rotation: tuple[str, ...]
    every: Duration
    from_: datetime
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_zone", zone(self.timezone))

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, tuple[str, ...], Duration, datetime]]:
        """Another process looks the zone up by its name."""
        return type(self), (self.name, self.timezone, self.rotation, self.every, self.from_)

    @classmethod
    def parse(cls, name: str, document: object, *, timezone: str | None = None) -> Self:
        """A schedule from `{timezone, rotation, every, from}`. CalendarError lists every mistake with its place."""
        if not isinstance(document, Mapping):
            sentence = say(
                'a schedule is written as {timezone, rotation, every, from}, not as "%(document)s"', document=document
            )
            raise CalendarError([Mistake((), sentence)])
        mistakes: list[Mistake] = []
        where = _parse_timezone(document.get("timezone", timezone), mistakes)
        rotation = _parse_rotation(document.get("rotation"), mistakes)
        every = _parse_every(document.get("every"), mistakes)
        from_ = _parse_from(document.get("from"), mistakes)
        if mistakes:
            raise CalendarError(mistakes)
        return cls(name, where, rotation, every, from_)

    def handover(self, number: int) -> datetime:
        """The moment, in UTC, at which turn `number` of the rotation begins; turn 0 begins at `from_`."""
        second = reached(self.from_ + number * self.every.elapsed, self._zone)
        return EPOCH + timedelta(seconds=second)

    def turn_at(self, at: datetime) -> int:
        """The number of the rotation's turn at an aware moment; negative before `from_`."""
        wall = from_us(to_us(at)).astimezone(self._zone).replace(tzinfo=None)
        number = (wall - self.from_) // self.every.elapsed
        # At an hour shown twice the wall can be behind a handover that has been; it is never ahead of one.
        while self.handover(number + 1) <= at:
            number += 1
        return number


def _parse_timezone(written: object, mistakes: list[Mistake]) -> str:
    try:
        zone(str(written))
    except ValueError as error:
        sentence = str(error) if written is not None else say("a schedule needs a time zone such as Europe/Berlin")
        mistakes.append(Mistake(("timezone",), sentence))
    return str(written)


def _parse_rotation(written: object, mistakes: list[Mistake]) -> tuple[str, ...]:
    if not isinstance(written, list | tuple) or not written:
        mistakes.append(
            Mistake(
                ("rotation",),
                say("expected a list of handles such as [ada, ben], got %(written)s", written=f"{written!r}"),
            )
        )
        return ()
    mistakes += [
        Mistake(("rotation", position), say("expected a handle such as ada, got %(handle)s", handle=f"{handle!r}"))
        for position, handle in enumerate(written)
        if not isinstance(handle, str)
    ]
    return tuple(str(handle) for handle in written)


def _parse_every(written: object, mistakes: list[Mistake]) -> Duration:
    try:
        every = Duration.parse(written)
    except ValueError as error:
        mistakes.append(Mistake(("every",), str(error)))
        return Duration("1w", weeks=1)
    if not every.elapsed:
        mistakes.append(
            Mistake(
                ("every",), say('a rotation cannot hand over every "%(written)s"; write at least 1s', written=written)
            )
        )
    return every


def _parse_from(written: object, mistakes: list[Mistake]) -> datetime:
    """The local moment of the first turn. One with a zone of its own is refused: the schedule's counts."""
    moment: datetime | None = None
    match written:
        case datetime():
            moment = written
        case date():
            moment = datetime.combine(written, time())
        case str():
            try:
                moment = datetime.fromisoformat(written)
            except ValueError:
                moment = None
    if moment is None or moment.tzinfo is not None:
        sentence = say(
            '"%(written)s" is not a local moment; write it like 2026-11-02T09:00, in the time zone of the schedule',
            written=written,
        )
        mistakes.append(Mistake(("from",), sentence))
        return NAIVE_EPOCH
    return moment
