"""Where an escalation goes: the next level, a named one, another department; and whether anybody is there."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from rung.core.case.case import Case, Offer
from rung.core.oncall.duty import on_call_of_team
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Level, Policy
from rung.core.reckoning.compiled import Compiled


class Kind(StrEnum):
    LEVEL = "level"
    EXPERT = "expert"
    OUT = "out"


class Destination(Struct, frozen=True):
    """Where `escalate:` points. For a level: its path and its place there (-1: on no path of the ticket)."""

    kind: Kind
    level: str = ""
    path: str = ""
    #: How high, to compare destinations with one another; sideways is below every level of the own path.
    rank: int = -1
    #: The ticket is there already, or higher, or offered there.
    already: bool = False
    #: The last level of the path, offered again.
    repeat: int = 0
    #: `next` from the last level.
    is_last: bool = False
    #: A named expert, or the project of another system.
    name: str = ""
    tracker: str = ""


class Reach(Struct, frozen=True):
    """The level an offer is made to, after those that nobody could be reached at: (level, when it opens)."""

    level: str
    skipped: tuple[tuple[str, datetime | None], ...]
    nobody: bool


def destination(case: Case, policy: Policy, escalate: str) -> Destination:
    """What `escalate:` means for this ticket now. Rules never go down; a person may ignore `already`."""
    if escalate == "next":
        return _next(case, policy)
    if escalate in policy.levels:
        return _named(case, policy, escalate)
    head, _, rest = escalate.partition(":")
    if head == "path":
        return _sideways(case, policy, rest)
    if head == "expert":
        return Destination(Kind.EXPERT, name=rest)
    if rest:
        return Destination(Kind.OUT, tracker=head, name=rest)
    # A level this version of the policy does not know: nearest to the wish is the next one.
    return _next(case, policy)


def highest_offer(case: Case, policy: Policy) -> Offer | None:
    """The open offer furthest up the ticket's path, or, with none there, up its own; the newest of equals."""
    if not case.offers:
        return None
    levels = policy.paths.get(case.path or "", ())
    best, height = None, -1
    for offer in reversed(case.offers):
        place = levels.index(offer.level) if offer.level in levels else -1
        if place > height:
            best, height = offer, place
            if place == len(levels) - 1:
                break
    return best or max(case.offers, key=lambda offer: (_place(policy, offer.path, offer.level), offer.number))


def reach(compiled: Compiled, roster: Roster, wanted: Destination, *, ticket_open: bool, now: datetime) -> Reach:
    """The wanted level, or the next reachable one above it on its path. Outside the ticket's own calendar
    (`ticket_open` false) levels are not passed over. Nobody anywhere: the wanted level, `nobody`."""
    if not ticket_open:
        return Reach(wanted.level, (), nobody=False)
    levels = _from(compiled.policy.paths.get(wanted.path, ()), wanted.level)
    skipped: list[tuple[str, datetime | None]] = []
    for level in levels:
        if is_reachable(compiled, roster, level, now):
            return Reach(level, tuple(skipped), nobody=False)
        skipped.append((level, opens_at(compiled, roster, level, now)))
    return Reach(wanted.level, tuple(skipped), nobody=True)


def is_reachable(compiled: Compiled, roster: Roster, level: str, now: datetime) -> bool:
    """Somebody active and present, and the level's calendar open or somebody on call."""
    team = compiled.policy.levels[level].team
    if not roster.staffed and not roster.present(now, team=team):
        return False
    if compiled.level_calendar(level).is_open(now):
        return True
    return bool(on_call_of_team(compiled.policy.schedules, roster, team, now))


def opens_at(compiled: Compiled, roster: Roster, level: str, now: datetime) -> datetime | None:
    """When an unreachable level can be reached again by what is known now; None: not foreseeable."""
    team = compiled.policy.levels[level].team
    calendar = compiled.level_calendar(level)
    if roster.staffed or roster.present(now, team=team):
        return calendar.next_opening(now)
    returns = [
        away.end
        for person in roster.people.values()
        if person.active and team in person.teams
        for away in person.absences
        if away.start <= now < away.end
    ]
    if not returns:
        return None
    back = min(returns)
    return back if calendar.is_open(back) else calendar.next_opening(back)


def closed_by_claim(case: Case, policy: Policy, level: str, path: str) -> tuple[int, ...]:
    """The numbers of the offers a claim at `level` closes: those at and below it on the path claimed."""
    claimed = _place(policy, path, level)
    return tuple(
        offer.number
        for offer in case.offers
        if offer.level == level or 0 <= _place(policy, path, offer.level) <= claimed
    )


def first_level(policy: Policy, path: str) -> Level | None:
    levels = policy.paths.get(path, ())
    return policy.levels[levels[0]] if levels else None


def is_above_first(case: Case, policy: Policy) -> bool:
    """Whether the ticket is held above the first level of its path."""
    return case.path is not None and case.level is not None and _place(policy, case.path, case.level) > 0


def _next(case: Case, policy: Policy) -> Destination:
    """After the highest open offer or, failing that, the holding level; at the last level, there again."""
    highest = highest_offer(case, policy)
    if highest is None:
        path, level, repeat = case.path or "", case.level or "", 0
    else:
        path, level, repeat = highest.path, highest.level, highest.repeat + 1
        if _place(policy, case.path, level) >= 0:
            path = case.path or path
    levels = policy.paths.get(path, ())
    place = _place(policy, path, level)
    if not levels:
        return Destination(Kind.LEVEL, level, path, already=True)
    if place < 0:
        # A level this version has no longer: never below the highest one of the path it has stood at.
        place = max((_place(policy, path, stay.level) for stay in case.stays), default=-1)
    if place + 1 < len(levels):
        return Destination(Kind.LEVEL, levels[place + 1], path, rank=place + 1)
    return Destination(Kind.LEVEL, levels[-1], path, rank=place, repeat=repeat, is_last=True)


def _named(case: Case, policy: Policy, level: str) -> Destination:
    path = case.path or ""
    place = _place(policy, path, level)
    if place < 0:
        path = _path_with(policy, level, path)
        already = level == case.level or any(offer.level == level for offer in case.offers)
        return Destination(Kind.LEVEL, level, path, already=already)
    held = _place(policy, path, case.level)
    offered = max((_place(policy, path, offer.level) for offer in case.offers), default=-1)
    return Destination(Kind.LEVEL, level, path, rank=place, already=place <= max(held, offered))


def _sideways(case: Case, policy: Policy, path: str) -> Destination:
    levels = policy.paths.get(path, ())
    if not levels:
        return Destination(Kind.LEVEL, "", path, already=True)
    already = case.path == path or any(offer.path == path for offer in case.offers)
    return Destination(Kind.LEVEL, levels[0], path, already=already)


def _place(policy: Policy, path: str | None, level: str | None) -> int:
    levels = policy.paths.get(path or "", ())
    return levels.index(level) if level in levels else -1


def _from(levels: Sequence[str], level: str) -> Sequence[str]:
    return levels[levels.index(level) :] if level in levels else (level,)


def _path_with(policy: Policy, level: str, otherwise: str) -> str:
    """The path a level stands on: the one it begins, else the first that has it."""
    for path, levels in policy.paths.items():
        if levels[:1] == (level,):
            return path
    return next((path for path, levels in policy.paths.items() if level in levels), otherwise)
