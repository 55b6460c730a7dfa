"""What is wrong with a policy document: each finding with its place, its line and a sentence."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    #: The policy cannot be published.
    ERROR = "error"
    #: It can, but somebody should look.
    WARNING = "warning"


class Finding(Struct, frozen=True):
    """One mistake. `line` counts from 1; `place` leads to it, such as `rules[3].clock`, empty for the whole file."""

    file: str
    line: int
    place: str
    message: str
    severity: Severity = Severity.ERROR
    #: What to do about it: the nearest right name, or how it is written.
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        warning = "warning: " if self.severity is Severity.WARNING else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}: {warning}{place}{self.message}{hint}"


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether one of them forbids publishing."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def in_reading_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By line, each once; those of one line in the order they were found."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.line))
