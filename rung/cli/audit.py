"""`rung audit`: whether what is kept still says what happened."""

import typer

from rung.escalation.audit import audit


def command() -> None:
    """Rebuild every ticket from its events and name any difference. Exits 1 when there is one."""
    compared = differing = 0
    for tickets, differences in audit():
        compared += tickets
        for one in differences:
            differing += 1
            print(f"ticket {one.ticket}: {one.what} is kept as {one.kept}, the events say {one.rebuilt}")
    print(f"{compared} tickets compared, {differing or 'no'} difference{'' if differing == 1 else 's'}")
    raise typer.Exit(1 if differing else 0)
