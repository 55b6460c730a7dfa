"""Names that change with a version: people and swaps go along with the new name when it comes into force."""

from collections.abc import Sequence

from rung.core.actors import Actor
from rung.core.policy.model import Policy
from rung.people import changes
from rung.people.models import Agent, Membership, Override, Team

#: (what, the name it had, the name it gets).
Rename = tuple[str, str, str]


def added(renames: Sequence[Sequence[str]], what: str, old: str, new: str) -> list[Rename]:
    """One more; two that follow each other are one, and one that leads back is none."""
    found: list[Rename] = [(each[0], each[1], each[2]) for each in renames]
    before = next((each for each in found if each[0] == what and each[2] == old), None)
    if before is not None:
        found.remove(before)
    first = before[1] if before is not None else old
    return found if first == new else [*found, (what, first, new)]


def carry_over(renames: Sequence[Sequence[str]], policy: Policy, *, by: Actor) -> None:
    """Let the desk follow the names. Agents belong to the level under its new name; a team, a rotation and a
    category somebody masters are there under both, because open tickets keep the version that knows the old one."""
    categories = {category.name for category in policy.categories}
    for what, old, new in renames:
        if what == "levels" and new in policy.levels and old not in policy.levels:
            _agents(old, new, by)
        elif what == "teams" and new in policy.teams and old not in policy.teams:
            _team(old, new, by)
        elif what == "categories" and new in categories and old not in categories:
            _skills(old, new, by)
        elif what == "schedules" and new in policy.schedules and old not in policy.schedules:
            for swap in Override.objects.filter(schedule=old).exclude(schedule=new):
                swap.pk, swap.schedule = None, new
                if not Override.objects.filter(
                    schedule=new, starts_at__lt=swap.ends_at, ends_at__gt=swap.starts_at
                ).exists():
                    swap.save()


def _agents(old: str, new: str, by: Actor) -> None:
    for agent in Agent.objects.filter(level=old):
        before = changes.facts_of(agent)
        agent.level = new
        agent.save(update_fields=["level"])
        changes.note("changed", agent, by=by, before=before)


def _skills(old: str, new: str, by: Actor) -> None:
    for agent in Agent.objects.filter(skills__contains=[old]).exclude(skills__contains=[new]):
        before = changes.facts_of(agent)
        agent.skills = [*agent.skills, new]
        agent.save(update_fields=["skills"])
        changes.note("changed", agent, by=by, before=before)


def _team(old: str, new: str, by: Actor) -> None:
    was = Team.objects.filter(name=old).first()
    if was is None:
        return
    team, made = Team.objects.get_or_create(name=new, defaults={"lead": was.lead})
    for member in was.members.all():
        Membership.objects.get_or_create(team=team, agent=member)
    if made:
        changes.note("added", team, by=by)
