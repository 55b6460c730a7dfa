"""`rung webhook`: where signed webhooks go."""

from typing import Annotated

import typer
from django.core.exceptions import ValidationError

from rung.channels.webhook import guarded
from rung.channels.webhook.models import NAME, Endpoint
from rung.core import actors
from rung.people import changes
from rung.people.changes import LogStream, UntoldChange
from rung.people.clock import database_now
from rung.people.vault import VaultProblem

commands = typer.Typer(help="Endpoints of signed webhooks; the policy calls them webhook:NAME.", no_args_is_help=True)


@commands.command()
def add(
    name: str,
    url: str,
    allow_private: Annotated[bool, typer.Option(help="Allow an address in a private network.")] = False,
) -> None:
    """Add an endpoint, or change its address. Prints the secret it is signed with."""
    try:
        NAME(name)
        guarded.judge(url, allow_private=allow_private)
    except ValidationError as wrong:
        raise SystemExit(" ".join(wrong.messages)) from wrong
    except guarded.Forbidden as forbidden:
        raise SystemExit(str(forbidden)) from forbidden
    endpoint = Endpoint.objects.filter(name=name).first()
    before = changes.facts_of(endpoint) if endpoint else None
    if endpoint is None:
        endpoint = Endpoint(name=name, created_at=database_now())
        endpoint.renew_secret()
    endpoint.url, endpoint.allow_private = url, allow_private
    endpoint.disabled_at = endpoint.disabled_why = None
    endpoint.save()
    changes.note("added" if before is None else "changed", endpoint, by=actors.SYSTEM, before=before)
    try:
        print(endpoint.shared_secret())
    except VaultProblem as problem:
        raise SystemExit(str(problem)) from problem


@commands.command()
def log(
    name: Annotated[str, typer.Argument(help="The endpoint that gets the log of changes.")] = "",
    off: Annotated[bool, typer.Option("--off", help="Send it nowhere any more; what still waits is dropped.")] = False,
) -> None:
    """Send every change of people, customers and settings to an endpoint, from now on. Without a name: say where to."""
    if name and not Endpoint.objects.filter(name=name).exists():
        raise SystemExit(f'no endpoint is called "{name}"; `rung webhook list` names them')
    if name or off:
        LogStream.objects.all().delete()
        if off:
            UntoldChange.objects.all().delete()
        else:
            LogStream.objects.create(to=f"webhook:{name}")
        changes.record(
            by=actors.SYSTEM,
            area=changes.Area.SETTINGS,
            what="sends the log to" if name else "sends the log nowhere",
            subject=f"endpoint:{name}" if name else "",
        )
    to = LogStream.objects.first()
    waiting = UntoldChange.objects.count()
    print(f"The log goes to {to.to}; {waiting} changes wait." if to else "The log goes nowhere.")


@commands.command(name="list")
def show() -> None:
    """List the endpoints."""
    for endpoint in Endpoint.objects.all():
        state = f"disabled: {endpoint.disabled_why}" if endpoint.disabled_at else "in use"
        print(f"{endpoint.name}  {endpoint.url}  {state}")
