"""Markdown as Slack's rich text, which Slack does not parse: mentions and marks in it stay words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.tree import SyntaxTreeNode

from rung.channels.slack.blocks import elements as b
from rung.core.text import markdown, markdown_words

#: Characters in one block, and of an address as shown; it leads to all of it.
PIECE, LONGEST_ADDRESS = 2_900, 60
LISTS = {"bullet_list": "bullet", "ordered_list": "ordered"}


def blocks(text: str) -> list[b.Block]:
    """A text as several blocks, each within Slack's limits; a long paragraph is cut at ends of lines."""
    made: list[b.Block] = []
    room = 0
    for part in _parts(markdown.tree(text.strip() or "–")):
        size = len(str(part))
        if room < size or not made:
            made.append({"type": "rich_text", "elements": []})
            room = 3 * PIECE  # leaves have a form around their words
        made[-1]["elements"].append(part)
        room -= size
    return made


def _parts(root: SyntaxTreeNode) -> Iterator[b.Leaf]:
    """The blocks; paragraphs that follow one another are one part, with an empty line between them."""
    waiting: list[b.Leaf] = []
    for node in root.children:
        if node.type in ("paragraph", "heading"):
            bold = node.type == "heading"
            leaves = [leaf for child in node.children for leaf in _leaves(child, {"bold": True} if bold else {})]
            waiting = _joined([*waiting, _words("\n\n"), *leaves] if waiting else leaves)
            continue
        yield from _sections(waiting)
        waiting = []
        yield from _block(node)
    yield from _sections(waiting)


def _sections(leaves: list[b.Leaf]) -> Iterator[b.Leaf]:
    held: list[b.Leaf] = []
    size = 0
    for leaf in leaves:
        for piece in _cut(leaf):
            if held and size + len(piece.get("text", "")) > PIECE:
                yield _part("section", held)
                held, size = [], 0
            held.append(piece)
            size += len(piece.get("text", ""))
    if held:
        yield _part("section", held)


def _block(node: SyntaxTreeNode, indent: int = 0) -> Iterator[b.Leaf]:
    match node.type:
        case "fence" | "code_block":
            yield from (_part("preformatted", [_words(each)]) for each in _lines(node.content.rstrip("\n")))
        case "table":
            columns = markdown_words.as_columns(markdown_words.rows_of(node))
            yield from (_part("preformatted", [_words(each)]) for each in _lines(columns))
        case "blockquote":
            words = markdown_words.words_of(node)
            yield from (_part("quote", [_words(each)]) for each in _lines(words))
        case "bullet_list" | "ordered_list":
            yield from _list(node, indent)
        case _:
            yield from (_part("section", [_words(each)]) for each in _lines(_alone(node)))


def _list(node: SyntaxTreeNode, indent: int) -> Iterator[b.Leaf]:
    """One list per entry, so that its own number stands before it, and what is nested comes right after it."""
    for entry in node.children:
        leaves: list[b.Leaf] = []
        nested: list[SyntaxTreeNode] = []
        for child in entry.children:
            if child.type in ("paragraph", "heading") and not nested:
                spoken = [leaf for line in child.children for leaf in _leaves(line, {})]
                leaves = [*leaves, _words("\n"), *spoken] if leaves else spoken
            else:
                nested.append(child)
        made: b.Leaf = {"type": "rich_text_list", "style": LISTS[node.type], "indent": min(indent, 8)}
        made["elements"] = [_part("section", _joined(leaves) or [_words(" ")])]
        if node.type == "ordered_list" and entry.info.isdecimal() and (before := int(entry.info) - 1) > 0:
            made["offset"] = before
        yield made
        for child in nested:
            yield from _block(child, indent + 1)


def _leaves(node: SyntaxTreeNode, style: dict[str, bool]) -> Iterator[b.Leaf]:
    match node.type:
        case "text":
            yield _words(node.content, style)
        case "code_inline":
            yield _words(node.content, style | {"code": True})
        case "softbreak" | "hardbreak":
            yield _words("\n", style)
        case "link":
            yield from _link(node, style)
        case _:
            styled = style | {name: True for name in (STYLES.get(node.type),) if name}
            for child in node.children:
                yield from _leaves(child, styled)


def _link(node: SyntaxTreeNode, style: dict[str, bool]) -> Iterator[b.Leaf]:
    label, address = markdown_words.inline(node), str(node.attrs.get("href", ""))
    if not address.startswith(("http://", "https://")) or len(address) > b.SECTION:
        yield _words(label if label == address.removeprefix("mailto:") else f"{label} ({address})", style)
        return
    # Where a label names one place and leads to another, both are said.
    if label != address and re.match(r"\s*(?:https?:|www\.)", label):
        yield _words(f"{label} ", style)
        label = address
    yield b.link(address, b.cut(label, LONGEST_ADDRESS) if label == address else label)


def _alone(node: SyntaxTreeNode) -> str:
    return "———" if node.type == "hr" else markdown_words.words_of(node)


def _joined(leaves: list[b.Leaf]) -> list[b.Leaf]:
    """Neighbours of one style are one leaf."""
    made: list[b.Leaf] = []
    for leaf in leaves:
        before = made[-1] if made else {}
        if leaf["type"] == before.get("type") == "text" and leaf.get("style") == before.get("style"):
            made[-1] = before | {"text": before["text"] + leaf["text"]}
        else:
            made.append(leaf)
    return made


def _cut(leaf: b.Leaf) -> list[b.Leaf]:
    if leaf["type"] != "text" or len(leaf["text"]) <= PIECE:
        return [leaf]
    return [leaf | {"text": each} for each in _lines(leaf["text"])]


def _lines(text: str) -> list[str]:
    """A text in pieces of at most PIECE characters, cut at ends of lines or words where there are some."""
    found, rest = [], text or " "
    while rest:
        end = len(rest) if len(rest) <= PIECE else max(rest.rfind("\n", 0, PIECE), rest.rfind(" ", PIECE - 200, PIECE))
        end = end if end > 0 else PIECE
        found.append(rest[:end])
        rest = rest[end:].lstrip("\n")
    return found


def _words(text: str, style: dict[str, bool] | None = None) -> b.Leaf:
    return b.words(text) | ({"style": style} if style else {})


def _part(kind: str, leaves: list[b.Leaf]) -> b.Leaf:
    return {"type": f"rich_text_{kind}", "elements": leaves}


STYLES = {"strong": "bold", "em": "italic", "s": "strike"}
