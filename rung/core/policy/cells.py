"""A place in the policy document: reads itself as what is wanted there, or says what is wrong with it."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from rung.core.calendar.durations import Duration
from rung.core.document.findings import Finding, Severity
from rung.core.document.nodes import Entries, Items, Node, Path, Text, line_at, place_of
from rung.core.policy.keys import KEYS, names_of
from rung.core.sentences import key, say
from rung.core.spelling import did_you_mean

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_MOST_LISTED = 24
#: What a name can be of, and how several of them are called.
_PLURALS = {
    key("calendar"): key("calendars"),
    key("category"): key("categories"),
    key("clock"): key("clocks"),
    key("level"): key("levels"),
    key("metric"): key("metrics"),
    key("path"): key("paths"),
    key("pause"): key("pauses"),
    key("place to comment"): key("places to comment"),
    key("priority"): key("priorities"),
    key("reason"): key("reasons"),
    key("reply"): key("replies"),
    key("schedule"): key("schedules"),
    key("status"): key("statuses"),
    key("team"): key("teams"),
    key("emotion"): key("emotions"),
}


class Sheet:
    """Collects the findings of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def add(self, line: int, path: Path, message: str, hint: str = "", severity: Severity = Severity.ERROR) -> None:
        self.findings.append(Finding(self.file, line, place_of(path), message, severity, hint))


@dataclass(frozen=True, slots=True)
class Cell:
    """One node with its place. Each reading method returns None after it has reported what is wrong."""

    sheet: Sheet
    node: Node
    path: Path
    line: int

    def error(self, message: str, hint: str = "") -> None:
        self.sheet.add(self.line, self.path, message, hint)

    def error_at(self, path: Path, message: str) -> None:
        """About something inside this place."""
        self.sheet.add(max(self.line, line_at(self.node, path)), (*self.path, *path), message)

    def fields(self, what: str, kind: str) -> "Fields":
        """A map of the keys that the table has for its kind; unknown ones are reported with the nearest known."""
        known = names_of(kind)
        entries = self.entries(what, say("it has the keys %(names)s", names=_listed(known)))
        for unknown in [each for each in entries if each not in known]:
            cell = entries.pop(unknown)
            cell.error(
                say('%(what)s has no "%(key)s"', what=what, key=unknown),
                did_you_mean(unknown, known, lead="") or say("its keys are %(names)s", names=_listed(known)),
            )
        return Fields(self, what, kind, entries)

    def entries(self, what: str, hint: str = "") -> "dict[str, Cell]":
        """A map of names; nothing written is an empty map."""
        if isinstance(self.node, Entries):
            node = self.node
            return {
                key: Cell(self.sheet, value, (*self.path, key), node.lines[key]) for key, value in node.values.items()
            }
        if not (isinstance(self.node, Text) and self.node.is_nothing):
            self.error(say("%(what)s is a map, this is %(kind)s", what=what, kind=_kind(self.node)), hint)
        return {}

    def items(self, what: str) -> "list[Cell]":
        """A list; nothing written is an empty list."""
        if isinstance(self.node, Items):
            return [
                Cell(self.sheet, value, (*self.path, number), value.line)
                for number, value in enumerate(self.node.values)
            ]
        if not (isinstance(self.node, Text) and self.node.is_nothing):
            self.error(
                say("%(what)s is a list, this is %(kind)s", what=what, kind=_kind(self.node)),
                say("write [one, two], or one a line after a dash"),
            )
        return []

    def any_number(self, what: str) -> "list[Cell]":
        """A list, which may be empty, or a single value that stands for a list of one."""
        return [self] if isinstance(self.node, Text) and not self.node.is_nothing else self.items(what)

    def one_or_more(self, what: str) -> "list[Cell]":
        """A list, or a single value that stands for a list of one. An empty list is reported."""
        if isinstance(self.node, Items):
            if not self.node.values:
                self.error(
                    say("this list of %(what)s is empty", what=what), say("name at least one, or leave the key out")
                )
            return self.items(what)
        return [self]

    def text(self) -> str | None:
        if not isinstance(self.node, Text):
            self.error(say("a text belongs here, this is %(kind)s", kind=_kind(self.node)))
            return None
        if self.node.is_nothing or not self.node.text.strip():
            self.error(say("nothing is written here"))
            return None
        return self.node.text.strip()

    def flag(self) -> bool | None:
        match self.node:
            case Text(text="true" | "True" | "TRUE", plain=True):
                return True
            case Text(text="false" | "False" | "FALSE", plain=True):
                return False
        self.error(say("true or false belongs here, not %(shown)s", shown=self._shown()))
        return None

    def number(self) -> float | None:
        text = self.text()
        if text is None:
            return None
        if not re.fullmatch(r"[-+]?\d{1,9}(\.\d{1,9})?", text):
            self.error(say("a number belongs here, not %(shown)s", shown=self._shown()))
            return None
        return float(text)

    def whole(self, least: int, what: str) -> int | None:
        text = self.text()
        if text is None:
            return None
        if not re.fullmatch(r"\d{1,9}", text) or int(text) < least:
            self.error(
                say(
                    "%(what)s is a whole number of at least %(least)s, not %(shown)s",
                    what=what,
                    least=least,
                    shown=self._shown(),
                )
            )
            return None
        return int(text)

    def name(self, what: str, known: Collection[str]) -> str | None:
        """One of the known names: of a clock, a level, a team …"""
        text = self.text()
        if text is None or text in known:
            return text
        plural = say(_PLURALS[what])
        instead = did_you_mean(text, known, lead="") or (
            say("the %(plural)s are %(names)s", plural=plural, names=_listed(known))
            if known
            else say("there are no %(plural)s", plural=plural)
        )
        self.error(say('no %(what)s is called "%(name)s"', what=say(what), name=text), instead)
        return None

    def choice(self, what: str, words: type[E], among: Iterable[E] = ()) -> E | None:
        """One of an enum's words, or of some of them."""
        allowed = [word.value for word in among or words]
        text = self.name(what, allowed)
        return None if text is None else words(text)

    def duration(self, what: str = "this") -> Duration | None:
        """A length of time that is more than nothing."""
        if (text := self.text()) is None:
            return None
        try:
            duration = Duration.parse(text)
        except ValueError as error:
            self.error(str(error))
            return None
        if not duration.elapsed:
            self.error(say("%(what)s must be longer than nothing", what=what))
            return None
        return duration

    def _shown(self) -> str:
        return f'"{self.node.text}"' if isinstance(self.node, Text) else _kind(self.node)


