"""Moments as whole microseconds since 1970, and the time zones that place local times among them."""

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from rung.core.sentences import say
from rung.core.spelling import nearest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAIVE_EPOCH = EPOCH.replace(tzinfo=None)
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)


def to_us(at: datetime) -> int:
    """Microseconds from 1970-01-01T00:00Z to an aware moment. A naive one is refused with ValueError."""
    try:
        return (at - EPOCH) // MICROSECOND
    except TypeError:
        raise naive(at) from None


def from_us(us: int) -> datetime:
    """The aware UTC moment that many microseconds from 1970. OverflowError outside the years 1 to 9999."""
    return EPOCH + us * MICROSECOND


def naive(at: datetime) -> ValueError:
    """The refusal of a moment that does not say in which zone it is."""
    return ValueError(
        say("%(moment)s has no time zone; give an aware moment such as %(moment)s+00:00", moment=at.isoformat())
    )


@cache
def zone_names() -> frozenset[str]:
    """Every time zone the locked tzdata package knows."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@cache
def zone(name: str) -> ZoneInfo:
    """A time zone by its name. ValueError with the nearest name when there is none.

    Read from the locked tzdata package, never from the machine, so that an upgraded host moves no deadline.
    """
    if name not in zone_names():
        raise ValueError(
            say('no time zone is called "%(name)s"%(suggestion)s', name=name, suggestion=_suggestion(name))
        )
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def _suggestion(name: str) -> str:
    cities = {known.rpartition("/")[2]: known for known in sorted(zone_names())}
    match = nearest(name, zone_names()) if "/" in name else None
    match = match or cities.get(nearest(name.rpartition("/")[2].replace(" ", "_"), cities) or "")
    return say('; did you mean "%(match)s"?', match=match) if match else ""


def reached(local: datetime, where: ZoneInfo) -> int:
    """The first second since 1970 at which the local clock reads, or has passed, a naive local time.

    A time that the clock shows twice counts the first time. A time that it skips is passed at the jump. So local
    times in order are always reached in order. RFC 5545 section 3.3.5 has the same first occurrence.
    """
    wall = (local - NAIVE_EPOCH) // SECOND
    before = _offset(local.replace(tzinfo=where, fold=0))
    after = _offset(local.replace(tzinfo=where, fold=1))
    return wall - before if before >= after else _jump(wall - after, wall - before, where)


def _jump(before: int, after: int, where: ZoneInfo) -> int:
    """The second at which the offset changes, found by halving between one before it and one at or after it."""
    start = _offset_at(before, where)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset_at(middle, where) == start:
            before = middle
        else:
            after = middle
    return after


def _offset_at(second: int, where: ZoneInfo) -> int:
    return _offset((EPOCH + timedelta(seconds=second)).astimezone(where))


def _offset(at: datetime) -> int:
    offset = at.utcoffset()
    return 0 if offset is None else offset // SECOND
