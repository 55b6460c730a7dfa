"""`rung customer`: the companies that ask."""

from pathlib import Path
from typing import Annotated

import typer

from rung.cli import lookup
from rung.cli.privacy_text import tell, write_new
from rung.intake.privacy import archive_of_requester, forget_requester
from rung.people import changes
from rung.people.clock import database_now
from rung.people.models import Customer, Requester

commands = typer.Typer(help="The companies that ask.", no_args_is_help=True)


@commands.command()
def add(
    name: str,
    tier: Annotated[str, typer.Option(help="As policies call it, such as enterprise.")] = "",
    domain: Annotated[list[str] | None, typer.Option(help="Of its mail addresses; may be repeated.")] = None,
    owner: Annotated[str, typer.Option(help="The handle of who answers for the account.")] = "",
) -> None:
    """Add a customer, or change one who is there."""
    known = Customer.objects.filter(name=name).first()
    before = changes.facts_of(known) if known else None
    customer, _ = Customer.objects.update_or_create(
        name=name,
        defaults={
            "tier": tier,
            "domains": [word.strip().lower().removeprefix("@") for word in domain or []],
            "account_owner": lookup.agent(owner) if owner else None,
        },
    )
    changes.note("changed" if known else "added", customer, by="system", before=before)


@commands.command(name="list")
def show() -> None:
    """Name the customers."""
    for customer in Customer.objects.select_related("account_owner"):
        owner = customer.account_owner.handle if customer.account_owner else "nobody"
        print(f"{customer.name}  {customer.tier or 'no tier'}  {', '.join(customer.domains)}  account owner {owner}")


@commands.command()
def export(
    email: Annotated[str, typer.Argument(help="Of a person who asked.")],
    file: Annotated[Path, typer.Argument(help="A zip that is not there yet.")],
) -> None:
    """Write everything the desk holds about somebody who asked: JSON and their files."""
    write_new(file, archive_of_requester(_requester(email), database_now()))


@commands.command()
def delete(
    email: Annotated[str, typer.Argument(help="Of a person who asked.")],
    yes: Annotated[bool, typer.Option(help="Do not ask.")] = False,
) -> None:
    """Forget somebody who asked, for good: words, files, name, addresses and ids. Their tickets stay, empty."""
    person = _requester(email)
    if not yes:
        typer.confirm(f"Forget {person} and all that was said on their tickets? This cannot be undone", abort=True)
    tell(forget_requester(person, by="system", now=database_now()))


def _requester(email: str) -> Requester:
    found = Requester.objects.filter(email=email.strip().lower()).first()
    if found is None:
        known = [person.email for person in Requester.objects.exclude(email=None) if person.email]
        raise lookup.nothing("person who asked has the address", email, known)
    return found
