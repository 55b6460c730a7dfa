"""`rung why NUMBER`: the clock receipt of a ticket."""

import sys
from typing import Annotated

import msgspec
import typer

from rung.core.receipt import receipt
from rung.core.receipt_text import as_text
from rung.core.spelling import did_you_mean
from rung.people.clock import database_now
from rung.people.desks import desk_at
from rung.policies.versions import compiled
from rung.tickets.history import events_of
from rung.tickets.models import Ticket


def command(
    number: Annotated[int, typer.Argument(help="The ticket's number.")],
    rule: Annotated[str | None, typer.Option("--not", help="Only why this rule has not acted, by its name.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The receipt as JSON.")] = False,
) -> None:
    """Why a ticket stands where it stands: every second of its clocks, what fired, what is next, and why not."""
    ticket = Ticket.objects.filter(number=number).first()
    if ticket is None:
        last = Ticket.objects.order_by("-number").values_list("number", flat=True).first()
        sys.exit(f"why: there is no ticket {number}; the newest is {last}" if last else "why: there are no tickets yet")
    now, policy = database_now(), compiled(ticket.policy)
    drawn = receipt(events_of(number), policy, desk_at(now), now)
    if rule is not None:
        names = {name for each in policy.policy.rules for name in (each.id, each.name)}
        if rule not in names:
            sys.exit(f'why: no rule is called "{rule}"{did_you_mean(rule, names)}')
    if json:
        print(msgspec.json.format(msgspec.json.encode(drawn)).decode())
        return
    print(f"#{ticket.number} {ticket.subject}")
    print(as_text(drawn, policy.policy.timezone, why_not=rule), end="")
