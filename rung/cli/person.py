"""`rung person`: the agents."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import typer
from django.core.exceptions import ValidationError
from django.db import transaction

from rung.cli import lookup
from rung.cli.privacy_text import tell, write_new
from rung.core import actors
from rung.core.policy.model import Policy
from rung.core.spelling import did_you_mean
from rung.intake.privacy import archive_of_agent, forget_agent
from rung.people import changes, sign_in
from rung.people.clock import database_now
from rung.people.models import Absence, Agent, ContactMethod, Membership, Role, Team
from rung.policies.outlets import outlets
from rung.policies.versions import compiled, current_number

commands = typer.Typer(help="Agents.", no_args_is_help=True)


@commands.command()
def add(
    handle: Annotated[str, typer.Argument(help="The agent's handle, as in the policy, such as sam.")],
    email: Annotated[str | None, typer.Option(help="The e-mail address; required for a new agent.")] = None,
    name: Annotated[str | None, typer.Option(help="The name; for a new agent the handle by default.")] = None,
    team: Annotated[list[str] | None, typer.Option(help="A team; may be repeated.")] = None,
    level: Annotated[str | None, typer.Option(help="The level they belong to.")] = None,
    role: Annotated[Role | None, typer.Option(help="The role; for a new agent: agent by default.")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="A category they master; may be repeated.")] = None,
    restricted: Annotated[
        bool | None,
        typer.Option("--restricted/--unrestricted", help="Whether they see only their own and their teams' tickets."),
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="The time zone, such as Europe/Berlin.")] = None,
    language: Annotated[str | None, typer.Option(help="The language: en or de.")] = None,
) -> None:
    """Add an agent, or change the given values of an agent. Missing teams are made."""
    if time_zone and time_zone not in available_timezones():
        raise SystemExit(f'No time zone is called "{time_zone}"; they read like Europe/Berlin.')
    agent = Agent.objects.filter(handle=handle).first() or _newcomer(handle)
    former_email = agent.email
    before = changes.facts_of(agent) if agent.pk else None
    facts = {
        "email": email.strip().lower() if email else None,
        "name": name,
        "level": level,
        "role": role,
        "skills": skill or None,
        "is_restricted": restricted,
        "time_zone": time_zone,
        "language": language,
    }
    for fact, value in facts.items():
        if value is not None:
            setattr(agent, fact, value)
    agent.is_active = True
    try:
        agent.full_clean()
    except ValidationError as wrong:
        raise SystemExit("\n".join(f"{fact}: {' '.join(said)}" for fact, said in wrong.message_dict.items())) from wrong
    with transaction.atomic():
        agent.save()
        if former_email != agent.email:
            ContactMethod.objects.filter(agent=agent, channel=outlets().by_mail(), address=former_email).delete()
        for place in team or []:
            Membership.objects.get_or_create(agent=agent, team=Team.objects.get_or_create(name=place)[0])
        for position, (channel, address) in enumerate([("app", handle), (outlets().by_mail(), agent.email)]):
            ContactMethod.objects.get_or_create(
                agent=agent, channel=channel, address=address, defaults={"position": position}
            )
        changes.note("added" if before is None else "changed", agent, by=actors.SYSTEM, before=before)
    print(f"{agent.name} ({handle}) is {Role(agent.role).value}{' in ' + ', '.join(team) if team else ''}")
    _look_at(compiled(current_number()).policy, level, team or [])


def _look_at(policy: Policy, level: str | None, teams: list[str]) -> None:
    """People may be there before their policy is, so a name it does not have is kept, and said."""
    named = [("level", level, policy.levels)] if level else []
    for kind, name, known in [*named, *(("team", team, policy.teams) for team in teams)]:
        if name not in known:
            hint = did_you_mean(name, known)
            print(f'Note: no {kind} is called "{name}" in the policy in force{hint}', file=sys.stderr)


def _newcomer(handle: str) -> Agent:
    agent = Agent(handle=handle, name=handle)
    agent.set_unusable_password()
    return agent


@commands.command(name="list")
def show() -> None:
    """List the agents."""
    for agent in Agent.objects.prefetch_related("teams"):
        teams = ", ".join(team.name for team in agent.teams.all()) or "no team"
        left = "" if agent.is_active else "  left"
        print(f"{agent.handle}  {agent.name}  {agent.role}  {agent.level or 'no level'}  {teams}{left}")


@commands.command()
def link(
    handle: str,
    without_factors: Annotated[
        bool, typer.Option("--without-factors", help="Remove passkeys, app and codes first: their device is lost.")
    ] = False,
) -> None:
    """Print a sign-in link. It works once, for a day, and ends earlier links. A second factor is still asked for."""
    from django.conf import settings

    agent = lookup.agent(handle)
    if without_factors:
        sign_in.remove_factors(agent, now=database_now())
        changes.record(
            by=actors.SYSTEM, area=changes.Area.PEOPLE, what="took the second factors of", subject=actors.agent(handle)
        )
    changes.record(by=actors.SYSTEM, area=changes.Area.PEOPLE, what="made a sign-in link", subject=actors.agent(handle))
    print(f"{settings.BASE_URL}/sign-in/{sign_in.issue_link(agent, now=database_now())}")


@commands.command()
def away(
    handle: str,
    start: Annotated[datetime, typer.Option("--from", help="The moment, in the agent's time zone.")],
    end: Annotated[datetime, typer.Option("--to", help="The moment, in the agent's time zone.")],
    reason: Annotated[str, typer.Option()] = "",
) -> None:
    """Record an absence."""
    agent = lookup.agent(handle)
    zone = ZoneInfo(agent.time_zone)
    if start >= end:
        raise SystemExit("--from must be before --to.")
    absence = Absence.objects.create(
        agent=agent, starts_at=start.replace(tzinfo=zone), ends_at=end.replace(tzinfo=zone), reason=reason
    )
    changes.note("added", absence, by=actors.SYSTEM)


@commands.command()
def leave(handle: str) -> None:
    """Deactivate an agent who has left: no sign-in, no tickets. Timelines keep what they did."""
    agent = lookup.agent(handle)
    before = changes.facts_of(agent)
    agent.is_active = False
    with transaction.atomic():
        agent.save()
        sign_in.sign_out_everywhere(agent, now=database_now())
    changes.note("changed", agent, by=actors.SYSTEM, before=before)


@commands.command()
def export(
    handle: str, file: Annotated[Path, typer.Argument(help="The zip file to write; it must not exist.")]
) -> None:
    """Write everything the desk holds about an agent: JSON and the files they sent. Secrets are left out."""
    write_new(file, archive_of_agent(lookup.agent(handle), database_now()))


@commands.command()
def delete(
    handle: str,
    keep_words: Annotated[bool, typer.Option(help="Keep what they wrote, without their name.")] = False,
    yes: Annotated[bool, typer.Option(help="Do not ask for confirmation.")] = False,
) -> None:
    """Delete an agent's data for good: sign-in, words, files, name, addresses, ids. What they did gets a pseudonym."""
    agent = lookup.agent(handle)
    if not yes:
        typer.confirm(f"Forget {agent.name} ({handle})? This cannot be undone", abort=True)
    try:
        tell(forget_agent(agent, by=actors.SYSTEM, now=database_now(), keep_words=keep_words))
    except ValueError as refused:
        raise SystemExit(str(refused)) from refused
