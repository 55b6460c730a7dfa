"""A YAML document as plain nodes that know their lines; what is wrong with it as YAML is findings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from unicodedata import category

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rung.core.document.findings import Finding
from rung.core.sentences import say

LARGEST = 1_000_000
"""Characters of a policy document; the reference policy has ten thousand."""
_NO_LETTERS = ("Cc", "Cs")
_DEEPEST = 32
_MOST_NODES = 200_000
"""Nodes after aliases are followed; without the limit, ten lines of aliases of aliases are a billion."""

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Text:
    """A scalar as written. `plain`: without quotes, so that `true` and nothing have a meaning of their own.

    `start` and `end` are its characters in the document, quotes and all; -1 where it is not written there.
    """

    line: int
    text: str
    plain: bool = True
    start: int = -1
    end: int = -1

    @property
    def is_nothing(self) -> bool:
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}


@dataclass(slots=True)
class Entries:
    """A map, in the order of the file; each key with the line it stands on."""

    line: int
    values: "dict[str, Node]" = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    size: int = 1


@dataclass(slots=True)
class Items:
    """A list."""

    line: int
    values: "list[Node]" = field(default_factory=list)
    size: int = 1


Node = Text | Entries | Items


def place_of(path: Path) -> str:
    """A path as a reader writes it: `rules[3].clock`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def parse(text: str, file: str) -> tuple[Entries | None, list[Finding]]:
    """The document's top map, and everything wrong with it as YAML; None where nothing can be read on.

    Never raises; always ends, whatever the aliases. Nobody changes the nodes: the last few documents are remembered,
    because judging, drawing and editing one read it several times; each in the language it is judged in.
    """
    root, found = _parsed(text, file, say("the file is empty"))
    return root, list(found)


@lru_cache(maxsize=8)
def _parsed(text: str, file: str, _tongue: str) -> tuple[Entries | None, list[Finding]]:
    text = text.removeprefix("\ufeff")
    if len(text) > LARGEST:
        message = say(
            "the file has %(text)s characters; a policy has at most %(most)s",
            text=f"{len(text):,}",
            most=f"{LARGEST:,}",
        )
        return None, [Finding(file, 1, "", message)]
    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
            if builder.gave_up:
                break
    except YAMLError as error:
        return None, [*builder.findings, _syntax(error, text, file)]
    except (ValueError, OverflowError, AssertionError) as error:  # a few malformed escapes and tags end in these
        return None, [*builder.findings, Finding(file, 1, "", say("this is not YAML: %(error)s", error=error))]
    return builder.document(), builder.findings


def plain(node: Node) -> object:
    """The node as dicts, lists and texts; nothing is None."""
    match node:
        case Text():
            return None if node.is_nothing else node.text
        case Entries():
            return {key: plain(value) for key, value in node.values.items()}
        case Items():
            return [plain(value) for value in node.values]


def line_at(node: Node, path: Path) -> int:
    """The line of what a path leads to, or of the last thing on the way that exists."""
    line = node.line
    for step in path:
        if isinstance(node, Entries) and isinstance(step, str) and step in node.values:
            line, node = node.lines[step], node.values[step]
        elif isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node.values):
            node = node.values[step]
            line = node.line
        else:
            break
    return line


def lines_by_place(root: Entries) -> Mapping[str, int]:
    """Where each place of a document stands: `{"rules[3].clock": 41, ...}`."""
    return dict(_places(root, ()))


def _places(node: Node, path: Path) -> Iterator[tuple[str, int]]:
    match node:
        case Entries():
            for key, value in node.values.items():
                yield place_of((*path, key)), node.lines[key]
                yield from _places(value, (*path, key))
        case Items():
            for number, value in enumerate(node.values):
                yield place_of((*path, number)), value.line
                yield from _places(value, (*path, number))
        case Text():
            pass


