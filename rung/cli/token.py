"""`rung token`: keys to the API."""

from typing import Annotated

import typer
from django.db import IntegrityError

from rung.core import actors
from rung.people import changes, tokens
from rung.people.clock import database_now
from rung.people.models import Role, Token

commands = typer.Typer(help="API keys.", no_args_is_help=True)


@commands.command()
def create(name: str, role: Annotated[Role, typer.Option(help="The key's role.")] = Role.AGENT) -> None:
    """Make a key and print it. It is shown only this once."""
    try:
        key = tokens.create(name, role=role)
    except IntegrityError as taken:
        raise SystemExit(f'There is a token called "{name}" already; choose another name.') from taken
    changes.note("added", Token.objects.get(name=name), by=actors.SYSTEM)
    print(key)


@commands.command(name="list")
def show() -> None:
    """List the keys."""
    for token in Token.objects.all():
        state = "revoked" if token.revoked_at else "in use"
        used = f"{token.last_used_at:%F %R} UTC" if token.last_used_at else "never"
        print(f"{token.name}  {token.role}  {state}  last used {used}")


@commands.command()
def revoke(name: str) -> None:
    """Revoke a key."""
    if not tokens.revoke(name, now=database_now()):
        raise SystemExit(f'No token in use is called "{name}"; `rung token list` names them.')
    changes.record(by=actors.SYSTEM, area=changes.Area.SETTINGS, what="ended", subject=f"token:{name}")
