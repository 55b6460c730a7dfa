"""`rung pigeon`."""

import typer

from tests.conformance.pigeon import loft

commands = typer.Typer(help="Lofts that pigeons fly to.", no_args_is_help=True)


@commands.callback()
def pigeons() -> None:
    """Lofts that pigeons fly to."""


@commands.command(name="list")
def show() -> None:
    """List the lofts."""
    print(" ".join(sorted(loft.KNOWN)))
