"""`rung webhook`: where signed webhooks go."""

import base64
import secrets
from typing import Annotated

import typer
from django.core.exceptions import ValidationError

from rung.channels.webhook import guarded
from rung.channels.webhook.models import NAME, Endpoint
from rung.people import changes
from rung.people.clock import database_now

commands = typer.Typer(help="Where signed webhooks go; policies call them webhook:NAME.", no_args_is_help=True)


@commands.command()
def add(
    name: str,
    url: str,
    allow_private: Annotated[bool, typer.Option(help="It may stand in our own network.")] = False,
) -> None:
    """Add an endpoint, or give it another address. Prints the secret it is signed with."""
    try:
        NAME(name)
        guarded.judge(url, allow_private=allow_private)
    except ValidationError as wrong:
        raise SystemExit(" ".join(wrong.messages)) from wrong
    except guarded.Forbidden as forbidden:
        raise SystemExit(str(forbidden)) from forbidden
    endpoint, is_new = Endpoint.objects.get_or_create(
        name=name,
        defaults={
            "url": url,
            "allow_private": allow_private,
            "secret": "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode(),
            "created_at": database_now(),
        },
    )
    before = changes.facts_of(endpoint)
    if not is_new:
        endpoint.url, endpoint.allow_private = url, allow_private
        endpoint.disabled_at, endpoint.disabled_why = None, ""
        endpoint.save()
    changes.note("added" if is_new else "changed", endpoint, by="system", before=None if is_new else before)
    print(endpoint.secret)


@commands.command(name="list")
def show() -> None:
    """Name the endpoints."""
    for endpoint in Endpoint.objects.all():
        state = f"disabled: {endpoint.disabled_why}" if endpoint.disabled_at else "in use"
        print(f"{endpoint.name}  {endpoint.url}  {state}")
