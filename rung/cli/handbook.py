"""`rung handbook`: the written procedure, made from the policy, so that it is always true."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.files import save
from rung.cli.pictures import PicturesFolder, draw_all
from rung.cli.policy_file import PolicyFile
from rung.cli.policy_versions import version
from rung.core.document.nodes import lines_by_place
from rung.core.handbook.book import Handbook, handbook
from rung.core.handbook.ladder_picture import ladder_svg
from rung.core.handbook.parts import Ladder
from rung.core.handbook.text import changes, html, markdown
from rung.insights.printing import handbook_pdf
from rung.people.who_is_there import roster_at

DAY = ["%Y-%m-%d"]


def command(
    policy: Annotated[Path | None, typer.Argument(help="The policy file; by default the policy in force.")] = None,
    page: Annotated[
        Path | None, typer.Option("--html", help="Write a web page to this file instead of printing Markdown.")
    ] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write a PDF to this file.")] = None,
    pictures: PicturesFolder = None,
    compare: Annotated[Path | None, typer.Option(help="Print only what changed since this policy file.")] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=DAY, help="The first day of the on-call week shown; today by default.")
    ] = None,
) -> None:
    """Print the escalation procedure in plain words: who, how soon, what happens when."""
    now = datetime.now(UTC) if day is None else day.replace(hour=8, tzinfo=UTC)
    name = "the policy in force" if policy is None else str(policy)
    file = PolicyFile.of(version(None).text, name) if policy is None else PolicyFile.read(policy)
    people = roster_at(now) if policy is None else None
    book, lines = handbook(file.policy, now, people), lines_by_place(file.root)
    if pictures is not None:
        draw_all(pictures, "ladder", _ladders(book))
    if pdf is not None:
        save(pdf, handbook_pdf(book, lines, name, file.text, now))
        print(f"{pdf} is written")
    if page is not None:
        save(page, html(book, lines, name, file.text))
        print(f"{page} is written")
    if compare is not None:
        print(changes(handbook(PolicyFile.read(compare).policy, now), book), end="")
    elif page is None and pdf is None and pictures is None:
        print(markdown(book, lines, name), end="")


def _ladders(book: Handbook) -> list[str]:
    return [ladder_svg(block) for section in book.sections for block in section.blocks if isinstance(block, Ladder)]
