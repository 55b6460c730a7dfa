"""`rung audit`: whether what is kept still says what happened."""

from typing import Annotated

import msgspec
import typer

from rung.escalation.audit import NotRepairable, audit
from rung.escalation.audit import repair as mend


def command(
    repair: Annotated[bool, typer.Option(help="Rebuild the rows that differ from their events.")] = False,
) -> None:
    """Rebuild every ticket from its events and name any difference. Exits 1 when one is left."""
    compared = differing = left = 0
    for tickets, differences in audit():
        compared += tickets
        left += len({one.ticket for one in differences if not (repair and _mended(one.ticket))})
        for one in differences:
            differing += 1
            print(f"ticket {one.ticket}: {one.what} is kept as {one.kept}, the events say {one.rebuilt}")
    print(f"{compared} tickets compared, {differing or 'no'} difference{'' if differing == 1 else 's'}")
    if repair and differing:
        print(f"{left} tickets could not be repaired" if left else "all of them are repaired")
    raise typer.Exit(1 if left else 0)


def _mended(number: int) -> bool:
    """Whether the row says again what the events say."""
    try:
        mend(number)
    except NotRepairable as refusal:
        print(refusal)
    except msgspec.DecodeError:  # the difference is named; nothing can be said again
        return False
    else:
        return True
    return False
