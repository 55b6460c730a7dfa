"""`rung audit`: whether what is kept still says what happened."""

from typing import Annotated

import msgspec
import typer

from rung.escalation.audit import NotRepairable, audit
from rung.escalation.audit import repair as mend


def command(
    repair: Annotated[bool, typer.Option(help="Rebuild the rows that differ from their events.")] = False,
) -> None:
    """Rebuild every ticket from its events and name any difference. Exits 1 when there is one."""
    compared = differing = 0
    for tickets, differences in audit():
        compared += tickets
        if repair:
            for number in {one.ticket for one in differences}:
                try:
                    mend(number)
                except NotRepairable as refusal:
                    print(refusal)
                except msgspec.DecodeError:  # named below; nothing can be said again
                    continue
        for one in differences:
            differing += 1
            print(f"ticket {one.ticket}: {one.what} is kept as {one.kept}, the events say {one.rebuilt}")
    print(f"{compared} tickets compared, {differing or 'no'} difference{'' if differing == 1 else 's'}")
    raise typer.Exit(1 if differing else 0)
