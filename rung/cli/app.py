"""Puts the rung command together: each module of this folder, and each channel, brings the commands of one noun."""

import importlib
import pkgutil
from typing import Annotated

import typer

import rung.cli
from rung.hooks import folders


def build(asked: str = "") -> typer.Typer:
    """The command. A module's `commands` become `rung MODULE ...`; a module's `command` becomes `rung MODULE`.
    A word that Python keeps for itself stands with an underscore behind it: `import_`.

    `asked`: the first word of the command line. Where a module answers to it, only that one is read: the check of a
    policy need not wait for a channel's libraries.
    """
    app = typer.Typer(
        name="rung",
        help="An open escalation desk.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
    )

    @app.callback()
    def desk(
        data: Annotated[str, typer.Option(help="The desk's data folder.", envvar="RUNG_DATA")] = "data",
    ) -> None:
        """Taken out of the command line before the settings are read; here for the help."""

    modules = {
        found.name.rstrip("_").replace("_", "-"): f"rung.cli.{found.name}"
        for found in pkgutil.iter_modules(rung.cli.__path__)
    }
    modules |= {folder.name: folder.command for folder in folders() if folder.command}
    for name in [asked] if asked in modules else sorted(modules):
        module = importlib.import_module(modules[name])
        if commands := getattr(module, "commands", None):
            app.add_typer(commands, name=name)
        elif command := getattr(module, "command", None):
            app.command(name)(command)
    return app
