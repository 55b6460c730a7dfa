"""`rung customer`: the companies that ask."""

from typing import Annotated

import typer

from rung.cli import naming
from rung.people.models import Customer

commands = typer.Typer(help="The companies that ask.", no_args_is_help=True)


@commands.command()
def add(
    name: str,
    tier: Annotated[str, typer.Option(help="As policies call it, such as enterprise.")] = "",
    domain: Annotated[list[str] | None, typer.Option(help="Of its mail addresses; may be repeated.")] = None,
    owner: Annotated[str, typer.Option(help="The handle of who answers for the account.")] = "",
) -> None:
    """Add a customer, or change one who is there."""
    Customer.objects.update_or_create(
        name=name,
        defaults={
            "tier": tier,
            "domains": [word.strip().lower().removeprefix("@") for word in domain or []],
            "account_owner": naming.agent(owner) if owner else None,
        },
    )


@commands.command(name="list")
def show() -> None:
    """Name the customers."""
    for customer in Customer.objects.select_related("account_owner"):
        owner = customer.account_owner.handle if customer.account_owner else "nobody"
        print(f"{customer.name}  {customer.tier or 'no tier'}  {', '.join(customer.domains)}  account owner {owner}")
