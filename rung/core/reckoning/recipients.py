"""Whom a notice reaches: `notify` and `remind` words turned into people, teams and places. Somebody, always."""

from msgspec import Struct

from rung.core import addresses
from rung.core.addresses import Address
from rung.core.case.case import Case
from rung.core.oncall.duty import on_call_now
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Policy
from rung.core.reckoning.look import Look


class Recipient(Struct, frozen=True):
    """`to`: as in `Notice.to`. `instead_of`: whom it was meant for, when that would have reached nobody."""

    to: Address
    instead_of: str | None = None


def recipients(look: Look, word: str) -> tuple[Recipient, ...]:
    """Who is meant by one entry of `notify`, or by `remind`. What reaches nobody goes to the lead, then the team."""
    head, rest = addresses.parts(word)
    match head:
        case "level":
            return (Recipient(addresses.level(rest or look.case.level or "")),)
        case "owners":
            return owners(look)
        case "owner":
            return (owner(look),)
        case "lead":
            return (lead(look),)
    is_place = word == "triage" or (rest and head not in _PEOPLE)  # a team's, or outside
    return (Recipient(Address(word)) if is_place else _person(look, word),)


class Called(Struct, frozen=True):
    """Whom a reminder in a channel calls: these people, and a team by its name where it has one there."""

    people: tuple[str, ...] = ()
    team: str = ""


def called(look: Look, word: str) -> Called | None:
    """Who is meant by `call`; None: nobody. Of a team those who are present and may see the ticket."""
    if word == "nobody":
        return None
    head, _, rest = word.partition(":")
    if head != "team":
        found = [one.to for one in recipients(look, word)]
        return Called(tuple(to.removeprefix("agent:") for to in found if to.startswith("agent:")))
    policy = look.compiled.policy
    team = rest or team_of(look.case.level or next(iter(policy.levels), None), policy)
    present = look.roster.present(look.now, team=team)
    return Called(tuple(one.handle for one in present if may_see(one.handle, look.case, policy, look.roster)), team)


def new_owner(look: Look, word: str) -> Recipient:
    """Who is meant by `assign`: as `recipients`, also somebody who may not see the ticket yet; given it, they may."""
    head, _ = addresses.parts(word)
    return recipients(look, word)[0] if head in _PLACES else _person(look, word, becomes_theirs=True)


def may_see(handle: str, case: Case, policy: Policy, roster: Roster) -> bool:
    """Whether words about this ticket may be said to this person.

    Restricted to teams, they see what a level of these teams holds or is offered, and what is their own.
    """
    if roster.staffed or handle == case.assignee:
        return True
    person = roster.people.get(handle)
    if person is None or not person.restricted:
        return person is not None
    levels = (case.level, *(offer.level for offer in case.offers))
    return any(team_of(level, policy) in person.teams for level in levels if level)


def owner(look: Look) -> Recipient:
    """The assignee; until somebody is assigned, the team that holds the ticket, its lead first."""
    assignee = look.case.assignee
    if assignee is not None and _is_there(look, assignee):
        return Recipient(addresses.agent(assignee))
    return lead(look, instead_of=assignee and addresses.agent(assignee))


def lead(look: Look, *, instead_of: str | None = None) -> Recipient:
    """The lead of the team that holds the ticket, else that team."""
    team = team_of(look.case.level, look.compiled.policy)
    handle = lead_of(team, look.compiled.policy, look.roster)
    if handle is not None and _is_there(look, handle):
        return Recipient(addresses.agent(handle), instead_of)
    return Recipient(addresses.team(team), instead_of or (addresses.agent(handle) if handle else None))


def owners(look: Look) -> tuple[Recipient, ...]:
    """The desk's owners who are active; without any, the lead."""
    roster = look.roster
    active = [
        handle
        for handle in roster.owners
        if roster.staffed or (handle in roster.people and roster.people[handle].active)
    ]
    return tuple(Recipient(addresses.agent(handle)) for handle in active) or (lead(look, instead_of="owners"),)


def lead_of(team: str, policy: Policy, roster: Roster) -> str | None:
    """The policy's word first, then what the app says."""
    named = policy.teams.get(team)
    return (named.lead if named is not None else None) or roster.leads.get(team)


def team_of(level: str | None, policy: Policy) -> str:
    held = policy.levels.get(level or "")
    return held.team if held is not None else (level or "")


def _person(look: Look, word: str, *, becomes_theirs: bool = False) -> Recipient:
    handle = _handle(look, word)
    if handle is not None and _is_there(look, handle, becomes_theirs=becomes_theirs):
        return Recipient(addresses.agent(handle))
    return lead(look, instead_of=addresses.agent(handle) if handle else word)


def _handle(look: Look, word: str) -> str | None:
    """The one person a word names, if there is one."""
    head, rest = addresses.parts(word)
    match head:
        case "assignee":
            return look.case.assignee
        case "account_owner":
            return look.case.account_owner
        case "agent":
            return rest
        case "on_call":
            schedule = look.compiled.policy.schedules.get(rest)
            return None if schedule is None else on_call_now(schedule, look.roster, look.now)
        case _:
            return word


def place_of(to: Address, policy: Policy) -> Address:
    """Where it is heard: the channel of a level or of the triage, if the policy names one; else as it is."""
    match addresses.parts(to):
        case "triage", "":
            return Address(policy.triage_channel or to)
        case "level", name:
            level = policy.levels.get(name)
            return to if level is None else Address(level.channel or to)
    return to


def _is_there(look: Look, handle: str, *, becomes_theirs: bool = False) -> bool:
    """Present, and allowed to read what they would be told."""
    if look.roster.staffed:
        return True
    sees = becomes_theirs or may_see(handle, look.case, look.compiled.policy, look.roster)
    return sees and look.roster.is_present(handle, look.now)


#: Words that name no single person.
_PLACES = ("triage", "team", "level", "owners", "owner", "lead")
#: Words before a colon that name one.
_PEOPLE = ("agent", "on_call", "account_owner")
