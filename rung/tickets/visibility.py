"""Which tickets somebody may see: all of them, or, restricted to teams, those that stand with these teams or with them.

Every page, search, call, list and button asks here. A restricted person without a team sees nothing.
"""

from django.db.models import Q, QuerySet

from rung.core import actors
from rung.core.actors import Actor
from rung.people.models import Agent
from rung.policies.versions import compiled, current_number
from rung.tickets.models import Ticket


class NotTheirs(Ticket.DoesNotExist):
    """For this person the ticket is not there."""


def seen_by(agent: Agent | None) -> Q:
    """What holds of a ticket this agent may see. None is a service of the desk's own: it sees all.

    A ticket is a team's while one of its levels, as the policy in force has them, holds it or is offered it; and it is
    somebody's while they are the assignee.
    """
    if agent is None or sees_all(agent):
        return Q()
    levels = levels_of(agent)
    return Q(level__in=levels) | Q(offered_levels__overlap=levels) | Q(assignee=agent.handle)


def sees_all(agent: Agent | None) -> bool:
    """Whether every ticket is there for this agent."""
    return agent is None or not agent.is_restricted


def visible(agent: Agent | None) -> "QuerySet[Ticket]":
    """The tickets this agent may see; add filters and order to it."""
    return Ticket.objects.filter(seen_by(agent))


def sees(agent: Agent | None, ticket: int) -> bool:
    """Whether this agent may see that ticket."""
    return visible(agent).filter(number=ticket).exists()


def refuse_unseen(by: Actor, ticket: int) -> None:
    """Raise NotTheirs where `by`, as events name people, is an agent who may not see the ticket."""
    handle = actors.handle_of(by)
    if handle is None:
        return
    agent = Agent.objects.filter(handle=handle, is_restricted=True).first()
    if agent is not None and not sees(agent, ticket):
        raise NotTheirs(f"there is no ticket {ticket} for {handle}")


def levels_of(agent: Agent) -> list[str]:
    """The levels of the policy in force at which a team of theirs stands."""
    teams = set(agent.teams.values_list("name", flat=True))
    return [level.name for level in compiled(current_number()).policy.levels.values() if level.team in teams]
