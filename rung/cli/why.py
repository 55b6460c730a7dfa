"""`rung why NUMBER`: the clock receipt of a ticket."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from django.core import signing
from django.utils.crypto import constant_time_compare

from rung.cli.files import save
from rung.core.receipt.page import customer_page, signed, without_signature
from rung.core.receipt.receipt import Receipt, receipt
from rung.core.receipt.text import as_text
from rung.core.spelling import did_you_mean
from rung.people.clock import database_now
from rung.people.who_is_there import roster_at
from rung.policies.versions import compiled
from rung.tickets.history import events_of
from rung.tickets.models import Ticket

SALT = "rung.receipt"


def command(
    number: Annotated[int | None, typer.Argument(help="The ticket's number.")] = None,
    rule: Annotated[str | None, typer.Option("--not", help="Explain only why this rule has not acted.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the receipt as JSON.")] = False,
    customer: Annotated[
        Path | None,
        typer.Option(
            "--for-customer", help="Write a signed HTML page for the customer, without anything internal, to this file."
        ),
    ] = None,
    verify: Annotated[
        Path | None, typer.Option(help="Check whether such a page is from this desk and unchanged.")
    ] = None,
) -> None:
    """Print the clock receipt of a ticket: every second of its clocks, what fired, what is next, and why not."""
    if verify is not None:
        _verify(verify)
        return
    if number is None:
        sys.exit("why: which ticket? give its number, as in: rung why 42")
    ticket = _ticket(number)
    now, policy = database_now(), compiled(ticket.policy)
    drawn = receipt(events_of(number), policy, roster_at(now), now)
    if rule is not None:
        names = {name for each in policy.policy.rules for name in (each.id, each.name)}
        if rule not in names:
            sys.exit(f'why: no rule is called "{rule}"{did_you_mean(rule, names)}')
    if customer is not None:
        save(customer, _page(ticket, drawn))
        print(f"{customer} can be given to the customer of #{number}; `rung why --verify {customer}` knows it again")
    elif json:
        print(msgspec.json.format(msgspec.json.encode(drawn)).decode())
    else:
        print(f"#{ticket.number} {ticket.subject}")
        print(as_text(drawn, policy.policy.timezone, why_not=rule), end="")


def _ticket(number: int) -> Ticket:
    ticket = Ticket.objects.filter(number=number).first()
    if ticket is None:
        last = Ticket.objects.order_by("-number").values_list("number", flat=True).first()
        sys.exit(f"why: there is no ticket {number}; the newest is {last}" if last else "why: there are no tickets yet")
    return ticket


def _page(ticket: Ticket, drawn: Receipt) -> str:
    policy = compiled(ticket.policy).policy
    page = customer_page(
        drawn, number=ticket.number, subject=ticket.subject, desk=policy.name, timezone=policy.timezone
    )
    return signed(page, signing.Signer(salt=SALT).signature(page))


def _verify(file: Path) -> None:
    try:
        found = without_signature(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        sys.exit(f"why: {file} cannot be read: {problem}")
    if found is None:
        sys.exit(f"why: {file} carries no signature of ours")
    page, signature = found
    if not constant_time_compare(signature, signing.Signer(salt=SALT).signature(page)):
        sys.exit(f"why: {file} is not as this desk signed it")
    print(f"{file} is ours and unchanged")
