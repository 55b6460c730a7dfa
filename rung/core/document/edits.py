"""Changes single values of a policy document and leaves every other character, comments above all, as it is."""

from collections.abc import Mapping

from rung.core.document.nodes import Entries, Items, Node, Path, Text


def edited(text: str, root: Entries, values: Mapping[Path, str]) -> str:
    """The document with the values at those paths replaced. KeyError for a path that leads to no single value."""
    text = text.removeprefix("\ufeff")
    spans = sorted(((_scalar(root, path), value) for path, value in values.items()), key=lambda each: -each[0].start)
    for scalar, value in spans:
        text = text[: scalar.start] + value + text[scalar.end :]
    return text


def _scalar(root: Node, path: Path) -> Text:
    node: Node | None = root
    for step in path:
        node = _inside(node, step)
    if not isinstance(node, Text) or node.start < 0:
        raise KeyError(path)
    return node


def _inside(node: Node | None, step: str | int) -> Node | None:
    match node, step:
        case Entries(values=entries), str():
            return entries.get(step)
        case Items(values=items), int() if 0 <= step < len(items):
            return items[step]
    return None
