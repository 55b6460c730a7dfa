"""What the people of the running desk say to a policy that is right in itself."""

from pathlib import Path

from rung.cli.files import contents
from rung.cli.pictures import draw
from rung.core.check.coverage import presence
from rung.core.check.coverage_picture import coverage_svg
from rung.core.check.people import check_desk, waits_in_words
from rung.core.document.findings import Finding
from rung.people.clock import database_now
from rung.people.who_is_there import roster_at
from rung.policies.reading import check_policy


def among_people(file: Path, coverage: Path | None) -> tuple[tuple[Finding, ...], str]:
    """The findings, and how long it takes until somebody is reached, as text. `coverage`: who is there when, drawn."""
    text = contents(file).decode()
    policy, _ = check_policy(text, str(file))
    if policy is None:
        return (), ""
    now = database_now()
    people = roster_at(now)
    findings, waits = check_desk(policy, text, str(file), people, now)
    if coverage is not None:
        draw(coverage, coverage_svg(policy, presence(policy, people, now)))
    return findings, waits_in_words(policy, waits)
