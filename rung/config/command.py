"""The entry of the rung command: finds the desk, then hands over to what was asked for."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from rung.config import data_folder, environment

#: What is right or wrong in itself is said without a desk, and without waiting for one's libraries.
NEEDS_NO_DESK = {"check", "schema"}


def main() -> None:
    """Run one command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
    environment.speak_utf8()
    environment.refuse_wrong()
    words = _without_data(sys.argv[1:])
    if words[:1] == ["up"]:
        app = typer.Typer()
        _add_up(app)
        app(words[1:], prog_name="rung up")
    if words[:1] == ["policy"] and NEEDS_NO_DESK & set(words[1:2]) and "--desk" not in words:
        _run_without_desk(words)
    from rung.config import processes

    if len(words) == 1 and words[0] in {*processes.PARTS, processes.PLAYER}:
        _refuse_no_desk(words[0])
        processes.run(words[0])
    else:
        _run_whole(words)


def _refuse_no_desk(part: str) -> None:
    place = data_folder.data_folder()
    if data_folder.database_url(place) is None:
        sys.exit(
            f"There is no desk in {place} for {part} to work on; start one with bin/up, name its folder with --data, "
            "or name its database with DATABASE_URL."
        )
    data_folder.make(place)


def _without_data(words: list[str]) -> list[str]:
    """Take `--data DIR` out, wherever it stands, before the settings are read; it counts as RUNG_DATA."""
    rest = list(words)
    for place, word in enumerate(rest):
        if word == "--":
            break
        if word == "--data" and place + 1 < len(rest):
            os.environ["RUNG_DATA"] = rest[place + 1]
            del rest[place : place + 2]
            break
        if word.startswith("--data="):
            os.environ["RUNG_DATA"] = word.removeprefix("--data=")
            del rest[place]
            break
    if "RUNG_DATA" in os.environ:
        os.environ["RUNG_DATA"] = str(Path(os.environ["RUNG_DATA"]).absolute())
    return rest


def _run_without_desk(words: list[str]) -> None:
    from django.core.exceptions import ImproperlyConfigured

    from rung.cli.policy_check import check, schema

    app = typer.Typer(pretty_exceptions_show_locals=False)
    app.command()(check)
    app.command()(schema)
    try:
        app(words[1:], prog_name="rung policy")
    except ImproperlyConfigured as problem:  # the settings are asked which ways out a policy may name
        sys.exit(str(problem))


def _run_whole(words: list[str]) -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))

    from django.db import OperationalError

    from rung.cli import app as commands
    from rung.insights.extras import MissingExtra

    app = commands.build(words[0] if words else "")
    _add_up(app)
    _add_backup(app)
    _add_parts(app)
    try:
        app(words, prog_name="rung")
    except MissingExtra as missing:
        sys.exit(str(missing))
    except OperationalError as problem:
        if os.environ.get("DATABASE_URL"):
            sys.exit(f"The database that DATABASE_URL names does not answer. ({_first_line(problem)})")
        place = data_folder.data_folder()
        if not data_folder.database_url(place):
            sys.exit(f"There is no desk in {place}; start one with bin/up, or name its folder with --data.")
        sys.exit(
            f"The desk in {place} does not answer; is it running (bin/up), is --data right? ({_first_line(problem)})"
        )


def _first_line(problem: Exception) -> str:
    return str(problem).strip().splitlines()[0]


def _add_up(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Running")
    def up(
        port: Annotated[
            int, typer.Option(min=1, max=65534, help="The port of the pages; /live is on the next port.")
        ] = 8000,
        host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
        data: Annotated[str, typer.Option(help="The data folder.")] = "data",  # noqa: ARG001  taken out before, shown in the help
        sample_day: Annotated[
            bool,
            typer.Option("--sample-day", help="Play a made-up day on a desk of its own instead."),
        ] = False,
    ) -> None:
        """Run the whole desk until Ctrl-C."""
        from rung.config import sample_day as sample
        from rung.config import up as desk

        if sample_day:
            sample.up(host=host, port=port)
        else:
            desk.up(host=host, port=port)


def _add_backup(app: typer.Typer) -> None:
    from rung.config import backup as keeping
    from rung.config import scheduled_backup
    from rung.config.postgres_programs import DatabaseProblem

    @app.command(rich_help_panel="Running")
    def backup(
        file: Annotated[Path | None, typer.Argument(help="The archive to write, such as desk.tar.")] = None,
        verify: Annotated[bool, typer.Option("--verify", help="Restore it elsewhere and audit it.")] = False,
        scheduled: Annotated[bool, typer.Option("--scheduled", help="Write one in RUNG_BACKUP_FOLDER.")] = False,
    ) -> None:
        """Write database, files and secret key to one archive. The desk may be running."""
        try:
            if scheduled:
                scheduled_backup.make()
            elif file is None:
                sys.exit("Name the file to write, such as: rung backup desk.tar")
            else:
                keeping.backup(file)
                if verify:
                    keeping.verify(file)
        except DatabaseProblem as problem:
            sys.exit(str(problem))

    @app.command(rich_help_panel="Running")
    def restore(file: Annotated[Path, typer.Argument(help="An archive that `rung backup` wrote.")]) -> None:
        """Replace everything with what is in an archive. Stop the desk first."""
        try:
            keeping.restore(file)
        except DatabaseProblem as problem:
            sys.exit(str(problem))


def _add_parts(app: typer.Typer) -> None:
    """For the help; `main` runs a part without putting the whole command together first."""
    from rung.config import processes

    for name, does in processes.PARTS.items():
        app.command(name, rich_help_panel="Running", help=f"Run one part alone: {does}")(lambda: None)


if __name__ == "__main__":
    main()
