"""What differs between two policy documents, place by place; entries of lists are known by their names."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from rung.core.document.nodes import Entries, Items, Node, Text


class DocumentChange(Struct, frozen=True):
    """One value. `before` or `after` None: only the other document has it. `line`: in the newer, else in the older."""

    place: str
    before: str | None
    after: str | None
    line: int


def document_changes(old: Entries, new: Entries) -> tuple[DocumentChange, ...]:
    """Every value that was added, removed or changed, in the order of the newer document, what is gone at the end."""
    before, after = dict(_values(old, "")), dict(_values(new, ""))
    changed = [
        DocumentChange(place, before[place][0] if place in before else None, text, line)
        for place, (text, line) in after.items()
        if place not in before or before[place][0] != text
    ]
    gone = [DocumentChange(place, text, None, line) for place, (text, line) in before.items() if place not in after]
    return (*changed, *gone)


def _values(node: Node, place: str) -> Iterator[tuple[str, tuple[str, int]]]:
    match node:
        case Text():
            yield place, (node.text.strip(), node.line)
        case Entries(values=values) if values:
            for key, value in values.items():
                yield from _values(value, f"{place}.{key}" if place else key)
        case Items(values=items) if items and all(isinstance(each, Text) for each in items):
            written = ", ".join(each.text.strip() for each in items if isinstance(each, Text))
            yield place, (f"[{written}]", node.line)
        case Items(values=items) if items:
            for name, item in zip(_names(items), items, strict=True):
                yield from _values(item, f"{place}[{name}]")
        case _:
            yield place, ("{}" if isinstance(node, Entries) else "[]", node.line)


def _names(items: list[Node]) -> list[str]:
    """What each entry is called: its id or name, so that one put in between renames nothing; else its number."""
    names = [_own_name(item) for item in items]
    return [name if name is not None and names.count(name) == 1 else str(number) for number, name in enumerate(names)]


def _own_name(item: Node) -> str | None:
    fields: Mapping[str, Node] = item.values if isinstance(item, Entries) else {}
    for key in ("id", "name"):
        found = fields.get(key)
        if isinstance(found, Text):
            return found.text.strip()
    return None
