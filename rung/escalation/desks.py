"""The people as the ticker knows them: read now and then, and kept in step with what it assigns itself."""

from datetime import datetime, timedelta
from typing import cast

import msgspec

from rung.core.desk import Desk, Person
from rung.people.desks import desk_at

#: How old the ticker's knowledge of the people may be.
FRESH_FOR = timedelta(seconds=5)


class Desks:
    """The desk of one ticker."""

    def __init__(self) -> None:
        self._desk: Desk | None = None
        self._read_at: datetime | None = None

    def at(self, now: datetime) -> Desk:
        """The people as they stand now, give or take FRESH_FOR."""
        if self._desk is None or self._read_at is None or abs(now - self._read_at) > FRESH_FOR:
            self._desk, self._read_at = desk_at(now), now
        return self._desk

    def forget(self) -> None:
        """What was decided was not written, so the counts may be wrong."""
        self._desk = None


def shift_load(desk: Desk, taken_from: str | None, given_to: str | None) -> None:
    """An assignment counts at once, so that `least_busy` spreads a batch instead of giving it all to one person."""
    people = cast("dict[str, Person]", desk.people)
    for handle, change in ((taken_from, -1), (given_to, 1)):
        person = people.get(handle or "")
        if person is not None:
            people[person.handle] = msgspec.structs.replace(person, load=max(0, person.load + change))
