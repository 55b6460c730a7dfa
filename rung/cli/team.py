"""`rung team`: the teams."""

from typing import Annotated

import typer
from django.db import transaction

from rung.cli import lookup
from rung.core import actors
from rung.people import changes
from rung.people.models import Membership, Team

commands = typer.Typer(help="The teams.", no_args_is_help=True)


@commands.command()
def add(
    name: Annotated[str, typer.Argument(help="The team's name in the policy.")],
    lead: Annotated[str, typer.Option(help="The handle of its lead, who becomes a member.")] = "",
    member: Annotated[list[str] | None, typer.Option(help="The handle of a member; may be repeated.")] = None,
) -> None:
    """Add a team, or add people to a team."""
    head = lookup.agent(lead) if lead else None
    people = [lookup.agent(handle) for handle in member or []] + ([head] if head else [])
    known = Team.objects.filter(name=name).first()
    before = changes.facts_of(known) if known else None
    with transaction.atomic():
        team, _ = Team.objects.get_or_create(name=name)
        if head:
            team.lead = head
            team.save()
        for agent in people:
            Membership.objects.get_or_create(team=team, agent=agent)
        changes.note("changed" if known else "added", team, by=actors.SYSTEM, before=before)


@commands.command()
def remove(name: str, member: str) -> None:
    """Remove an agent from a team."""
    team = lookup.team(name)
    before = changes.facts_of(team)
    Membership.objects.filter(team=team, agent=lookup.agent(member)).delete()
    changes.note("changed", team, by=actors.SYSTEM, before=before)


@commands.command(name="list")
def show() -> None:
    """List the teams and their members."""
    for team in Team.objects.select_related("lead").prefetch_related("members"):
        people = ", ".join(agent.handle for agent in team.members.all()) or "nobody"
        print(f"{team.name}  led by {team.lead.handle if team.lead else 'nobody'}  {people}")
