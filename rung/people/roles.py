"""What a role may do. Each role may do what the ones before it may."""

from rung.people.models import Agent, Role

ORDER = (Role.OBSERVER, Role.AGENT, Role.LEAD, Role.OWNER)
READ, WORK, CHANGE_POLICY, MANAGE_PEOPLE = Role.OBSERVER, Role.AGENT, Role.LEAD, Role.OWNER


def may(role: str, needed: Role) -> bool:
    """Whether somebody with this role may do what `needed` is the least role for: READ, WORK, and so on."""
    return ORDER.index(Role(role)) >= ORDER.index(needed)


def lesser(one: str, other: str) -> Role:
    """The one of two roles that may do less."""
    return min(Role(one), Role(other), key=ORDER.index)


def is_only_owner(agent: Agent) -> bool:
    """Whether nobody could manage this desk any more without them, as things stand in the database."""
    owners = Agent.objects.filter(role=Role.OWNER, is_active=True)
    return owners.filter(pk=agent.pk).exists() and not owners.exclude(pk=agent.pk).exists()
