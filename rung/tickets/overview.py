"""How a ticket stands, for people to read: its clocks, its ladder, who has it, and what happens next unless what."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from rung.core.case import case as cases
from rung.core.case.case import Offer
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Policy
from rung.core.reckoning.ladder import is_reachable, opens_at
from rung.core.reckoning.look import Look
from rung.core.reckoning.recipients import lead_of
from rung.people.who_is_there import roster_at
from rung.policies.versions import compiled
from rung.tickets.models import Ticket


class Place(StrEnum):
    """Where a level stands to a ticket."""

    PASSED = "passed"
    HOLDS = "holds"
    OFFERED = "offered"
    AHEAD = "ahead"


class LadderLevel(Struct, frozen=True):
    """One level of the ticket's path, or one it is offered to beside it. `people`: handles of who belongs there."""

    name: str
    team: str
    lead: str | None
    responsible_for: str
    place: Place
    people: tuple[str, ...]
    #: Since when it is held there, or offered.
    since: datetime | None = None
    offer: Offer | None = None
    returned: int = 0
    #: Nobody can be reached there now; it opens then (None: not foreseeable).
    reachable: bool = True
    opens_at: datetime | None = None
    is_last: bool = False


def look_at(ticket: Ticket, now: datetime, roster: Roster | None = None) -> Look:
    """The ticket as reckoning sees it at that moment. Read-only: nothing of it is written."""
    case = cases.decode(bytes(ticket.snapshot))
    return Look(case, compiled(case.policy), roster or roster_at(now), now)


def ladder(look: Look) -> tuple[LadderLevel, ...]:
    """The levels of the ticket's path from the first to the last, then any others it is offered to."""
    policy, case = look.compiled.policy, look.case
    path = [name for name in policy.paths.get(case.path or "", ()) if name in policy.levels]
    beside = [offer.level for offer in case.offers if offer.level not in path and offer.level in policy.levels]
    if case.level and case.level in policy.levels and case.level not in path:
        beside.insert(0, case.level)
    held = path.index(case.level) if case.level in path else -1
    levels = [
        _level(look, name, _place(look, name, place, held), is_last=name == path[-1]) for place, name in enumerate(path)
    ]
    return (*levels, *(_level(look, name, _place(look, name, -1, held)) for name in dict.fromkeys(beside)))


def people_of(policy: Policy, roster: Roster, level: str) -> tuple[str, ...]:
    """Who belongs to a level: those entered for it, and those of its team who are entered for no other."""
    team = policy.levels[level].team
    return tuple(
        handle
        for handle, person in sorted(roster.people.items())
        if person.active and (person.level == level or (person.level not in policy.levels and team in person.teams))
    )


def _place(look: Look, name: str, place: int, held: int) -> Place:
    if name == look.case.level:
        return Place.HOLDS
    if any(offer.level == name for offer in look.case.offers):
        return Place.OFFERED
    return Place.PASSED if 0 <= place < held else Place.AHEAD


def _level(look: Look, name: str, place: Place, *, is_last: bool = False) -> LadderLevel:
    policy, case, roster = look.compiled.policy, look.case, look.roster
    level = policy.levels[name]
    offer = next((offer for offer in reversed(case.offers) if offer.level == name), None)
    stay = next((stay for stay in reversed(case.stays) if stay.level == name), None)
    reachable = is_reachable(look.compiled, roster, name, look.now)
    return LadderLevel(
        name=name,
        team=level.team,
        lead=lead_of(level.team, policy, roster),
        responsible_for=level.responsible_for,
        place=place,
        people=people_of(policy, roster, name),
        since=offer.at if offer and place is Place.OFFERED else stay.since if stay else None,
        offer=offer,
        returned=case.returns.get(name, 0),
        reachable=reachable,
        opens_at=None if reachable else opens_at(look.compiled, roster, name, look.now),
        is_last=is_last,
    )
