"""`rung customer`: the companies that ask."""

from pathlib import Path
from typing import Annotated

import typer

from rung.cli import lookup
from rung.cli.privacy_text import tell, write_new
from rung.core import actors
from rung.intake.privacy import archive_of_requester, forget_requester
from rung.people import changes, mail_domains
from rung.people.clock import database_now
from rung.people.models import Customer, Requester

commands = typer.Typer(help="Customers, and the data of their requesters.", no_args_is_help=True)


@commands.command()
def add(
    name: str,
    tier: Annotated[str, typer.Option(help="The tier's name in the policy, such as enterprise.")] = "",
    domain: Annotated[list[str] | None, typer.Option(help="A mail domain of the customer; may be repeated.")] = None,
    owner: Annotated[str, typer.Option(help="The handle of the account owner.")] = "",
) -> None:
    """Add a customer, or change a customer."""
    known = Customer.objects.filter(name=name).first()
    before = changes.facts_of(known) if known else None
    try:
        domains = mail_domains.may_have(domain or [], known)
    except mail_domains.NotTheirs as refused:
        raise SystemExit(f"--domain: {refused}") from refused
    customer, _ = Customer.objects.update_or_create(
        name=name,
        defaults={
            "tier": tier,
            "domains": domains,
            "account_owner": lookup.agent(owner) if owner else None,
        },
    )
    changes.note("changed" if known else "added", customer, by=actors.SYSTEM, before=before)


@commands.command(name="list")
def show() -> None:
    """List the customers."""
    for customer in Customer.objects.select_related("account_owner"):
        owner = customer.account_owner.handle if customer.account_owner else "nobody"
        print(f"{customer.name}  {customer.tier or 'no tier'}  {', '.join(customer.domains)}  account owner {owner}")


@commands.command()
def export(
    email: Annotated[str, typer.Argument(help="The requester's e-mail address.")],
    file: Annotated[Path, typer.Argument(help="The zip file to write; it must not exist.")],
) -> None:
    """Write everything the desk holds about a requester: JSON and files."""
    write_new(file, archive_of_requester(_requester(email), database_now()))


@commands.command()
def delete(
    email: Annotated[str, typer.Argument(help="The requester's e-mail address.")],
    yes: Annotated[bool, typer.Option(help="Do not ask for confirmation.")] = False,
) -> None:
    """Delete a requester's data for good: words, files, name, addresses and ids. Their tickets stay, empty."""
    person = _requester(email)
    if not yes:
        typer.confirm(f"Forget {person} and all that was said on their tickets? This cannot be undone", abort=True)
    tell(forget_requester(person, by=actors.SYSTEM, now=database_now()))


def _requester(email: str) -> Requester:
    found = Requester.objects.filter(email=email.strip().lower()).first()
    if found is None:
        known = [person.email for person in Requester.objects.exclude(email=None) if person.email]
        raise lookup.nothing("person who asked has the address", email, known)
    return found
