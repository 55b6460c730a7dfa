"""`rung handbook`: the written procedure, made from the policy, so that it is always true."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.files import contents
from rung.core.findings import Finding
from rung.core.handbook import Handbook, handbook
from rung.core.handbook_text import changes, html, markdown
from rung.core.policy_nodes import lines_by_place, parse
from rung.core.policy_reader import decoded, read_document

DAY = ["%Y-%m-%d"]


def command(
    policy: Annotated[Path, typer.Argument(help="The policy, such as policy.yaml.")],
    page: Annotated[Path | None, typer.Option("--html", help="Write a web page here instead of Markdown.")] = None,
    compare: Annotated[Path | None, typer.Option(help="Say only what changed since this earlier policy.")] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Show who is on call from this day; today if left out.")
    ] = None,
) -> None:
    """Print the escalation procedure in plain words: who, how soon, what happens when."""
    now = datetime.now(UTC) if day is None else day.replace(hour=8, tzinfo=UTC)
    text, book, lines = _written(policy, now)
    if compare is not None:
        print(changes(_written(compare, now)[1], book), end="")
    elif page is None:
        print(markdown(book, lines, str(policy)), end="")
    else:
        page.write_text(html(book, lines, str(policy), text), encoding="utf-8")
        print(f"{page} is written")


def _written(file: Path, now: datetime) -> tuple[str, Handbook, dict[str, int]]:
    text = decoded(contents(file), str(file))
    if isinstance(text, Finding):
        raise SystemExit(str(text))
    root, found = parse(text, str(file))
    policy, findings = read_document(root, str(file), found) if root is not None else (None, tuple(found))
    if root is None or policy is None:
        raise SystemExit("\n".join(str(finding) for finding in findings))
    return text, handbook(policy, now), dict(lines_by_place(root))
