"""A YAML document as the places of its characters: where each key and value begins and ends, and in which style."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rung.core.document.nodes import Path, parse

#: A document's content, without its looks. A scalar as written is a text; what is to be written may be more.
Plain: TypeAlias = "str | bool | int | float | list[Plain] | dict[str, Plain] | None"


class CannotEdit(Exception):
    """This change would touch more than it says, so it has to be made in the text. The message says why."""


@dataclass(slots=True)
class Scalar:
    start: int
    end: int
    text: str
    plain: bool = True
    #: `|` or `>`.
    block: bool = False


@dataclass(slots=True)
class Sequence:
    start: int
    end: int
    flow: bool
    items: "list[Branch]" = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    start: int
    end: int
    flow: bool
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: "dict[str, Branch]" = field(default_factory=dict)


@dataclass(slots=True)
class Shared:
    """Something with an anchor, or its repetition: a change here would be a change elsewhere."""

    start: int
    end: int
    content: Plain


Branch: TypeAlias = Scalar | Sequence | Mapping | Shared


def tree(text: str) -> Mapping:
    """The document's top map. Raises CannotEdit for a text that cannot be read to its end."""
    root, findings = parse(text, "policy")
    if root is None or findings:
        raise CannotEdit("the text cannot be read; mend it as text first")
    try:
        return _Reader(text).document()
    except YAMLError as problem:  # parse has read it before, so this is a difference between two readers
        raise CannotEdit(f"the text cannot be read: {problem}") from problem


def content(branch: Branch) -> Plain:
    """What it says: maps, lists and texts; nothing is None."""
    match branch:
        case Scalar():
            return None if branch.plain and branch.text in {"", "~", "null", "Null", "NULL"} else branch.text
        case Sequence():
            return [content(each) for each in branch.items]
        case Mapping():
            return {key: content(value) for key, value in branch.values.items()}
        case Shared():
            return branch.content


def at(branch: Branch, path: Path) -> Branch | None:
    """What a path leads to; None where there is nothing. What is shared has no inside."""
    for step in path:
        match branch, step:
            case Mapping(), str() if step in branch.values:
                branch = branch.values[step]
            case Sequence(), int() if 0 <= step < len(branch.items):
                branch = branch.items[step]
            case _:
                return None
    return branch


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._events: Iterator[Event] = iter(YAML(typ="safe", pure=True).parse(text))
        self._anchors: dict[str, Plain] = {}

    def document(self) -> Mapping:
        for event in self._events:
            if isinstance(event, MappingStartEvent):
                return self._mapping(event)
        raise CannotEdit("a policy is a map")

    def _node(self, event: Event) -> Branch:
        branch: Branch
        match event:
            case AliasEvent():
                return Shared(event.start_mark.index, event.end_mark.index, self._anchors.get(event.anchor))
            case ScalarEvent():
                branch = self._scalar(event)
            case SequenceStartEvent():
                branch = self._sequence(event)
            case _:
                branch = self._mapping(event)
        if isinstance(event, NodeEvent) and event.anchor is not None:
            self._anchors[event.anchor] = content(branch)
            return Shared(event.start_mark.index, branch.end, content(branch))
        return branch

    def _scalar(self, event: ScalarEvent) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        block = event.style in {"|", ">"}
        if block:  # its end mark stands after the empty lines that follow
            end = start + len(self._text[start:end].rstrip())
        return Scalar(start, end, event.value, event.style is None, block)

    def _sequence(self, event: SequenceStartEvent) -> Sequence:
        found = Sequence(event.start_mark.index, event.end_mark.index, bool(event.flow_style))
        for each in self._events:
            if isinstance(each, SequenceEndEvent):
                found.end = each.end_mark.index
                break
            found.items.append(self._node(each))
        if not found.flow and found.items:  # the end mark of a block stands at what follows it
            found.end = found.items[-1].end
        return found

    def _mapping(self, event: Event) -> Mapping:
        flow = isinstance(event, MappingStartEvent) and bool(event.flow_style)
        found = Mapping(event.start_mark.index, event.end_mark.index, flow)
        for each in self._events:
            if isinstance(each, MappingEndEvent):
                found.end = each.end_mark.index
                break
            key = self._node(each)
            if not isinstance(key, Scalar):
                raise CannotEdit("a key of the text is marked or repeated; change it as text")
            found.keys[key.text] = key
            found.values[key.text] = self._node(next(self._events))
        if not found.flow and found.values:
            last = next(reversed(found.values))
            found.end = max(found.keys[last].end, found.values[last].end)
        return found
