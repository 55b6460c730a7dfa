"""Puts the rung command together: each module of this folder brings the commands of one noun."""

import importlib
import pkgutil
from typing import Annotated

import typer

import rung.cli


def build() -> typer.Typer:
    """The command. A module's `commands` become `rung MODULE ...`; a module's `command` becomes `rung MODULE`.
    A word that Python keeps for itself stands with an underscore behind it: `import_`."""
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

    for found in sorted(pkgutil.iter_modules(rung.cli.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"rung.cli.{found.name}")
        name = found.name.rstrip("_").replace("_", "-")
        if commands := getattr(module, "commands", None):
            app.add_typer(commands, name=name)
        elif command := getattr(module, "command", None):
            app.command(name)(command)
    return app
