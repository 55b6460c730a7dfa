"""What a role may do. Each role may do what the ones before it may."""

from rung.people.models import Role

ORDER = (Role.OBSERVER, Role.AGENT, Role.LEAD, Role.OWNER)
READ, WORK, CHANGE_POLICY, MANAGE_PEOPLE = Role.OBSERVER, Role.AGENT, Role.LEAD, Role.OWNER


def may(role: str, needed: Role) -> bool:
    """Whether somebody with this role may do what `needed` is the least role for: READ, WORK, and so on."""
    return ORDER.index(Role(role)) >= ORDER.index(needed)