class _Builder:
    """Nodes from YAML events, on a stack of its own: deep nesting meets a limit, not the interpreter's."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.gave_up = False
        self._roots: list[Node] = []
        self._open: list[Entries | Items] = []
        self._keys: list[Text | None] = []
        self._anchors: dict[str, Node] = {}
        self._anchor_names: list[str | None] = []

    def document(self) -> Entries | None:
        """The top map; None, with a finding, when the document is something else."""
        root = self._roots[0] if self._roots else Text(1, "")
        if isinstance(root, Entries):
            return root
        if not self.gave_up and isinstance(root, Text) and root.is_nothing:
            self._error(1, say("the file is empty"), say("a policy needs levels and paths"))
        elif not self.gave_up:
            kind = say("a list") if isinstance(root, Items) else say("a text")
            self._error(
                root.line,
                say("a policy is a map, this is %(kind)s", kind=kind),
                say('it starts with keys such as "levels:"'),
            )
        return None

    def take(self, event: Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        match event:
            case DocumentStartEvent() if self._roots:
                self._error(
                    line, say("the file holds a second document"), say('remove the line "---" and what follows it')
                )
                self.gave_up = True
            case MappingStartEvent():
                self._begin(Entries(line), event)
            case SequenceStartEvent():
                self._begin(Items(line), event)
            case MappingEndEvent() | SequenceEndEvent():
                self._end()
            case ScalarEvent():
                node = Text(line, event.value, event.style is None, event.start_mark.index, event.end_mark.index)
                self._refuse_tag(event, line)
                self._refuse_what_is_no_letter(event.value, line)
                if event.anchor is not None:
                    self._anchors[event.anchor] = node
                self._place(node)
            case AliasEvent():
                self._alias(event, line)

    def _refuse_what_is_no_letter(self, text: str, line: int) -> None:
        """Half characters and controls, as escapes can write them: no database, page or terminal takes them."""
        odd = () if text.isprintable() else (c for c in text if category(c) in _NO_LETTERS and c not in "\t\n\r")
        wrong = next(iter(odd), None)
        if wrong is not None:
            self._error(
                line, say("an escape writes U+%(code)s, which is no letter", code=f"{ord(wrong):04X}"), say("remove it")
            )

    def _begin(self, node: Entries | Items, event: MappingStartEvent | SequenceStartEvent) -> None:
        self._refuse_tag(event, node.line)
        if len(self._open) >= _DEEPEST:
            self._error(node.line, say("nested more than %(most)s deep", most=_DEEPEST))
            self.gave_up = True
            return
        self._open.append(node)
        self._keys.append(None)
        self._anchor_names.append(event.anchor)

    def _end(self) -> None:
        node = self._open.pop()
        self._keys.pop()
        if (anchor := self._anchor_names.pop()) is not None:
            self._anchors[anchor] = node
        self._place(node)

    def _alias(self, event: AliasEvent, line: int) -> None:
        node = self._anchors.get(event.anchor)
        if node is None:
            inside = event.anchor in self._anchor_names
            what = (
                say("*%(anchor)s stands inside what it repeats", anchor=event.anchor)
                if inside
                else say("nothing is marked &%(anchor)s", anchor=event.anchor)
            )
            self._error(line, what)
            self._place(Text(line, ""))
        else:
            self._place(node)

    def _place(self, node: Node) -> None:
        """Put a finished node where it belongs: into the list or map that is open, as a key or as a value."""
        if not self._open:
            self._roots.append(node)
            return
        parent = self._open[-1]
        parent.size += 1 if isinstance(node, Text) else node.size
        if parent.size > _MOST_NODES and not self.gave_up:
            self._error(
                node.line,
                say(
                    "with its aliases followed, the document has more than %(most)s parts",
                    most=f"{_MOST_NODES:,}",
                ),
            )
            self.gave_up = True
        if isinstance(parent, Items):
            parent.values.append(node)
        elif (key := self._keys[-1]) is None:
            self._keys[-1] = self._key(node)
        else:
            self._keys[-1] = None
            self._enter(parent, key, node)

    def _key(self, node: Node) -> Text:
        if isinstance(node, Text):
            return node
        self._error(node.line, say("a key is a text, this one is a list or a map"))
        return Text(node.line, "?")

    def _enter(self, parent: Entries, key: Text, node: Node) -> None:
        if key.text == "<<" and key.plain:
            self._error(key.line, say('merge keys ("<<") are not read'), say("write the keys out"), key.text)
        elif key.text in parent.values:
            earlier = parent.lines[key.text]
            message = say('"%(text)s" is already written on line %(earlier)s', text=key.text, earlier=earlier)
            self._error(key.line, message, say("write each key once"), key.text)
        else:
            parent.values[key.text] = node
            parent.lines[key.text] = key.line

    def _refuse_tag(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent, line: int) -> None:
        if event.tag is not None:
            self._error(line, say("tags such as %(tag)s are not read", tag=event.tag), say("write the value alone"))

    def _error(self, line: int, message: str, hint: str = "", last_key: str | None = None) -> None:
        path: list[str | int] = []
        for node, key in zip(self._open, self._keys, strict=True):
            if isinstance(node, Items):
                path.append(len(node.values))
            elif key is not None:
                path.append(key.text)
        path += [last_key] if last_key is not None else []
        self.findings.append(Finding(self.file, line, place_of(tuple(path)), message, hint=hint))


def _syntax(error: YAMLError, text: str, file: str) -> Finding:
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        problem = error.problem or error.context or say("it cannot be read")
        if "'\\t'" in problem:
            return Finding(file, line, "", say("a tab stands where only spaces may"), hint=say("indent with spaces"))
        if mark is not None and line > 1 and mark.line >= len(text.splitlines()):
            problem, line = (
                say("%(problem)s: the end of the file comes too early", problem=problem),
                max(1, len(text.splitlines())),
            )
        return Finding(file, line, "", say("this is not YAML: %(problem)s", problem=problem))
    position = getattr(error, "position", None)
    line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
    character = getattr(error, "character", None)
    shown = f" (U+{character:04X})" if isinstance(character, int) else ""
    return Finding(
        file, line, "", say("a control character%(shown)s stands in the file", shown=shown), hint=say("remove it")
    )
