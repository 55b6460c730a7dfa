"""The people as the ticker knows them: read now and then, and kept in step with what it assigns itself."""

from datetime import datetime, timedelta
from typing import cast

import msgspec

from rung.core.oncall.roster import Person, Roster
from rung.people.who_is_there import loads_now, roster_at

#: How old the ticker's knowledge of the people may be, and of how many tickets each has. The second is counted over
#: all open tickets, so it is read less often; what the ticker itself assigns is counted at once.
FRESH_FOR = timedelta(seconds=5)
LOADS_FRESH_FOR = timedelta(seconds=30)


class RosterCache:
    """The roster of one ticker."""

    def __init__(self) -> None:
        self._roster: Roster | None = None
        self._read_at: datetime | None = None
        self._loads: dict[str, int] = {}
        self._counted_at: datetime | None = None

    def at(self, now: datetime) -> Roster:
        """The people as they stand now, give or take FRESH_FOR."""
        if self._counted_at is None or abs(now - self._counted_at) > LOADS_FRESH_FOR:
            self._loads, self._counted_at, self._roster = loads_now(), now, None
        if self._roster is None or self._read_at is None or abs(now - self._read_at) > FRESH_FOR:
            self._roster, self._read_at = roster_at(now, self._loads), now
        return self._roster

    def shift_load(self, taken_from: str | None, given_to: str | None) -> None:
        """An assignment counts at once, so that `least_busy` spreads a batch instead of giving it all to one person."""
        people = cast("dict[str, Person]", self._roster.people) if self._roster else {}
        for handle, change in ((taken_from, -1), (given_to, 1)):
            person = people.get(handle or "")
            if person is not None:
                self._loads[person.handle] = max(0, person.load + change)
                people[person.handle] = msgspec.structs.replace(person, load=self._loads[person.handle])

    def forget(self) -> None:
        """What was decided was not written, so the counts may be wrong."""
        self._roster = self._counted_at = None
