"""`rung policy check` and `schema`: what a policy says by itself, which needs no desk and starts without one."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from rung.cli.files import contents
from rung.core.document.findings import Finding, Severity, first_lines, first_of, has_errors, in_reading_order
from rung.core.policy.reader import decoded
from rung.core.policy.schema import schema as policy_schema
from rung.policies.outlets import outlets
from rung.policies.reading import check_policy


def check(
    file: Annotated[Path, typer.Argument(help="The policy file, such as policy.yaml.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    strict: Annotated[bool, typer.Option(help="Count warnings as errors.")] = False,
    desk: Annotated[bool, typer.Option("--desk", help="Also check it against the people of the running desk.")] = False,
    coverage: Annotated[
        Path | None, typer.Option(help="With --desk: draw who is there when, to this .svg or .png file.")
    ] = None,
) -> None:
    """Print everything that is wrong with a policy. Exits 1 when there is an error.

    With --desk also: missing people, times in the next 14 days when nobody can be reached, and the longest wait until
    somebody is.
    """
    findings, proof = findings_of(file), ""
    if desk and not has_errors(findings):
        from rung.cli.policy_people import among_people  # with the desk, which is long to start

        among, proof = among_people(file, coverage)
        findings = in_reading_order([*findings, *among])
    worst = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    fails = any(finding.severity in worst for finding in findings)
    if as_json:
        shown, more = first_of(findings)
        said = {"ok": not fails, "findings": [_as_map(finding) for finding in shown], "more": more}
        print(json.dumps({**said, "reached": proof.splitlines()} if desk else said, indent=2))
    else:
        if findings:
            print(first_lines(findings))
        print(_summary(file, findings))
        print(proof, end="\n" if proof else "")
    raise typer.Exit(1 if fails else 0)


def schema() -> None:
    """Print the JSON Schema of the policy, for editors."""
    print(json.dumps(policy_schema(outlets()), indent=2))


def findings_of(file: Path) -> tuple[Finding, ...]:
    """What is wrong with a policy file."""
    text = decoded(contents(file), str(file))
    return (text,) if isinstance(text, Finding) else check_policy(text, str(file))[1]


def _as_map(finding: Finding) -> dict[str, object]:
    return {
        "file": finding.file,
        "line": finding.line,
        "place": finding.place,
        "severity": finding.severity.value,
        "message": finding.message,
        "hint": finding.hint,
    }


def _summary(file: Path, findings: Sequence[Finding]) -> str:
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    if not findings:
        return f"{file}: nothing found"
    counts = [f"{count} {word}{'s' if count > 1 else ''}" for count, word in ((errors, "error"), (warnings, "warning"))]
    return f"{file}: " + ", ".join(text for text, count in zip(counts, (errors, warnings), strict=True) if count)
