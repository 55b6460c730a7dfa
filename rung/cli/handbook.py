"""`rung handbook`: the written procedure, made from the policy, so that it is always true."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.policy_file import PolicyFile
from rung.cli.policy_versions import version
from rung.core.handbook import handbook
from rung.core.handbook_text import changes, html, markdown
from rung.core.policy_nodes import lines_by_place

DAY = ["%Y-%m-%d"]


def command(
    policy: Annotated[Path | None, typer.Argument(help="The policy; the desk's own in force, if left out.")] = None,
    page: Annotated[Path | None, typer.Option("--html", help="Write a web page here instead of Markdown.")] = None,
    compare: Annotated[Path | None, typer.Option(help="Say only what changed since this earlier policy.")] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Show who is on call from this day; today if left out.")
    ] = None,
) -> None:
    """Print the escalation procedure in plain words: who, how soon, what happens when."""
    now = datetime.now(UTC) if day is None else day.replace(hour=8, tzinfo=UTC)
    name = "the policy in force" if policy is None else str(policy)
    file = PolicyFile.of(version(None).text, name) if policy is None else PolicyFile.read(policy)
    book, lines = handbook(file.policy, now), lines_by_place(file.root)
    if compare is not None:
        print(changes(handbook(PolicyFile.read(compare).policy, now), book), end="")
    elif page is None:
        print(markdown(book, lines, name), end="")
    else:
        page.write_text(html(book, lines, name, file.text), encoding="utf-8")
        print(f"{page} is written")