class Fields:
    """The known keys of one map, each read once with what reads it."""

    def __init__(self, cell: Cell, what: str, kind: str, cells: dict[str, Cell]) -> None:
        self.cell = cell
        self.what = what
        self.required = {key.name for key in KEYS[kind] if key.required}
        self.cells = cells

    def __contains__(self, key: str) -> bool:
        return key in self.cells

    def read(self, key: str, reader: Callable[[Cell], T | None], hint: str = "") -> T | None:
        """What the reader makes of the key's cell; None when it is missing, which is reported of a required key."""
        if key in self.required:
            return self.need(key, reader, hint)
        cell = self.cells.get(key)
        return None if cell is None else reader(cell)

    def need(self, key: str, reader: Callable[[Cell], T | None], hint: str = "") -> T | None:
        """As `read`, of a key that is required here."""
        if cell := self.cells.get(key):
            return reader(cell)
        if isinstance(self.cell.node, Entries):
            self.cell.error(say('%(what)s needs "%(key)s"', what=self.what, key=key), hint)
        return None

    def refuse(self, keys: Iterable[str], why: str, hint: str = "") -> None:
        """Report those of the keys that are written, because here they mean nothing."""
        for each in keys:
            if each in self.cells:
                self.cells[each].error(why, hint)


def kept(values: Iterable[T | None]) -> tuple[T, ...]:
    """Those that could be read."""
    return tuple(value for value in values if value is not None)


def _listed(words: Collection[str]) -> str:
    names = list(words)
    shown = names[:_MOST_LISTED]
    more = say(" and %(number)s more", number=len(names) - len(shown)) if len(names) > len(shown) else ""
    return ", ".join(shown) + more


def _kind(node: Node) -> str:
    match node:
        case Entries():
            return say("a map")
        case Items():
            return say("a list")
        case Text() if node.is_nothing:
            return say("nothing")
        case Text():
            return f'"{node.text[:40]}"'
