"""What is wrong with a policy document: each finding with its place, its line and a sentence."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

#: Findings that are named at once. A text of 1 MB can have a hundred thousand.
MOST_SHOWN = 100


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


def first_of(findings: Sequence[Finding], most: int = MOST_SHOWN) -> tuple[list[Finding], int]:
    """As many as somebody reads at once, mistakes before warnings where there are more, and how many are left out."""
    if len(findings) <= most:
        return list(findings), 0
    by_weight = sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)
    return by_weight[:most], len(findings) - most


def first_lines(findings: Sequence[Finding]) -> str:
    """A line for each of the first, and how many more there are."""
    shown, more = first_of(findings)
    return "\n".join([*map(str, shown), *([f"… and {more:,} more"] if more else [])])
