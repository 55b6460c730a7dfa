"""A policy named on the command line, read whole or refused with every mistake."""

from pathlib import Path

import typer
from msgspec import Struct

from rung.cli.files import contents
from rung.core.document.findings import Finding, first_lines, has_errors
from rung.core.document.nodes import Entries, parse
from rung.core.policy.model import Policy
from rung.core.policy.reader import decoded
from rung.policies.reading import check_policy, read_document


class PolicyFile(Struct, frozen=True):
    text: str
    root: Entries
    policy: Policy

    @classmethod
    def read(cls, file: Path) -> "PolicyFile":
        """The file, or every mistake in it and exit 1."""
        text = decoded(contents(file), str(file))
        if isinstance(text, Finding):
            raise SystemExit(str(text))
        return cls.of(text, str(file))

    @classmethod
    def of(cls, text: str, name: str) -> "PolicyFile":
        """A text, or every mistake in it and exit 1."""
        root, found = parse(text, name)
        policy, findings = read_document(root, name, found) if root is not None else (None, tuple(found))
        if root is None or policy is None:
            raise SystemExit(first_lines(findings))
        return cls(text, root, policy)


def checked(file: Path) -> str:
    """The text of a policy. Prints what the check finds; exit 1 when there is an error in it."""
    text = decoded(contents(file), str(file))
    findings = (text,) if isinstance(text, Finding) else check_policy(text, str(file))[1]
    if findings:
        print(first_lines(findings))
    if isinstance(text, Finding) or has_errors(findings):
        raise typer.Exit(1)
    return text
