"""Reads stylesheets: what in them cannot be meant, and each declaration and selector with its place.

bin/check runs this file (`python -m tests.css FILE…`). tests/browser/test_styles.py asks Chromium about the rest.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tinycss2

_USED = re.compile(r"var\(\s*(--[\w-]+)\s*[),]")


@dataclass(frozen=True)
class Declaration:
    """`name: value` on a line of a file."""

    line: int
    name: str
    value: str


@dataclass(frozen=True)
class Sheet:
    """One stylesheet: its declarations, its selectors as (line, text), and what cannot be read as (line, why)."""

    declarations: tuple[Declaration, ...]
    selectors: tuple[tuple[int, str], ...]
    mistakes: tuple[tuple[int, str], ...]


def sheet(text: str) -> Sheet:
    """The text of a stylesheet, taken apart. Rules inside @media and @supports count; @keyframes has no selectors."""
    declarations: list[Declaration] = []
    selectors: list[tuple[int, str]] = []
    mistakes: list[tuple[int, str]] = []

    def read(rules: Iterable[Any], *, frames: bool = False) -> None:
        for rule in rules:
            if rule.type == "error":
                mistakes.append((rule.source_line, rule.message))
            elif rule.type == "at-rule" and rule.content is not None:
                read(
                    tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True),
                    frames=rule.lower_at_keyword == "keyframes",
                )
            elif rule.type == "qualified-rule":
                mistakes.extend((each.source_line, each.message) for each in rule.prelude if each.type == "error")
                if not frames:
                    selectors.append((rule.source_line, tinycss2.serialize(rule.prelude).strip()))
                block(rule.content)

    def block(content: Any) -> None:
        seen: dict[tuple[str, bool], int] = {}
        for each in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
            if each.type != "declaration":
                why = each.message if each.type == "error" else "a rule stands inside a rule"
                mistakes.append((each.source_line, why))
                continue
            value = tinycss2.serialize(each.value).strip()
            if (each.lower_name, each.important) in seen:
                mistakes.append((each.source_line, f"{each.name} is set twice in one rule"))
            seen[each.lower_name, each.important] = each.source_line
            declarations.append(Declaration(each.source_line, each.name, value))

    read(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True))
    return Sheet(tuple(declarations), tuple(selectors), tuple(mistakes))


def mistakes(files: Iterable[Path]) -> Iterator[str]:
    """`file:line: why` for all that is wrong: what does not parse, is set twice, or uses a property nobody sets."""
    sheets = {file: sheet(file.read_text()) for file in files}
    known = {each.name for read in sheets.values() for each in read.declarations if each.name.startswith("--")}
    for file, read in sheets.items():
        for line, why in read.mistakes:
            yield f"{file}:{line}: {why}"
        for each in read.declarations:
            for name in _USED.findall(each.value):
                if name not in known:
                    yield f"{file}:{each.line}: nothing sets {name}"


if __name__ == "__main__":
    found = list(mistakes(map(Path, sys.argv[1:])))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(bool(found))
