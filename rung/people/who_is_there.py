"""The people as the rules see them: a `Roster`, read from the tables in a handful of queries."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Count, Q

from rung.core.oncall.roster import Away, Person, Roster, Swap
from rung.people.models import Absence, Agent, Membership, Override, Role, Team

#: Absences and swaps further ahead than this do not matter to any look made now.
AHEAD = timedelta(days=60)


def roster_at(now: datetime, loads: Mapping[str, int] | None = None) -> Roster:
    """Everybody, with who is away or on call by swap from `now` on. Read it once per batch and pass it down.

    `loads`: handle -> open tickets, for `least_busy`. Only the ticker needs it: counting all open tickets takes time.
    """
    teams: dict[str, list[str]] = defaultdict(list)
    for handle, team in Membership.objects.order_by("team__name").values_list("agent__handle", "team__name"):
        teams[handle].append(team)
    away: dict[str, list[Away]] = defaultdict(list)
    for absence in Absence.objects.filter(ends_at__gt=now, starts_at__lt=now + AHEAD).select_related("agent"):
        away[absence.agent.handle].append(Away(absence.starts_at, absence.ends_at))
    people = {
        agent.handle: Person(
            handle=agent.handle,
            teams=tuple(teams[agent.handle]),
            level=agent.level or None,
            skills=tuple(agent.skills),
            active=agent.is_active,
            absences=tuple(away[agent.handle]),
            load=(loads or {}).get(agent.handle, 0),
            restricted=agent.is_restricted,
        )
        for agent in Agent.objects.filter(role__in=[Role.OWNER, Role.LEAD, Role.AGENT])
    }
    return Roster(
        people=people,
        leads={team.name: team.lead.handle for team in Team.objects.select_related("lead") if team.lead},
        owners=tuple(
            Agent.objects.filter(role=Role.OWNER, is_active=True).order_by("handle").values_list("handle", flat=True)
        ),
        swaps=tuple(
            Swap(swap.schedule, swap.agent.handle, swap.starts_at, swap.ends_at)
            for swap in Override.objects.filter(ends_at__gt=now, starts_at__lt=now + AHEAD).select_related("agent")
        ),
    )


def loads_now() -> dict[str, int]:
    """How many tickets that are not over each agent has."""
    running = ~Q(tickets__status__in=["resolved", "closed"]) & Q(tickets__isnull=False)
    counted = Agent.objects.order_by().annotate(load=Count("tickets", filter=running))
    return dict(counted.values_list("handle", "load"))
