"""Who may take a ticket, where that puts it, and which offers it closes."""

import msgspec
from msgspec import Struct

from rung.core.case import events as e
from rung.core.case.case import Case, Offer
from rung.core.oncall.roster import Person
from rung.core.policy.model import Policy
from rung.core.reckoning.ladder import closed_by_claim
from rung.core.sentences import say, word


class Take(Struct, frozen=True):
    """An offer is taken: the ticket moves to the claimer's level, and `closes` are the offers it settles."""

    level: str
    path: str
    offer: int
    closes: tuple[int, ...]


class TakeHere(Struct, frozen=True):
    """The ticket is at the claimer's own level and nobody's: an assignment, which closes no offer."""


class HeldBy(Struct, frozen=True):
    """Somebody has it already, perhaps the claimer."""

    agent: str


class MayNot(Struct, frozen=True):
    why: str


def claiming(case: Case, policy: Policy, person: Person) -> Take | TakeHere | HeldBy | MayNot:
    """What it means when this person claims the ticket now.

    An offer may be taken at its level or above it in its path. Those above the claimer stay open, so taking a critical
    ticket at level 1 does not call off level 3.
    """
    level = level_of(person, policy)
    if why := _barred(case, person, level):
        return MayNot(why)
    offer = _newest_within_reach(case, policy, level or "")
    if offer is not None and level is not None:
        return Take(level, offer.path, offer.number, closed_by_claim(case, policy, level, offer.path))
    if case.assignee is not None and (case.assignee == person.handle or level == case.level):
        return HeldBy(case.assignee)
    return TakeHere() if level == case.level else MayNot(_out_of_reach(case, person.handle, level or ""))


def level_of(person: Person, policy: Policy) -> str | None:
    """The level a person belongs to: their own, else the first one of the policy that a team of theirs stands at."""
    if person.level in policy.levels:
        return person.level
    return next((level.name for level in policy.levels.values() if level.team in person.teams), None)


def _barred(case: Case, person: Person, level: str | None) -> str:
    if case.status.is_over:
        return say("the ticket is %(status)s; reopen it first", status=word(case.status))
    if level is None:
        return say(
            "%(handle)s belongs to no level of the policy, so it can only be assigned to them", handle=person.handle
        )
    return "" if person.active else say("%(handle)s is not active", handle=person.handle)


def _newest_within_reach(case: Case, policy: Policy, level: str) -> Offer | None:
    return next((offer for offer in reversed(case.offers) if _reaches(policy, level, offer)), None)


def _reaches(policy: Policy, level: str, offer: Offer) -> bool:
    """Whether somebody at `level` stands where the ticket is offered, or above it in that path."""
    levels = policy.paths.get(offer.path, ())
    if level in levels and offer.level in levels:
        return levels.index(level) >= levels.index(offer.level)
    return level == offer.level


def _out_of_reach(case: Case, handle: str, level: str) -> str:
    offered = ", ".join(dict.fromkeys(offer.level for offer in case.offers))
    where = say("offered to %(offered)s", offered=offered) if offered else say("not offered to anybody")
    return say(
        "%(handle)s is at %(level)s; the ticket is held at %(held)s and %(where)s",
        handle=handle,
        level=level,
        held=case.level or say("no level yet"),
        where=where,
    )


def claim_of(event: e.Claimed, case: Case, policy: Policy) -> e.Claimed | e.Assigned:
    """A recorded claim as it is in this case: it closes the offers made here; at the level that holds the ticket it is
    an assignment."""
    if event.level == case.level:
        return e.Assigned(at=event.at, by=event.by, assignee=event.agent)
    own = policy.paths.get(case.path or "", ())
    path = case.path if case.path is not None and event.level in own else event.path
    closes = closed_by_claim(case, policy, event.level, path)
    return msgspec.structs.replace(event, path=path, closes=closes)
