"""Whom a notice reaches: `notify` and `remind` words turned into people, teams and places. It reaches somebody always."""

from datetime import datetime

from msgspec import Struct

from rung.core.case import Case
from rung.core.desk import Desk
from rung.core.duty import on_call_now
from rung.core.policy import Policy


class Recipient(Struct, frozen=True):
    """`to`: as in `Notice.to`. `instead_of`: whom it was meant for, when that would have reached nobody."""

    to: str
    instead_of: str | None = None


def recipients(word: str, case: Case, policy: Policy, desk: Desk, now: datetime) -> tuple[Recipient, ...]:
    """Who is meant by one entry of `notify`, or by `remind`. What reaches nobody goes to the lead, then the team."""
    head, _, rest = word.partition(":")
    match head:
        case "triage":
            return (Recipient("triage"),)
        case "level":
            return (Recipient(f"level:{rest or case.level or ''}"),)
        case "slack" | "email":
            return (Recipient(word),)
        case "team":
            return (Recipient(word),)
        case "owners":
            return owners(case, policy, desk, now)
        case "assignee":
            return (_person(case.assignee, word, case, policy, desk, now),)
        case "agent":
            return (_person(rest, word, case, policy, desk, now),)
        case "account_owner":
            return (_person(case.account_owner, word, case, policy, desk, now),)
        case "on_call":
            schedule = policy.schedules.get(rest)
            person = None if schedule is None else on_call_now(schedule, desk, now)
            return (_person(person, word, case, policy, desk, now),)
        case "owner":
            return (owner(case, policy, desk, now),)
        case "lead":
            return (lead(case, policy, desk, now),)
        case _:
            return (_person(word, word, case, policy, desk, now),)


def owner(case: Case, policy: Policy, desk: Desk, now: datetime) -> Recipient:
    """The assignee; until somebody is assigned, the team that holds the ticket, its lead first."""
    if case.assignee is not None and _is_there(case.assignee, desk, now):
        return Recipient(f"agent:{case.assignee}")
    return lead(case, policy, desk, now, instead_of=case.assignee and f"agent:{case.assignee}")


def lead(case: Case, policy: Policy, desk: Desk, now: datetime, *, instead_of: str | None = None) -> Recipient:
    """The lead of the team that holds the ticket, else that team."""
    team = team_of(case.level, policy)
    handle = lead_of(team, policy, desk)
    if handle is not None and _is_there(handle, desk, now):
        return Recipient(f"agent:{handle}", instead_of)
    return Recipient(f"team:{team}", instead_of or (f"agent:{handle}" if handle else None))


def owners(case: Case, policy: Policy, desk: Desk, now: datetime) -> tuple[Recipient, ...]:
    """The desk's owners who are active; without any, the lead."""
    active = [handle for handle in desk.owners if desk.staffed or desk.people[handle].active]
    return tuple(Recipient(f"agent:{handle}") for handle in active) or (
        lead(case, policy, desk, now, instead_of="owners"),
    )


def lead_of(team: str, policy: Policy, desk: Desk) -> str | None:
    """The policy's word first, then what the app says."""
    named = policy.teams.get(team)
    return (named.lead if named is not None else None) or desk.leads.get(team)


def team_of(level: str | None, policy: Policy) -> str:
    return policy.levels[level].team if level in policy.levels else (level or "")


def _person(handle: str | None, word: str, case: Case, policy: Policy, desk: Desk, now: datetime) -> Recipient:
    if handle is not None and _is_there(handle, desk, now):
        return Recipient(f"agent:{handle}")
    return lead(case, policy, desk, now, instead_of=f"agent:{handle}" if handle else word)


def _is_there(handle: str, desk: Desk, now: datetime) -> bool:
    return desk.staffed or desk.is_present(handle, now)
