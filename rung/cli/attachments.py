"""`rung attachments`: the files that came with messages."""

import typer

from rung.people.clock import database_now
from rung.tickets import file_store
from rung.tickets.tasks import LEFT_ALONE

commands = typer.Typer(help="Files that came with messages.", no_args_is_help=True)


@commands.callback()
def attachments() -> None:
    """The files that came with messages."""


@commands.command()
def sweep() -> None:
    """Delete files that no message uses, and uploads cut off more than a day ago. The worker does it every night."""
    swept = file_store.sweep(before=database_now() - LEFT_ALONE)
    print(f"{swept} files deleted" if swept != 1 else "1 file deleted")
