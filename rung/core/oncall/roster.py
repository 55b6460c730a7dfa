"""The people as they stand at a moment: who is there, who is on call, who leads, who masters what."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct


class Away(Struct, frozen=True):
    """An absence, from `start` until before `end`."""

    start: datetime
    end: datetime


class Person(Struct, frozen=True):
    handle: str
    teams: tuple[str, ...] = ()
    level: str | None = None
    #: The categories this person masters.
    skills: tuple[str, ...] = ()
    active: bool = True
    absences: tuple[Away, ...] = ()
    #: Open tickets assigned now, for `least_busy`.
    load: int = 0
    #: Sees only the tickets of these teams, and their own.
    restricted: bool = False

    def is_present(self, at: datetime) -> bool:
        return self.active and not any(away.start <= at < away.end for away in self.absences)


class Swap(Struct, frozen=True):
    """A one-off override of an on-call schedule: `handle` stands in from `start` until before `end`."""

    schedule: str
    handle: str
    start: datetime
    end: datetime
    #: Whose turn it takes; None: anybody's.
    instead_of: str | None = None


class Roster(Struct, frozen=True):
    """Everyone the rules may name. `staffed`: the people are not known (replay), so every team counts as there."""

    people: Mapping[str, Person] = {}
    #: Leads entered in the app; the policy's own `lead` comes first.
    leads: Mapping[str, str] = {}
    owners: tuple[str, ...] = ()
    swaps: tuple[Swap, ...] = ()
    staffed: bool = False

    def present(self, at: datetime, *, team: str | None = None, skill: str | None = None) -> tuple[Person, ...]:
        """Active people who are not absent, by handle; of one team, of those who master a category."""
        return tuple(
            person
            for _, person in sorted(self.people.items())
            if (team is None or team in person.teams)
            and (skill is None or skill in person.skills)
            and person.is_present(at)
        )

    def is_active(self, handle: str) -> bool:
        person = self.people.get(handle)
        return person is not None and person.active

    def is_present(self, handle: str, at: datetime) -> bool:
        person = self.people.get(handle)
        return person is not None and person.is_present(at)
