"""What a directory's groups give: role, level and teams, by rules an owner has written.

A rule reads `Support leads: lead, L2, frontline specialists`: the group, then its role, its level and its teams.
Each of the three may be left out (`Support: , L1, frontline`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from rung.core import actors
from rung.core.actors import Actor
from rung.people import changes, sign_in
from rung.people.clock import database_now
from rung.people.models import HANDLE, Agent, Role, SignInProvider, Team
from rung.people.roles import ORDER, is_only_owner


class BadRule(ValueError):
    """A rule that cannot be read, in a sentence. `code` and `word`: for those who say it in another language."""

    def __init__(self, code: str, line: str, word: str = "") -> None:
        said = {
            "no_group": f'"{line}" names no group; a rule reads "Support leads: lead, L2, frontline"',
            "role": f'"{word}" is no role; known: {", ".join(ORDER)}',
            "team": f'"{word}" cannot be a team; names are made of lower-case letters, digits and . _ -',
        }
        super().__init__(said[code])
        self.code, self.line, self.word = code, line, word


@dataclass(frozen=True)
class Rule:
    """What one group gives."""

    group: str
    role: str = ""
    level: str = ""
    teams: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.group}: {self.role}, {self.level}, {' '.join(self.teams)}".rstrip(", ")


@dataclass(frozen=True)
class Given:
    """What somebody is by their groups."""

    role: str
    level: str
    teams: tuple[str, ...]


def read(text: str) -> list[Rule]:
    """A line for each rule. Raises BadRule."""
    return [_rule(line.strip()) for line in text.splitlines() if line.strip()]


def _rule(line: str) -> Rule:
    group, colon, rest = line.rpartition(":")
    if not colon or not group.strip():
        raise BadRule("no_group", line[:80])
    role, level, teams = ([*(part.strip() for part in rest.split(",", 2)), "", ""])[:3]
    if role and role not in set(ORDER):
        raise BadRule("role", line[:80], role[:40])
    for team in teams.split():
        if len(team) > 60 or not HANDLE.regex.fullmatch(team):  # type: ignore[union-attr]
            raise BadRule("team", line[:80], team[:80])
    return Rule(group.strip()[:200], role, level[:60], tuple(teams.split()))


def write(rules: Iterable[Rule]) -> str:
    """The lines again."""
    return "\n".join(map(str, rules))


def rules_of(found: SignInProvider) -> list[Rule]:
    """The rules of a directory."""
    return read(found.group_rules)


def given_by(rules: Sequence[Rule], groups: Iterable[str], otherwise: str) -> Given:
    """The greatest role of the groups' rules, else `otherwise`; the first level; all their teams."""
    mine = set(groups)
    matching = [rule for rule in rules if rule.group in mine]
    roles = [Role(rule.role) for rule in matching if rule.role]
    return Given(
        role=max(roles, key=ORDER.index) if roles else otherwise,
        level=next((rule.level for rule in matching if rule.level), ""),
        teams=tuple(dict.fromkeys(team for rule in matching for team in rule.teams)),
    )


def apply(agent: Agent, found: SignInProvider, groups: Iterable[str]) -> bool:
    """Make an agent what their groups say. Returns whether something changed.

    Without rules nothing is changed. Teams no rule names are left alone. The desk's only owner stays one.
    """
    rules = rules_of(found)
    if not rules:
        return False
    given = given_by(rules, groups, otherwise=found.role)
    before = changes.facts_of(agent)
    with transaction.atomic():
        if not (is_only_owner(agent) and given.role != Role.OWNER):
            agent.role = given.role
        if any(rule.level for rule in rules):
            agent.level = given.level
        if agent.role in (Role.LEAD, Role.OWNER):
            agent.is_restricted = False
        agent.save(update_fields=["role", "level", "is_restricted"])
        _join(agent, given.teams, {team for rule in rules for team in rule.teams})
        after = changes.facts_of(agent)
        if after == before:
            return False
        changes.note("changed", agent, by=by(found), before=before)
    return True


def preview(found: SignInProvider, rules: Sequence[Rule], groups: Mapping[int, Sequence[str]]) -> list[dict[str, Any]]:
    """Who would become something else by these rules. `groups`: agent's id -> groups the directory has told us of."""
    rows = []
    for agent in Agent.objects.filter(pk__in=groups, is_active=True):
        given = given_by(rules, groups[agent.pk], otherwise=found.role)
        if rules and (given.role, given.level) != (agent.role, agent.level):
            rows.append({"agent": agent, "role": given.role, "level": given.level, "teams": given.teams})
    return rows


def leave(agent: Agent, found: SignInProvider) -> None:
    """The directory says somebody has left: out everywhere, at once. Raises ValueError for the only owner."""
    if is_only_owner(agent):
        raise ValueError(f"{agent.handle} is the desk's only owner; make somebody else an owner first")
    before = changes.facts_of(agent)
    with transaction.atomic():
        agent.is_active = False
        agent.save(update_fields=["is_active"])
        sign_in.sign_out_everywhere(agent, now=database_now())
        changes.note("changed", agent, by=by(found), before=before)


def by(found: SignInProvider) -> Actor:
    """A directory, as the log of changes names it."""
    return actors.bot(f"directory {found.slug}")


def _join(agent: Agent, teams: Iterable[str], known: set[str]) -> None:
    for team in Team.objects.filter(name__in=known - set(teams), members=agent):
        team.members.remove(agent)
    for name in teams:
        Team.objects.get_or_create(name=name)[0].members.add(agent)
