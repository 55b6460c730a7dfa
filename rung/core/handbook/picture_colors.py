"""The colours pictures are drawn in: fixed ones for paper, each named so that a page may put its own in their place."""

from enum import StrEnum


class Color(StrEnum):
    """What a shape is painted with. The page's style sheet has `.fill-NAME` and `.stroke-NAME` for each."""

    PAPER = "paper"
    INK = "ink"
    FAINT = "faint"
    LINE = "line"
    EMPTY = "empty"
    BLUE = "blue"
    TEAL = "teal"
    AMBER = "amber"
    RED = "red"
    PURPLE = "purple"
    SLATE = "slate"
    SAND = "sand"


_ON_PAPER = {
    Color.PAPER: "#ffffff",
    Color.INK: "#1c2530",
    Color.FAINT: "#5b6b7d",
    Color.LINE: "#9aa8b7",
    Color.EMPTY: "#e8ecf0",
    Color.BLUE: "#2f6fcb",
    Color.TEAL: "#2f9e8f",
    Color.AMBER: "#d98a1f",
    Color.RED: "#c8453b",
    Color.PURPLE: "#8d4bbb",
    Color.SLATE: "#5b6b7d",
    Color.SAND: "#f0c36d",
}


def paint(fill: Color | None = None, stroke: Color | None = None) -> str:
    """Attributes of an SVG shape. Without a fill it is hollow."""
    named = [f"fill-{fill}"] if fill else []
    named += [f"stroke-{stroke}"] if stroke else []
    edge = f' stroke="{_ON_PAPER[stroke]}"' if stroke else ""
    return f'fill="{_ON_PAPER[fill] if fill else "none"}"{edge} class="{" ".join(named)}"'
