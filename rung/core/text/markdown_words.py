"""Markdown that was read, as plain words: every letter of it in its order, the marks only where they carry meaning."""

from collections.abc import Iterable

from markdown_it.tree import SyntaxTreeNode


def words_of(root: SyntaxTreeNode) -> str:
    """The words; blocks stand apart by an empty line."""
    return _blocks(root.children)


def inline(node: SyntaxTreeNode) -> str:
    """The words of one line or cell."""
    return "".join(_inline(child) for child in node.children)


def number_of(entry: SyntaxTreeNode) -> str:
    """What stands before an entry of a list: `3.` or `-`."""
    return f"{entry.info}." if entry.info else "-"


def rows_of(table: SyntaxTreeNode) -> list[list[str]]:
    """The cells of a table, its head first."""
    return [[inline(cell).strip() for cell in row.children] for part in table.children for row in part.children]


def as_columns(rows: list[list[str]]) -> str:
    """Rows with their columns one below the other."""
    widths = [max((len(row[at]) for row in rows if at < len(row)), default=0) for at in range(max(map(len, rows)))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]
    return "\n".join(lines)


def _blocks(nodes: Iterable[SyntaxTreeNode], between: str = "\n\n") -> str:
    return between.join(_block(node) for node in nodes)


def _block(node: SyntaxTreeNode) -> str:  # noqa: PLR0911  a case each
    match node.type:
        case "paragraph" | "heading":
            return "".join(inline(child) for child in node.children)
        case "fence":
            return f"{node.markup}{node.info}\n{node.content.removesuffix(chr(10))}\n{node.markup}"
        case "code_block":
            return _indented(node.content.rstrip("\n"), "    ")
        case "blockquote":
            return "\n".join(f"> {line}".rstrip() for line in _blocks(node.children).split("\n"))
        case "bullet_list" | "ordered_list":
            return "\n".join(_entry(entry) for entry in node.children)
        case "table":
            return as_columns(rows_of(node))
        case "hr":
            return "---"
        case _:
            return _blocks(node.children)


def _entry(entry: SyntaxTreeNode) -> str:
    mark = number_of(entry) + " "
    tight = all(child.hidden for child in entry.children if child.type == "paragraph")
    words = _blocks(entry.children, "\n" if tight else "\n\n")
    return mark + _indented(words, " " * len(mark)).lstrip(" ")


def _indented(text: str, by: str) -> str:
    return "\n".join(by + line if line else line for line in text.split("\n"))


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak" | "hardbreak":
            return "\n"
        case "link":
            return _link(node)
        case _:
            return "".join(_inline(child) for child in node.children)


def _link(node: SyntaxTreeNode) -> str:
    label, address, title = inline(node), str(node.attrs.get("href", "")), node.attrs.get("title")
    if node.info == "auto" and label == address.removeprefix("mailto:"):
        return label
    return f"{label} ({address}{f' “{title}”' if title else ''})"
