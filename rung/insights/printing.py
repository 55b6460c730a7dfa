"""Paper and pictures: a handbook as PDF, and any of our drawings as PNG for where SVG is not shown."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from rung.core.handbook.book import Handbook
from rung.core.handbook.ladder_picture import ladder_svg
from rung.core.handbook.parts import Block, Ladder, Points, Prose, Sentence, Table
from rung.core.handbook.text import Lines, heading
from rung.core.policy.plain_words import date_of
from rung.core.sentences import say
from rung.insights.extras import extra
from rung.insights.fonts import SANS, fonts, shown

_TEMPLATES = Path(__file__).parent / "templates" / "print"
#: A picture and nothing round it: one unit of the drawing is one point.
_PICTURE = (
    "#set page(width: float(sys.inputs.width) * 1pt, height: auto, margin: 0pt, fill: white)\n"
    '#image(bytes(sys.inputs.svg), format: "svg", width: 100%)\n'
    '#if sys.inputs.missing != "" { pad(6pt, text(size: 9pt, fill: rgb("#c8453b"), sys.inputs.missing)) }'
)
_POINTS_PER_INCH = 72
_WIDTH = re.compile(r'<svg[^>]* viewBox="\S+ \S+ (\S+) ')
_WIDEST, _NARROWEST = 40, 11


def png(svg: str, *, scale: float = 2) -> bytes:
    """One of our own drawings, `scale` pixels for each of its units. The fonts come along, so it is alike anywhere; for
    a letter that none of them has stands a box, and a line below says so.

    Raises ValueError for a text that is no drawing, MissingExtra without the extra `print`.
    """
    width = _WIDTH.search(svg)
    if width is None:
        raise ValueError("this is no SVG picture with a viewBox")
    drawing, missing = shown(svg.replace("system-ui, sans-serif", f"{SANS}, sans-serif"))
    inputs = {"svg": drawing, "width": width[1], "missing": missing}
    return _typeset(_PICTURE, inputs, "png", ppi=_POINTS_PER_INCH * scale)


def handbook_pdf(book: Handbook, lines: Lines, source: str, policy: str, now: datetime) -> bytes:
    """The handbook on A4; the policy stands at its end, and every sentence leads to its line there.

    Raises MissingExtra without the extra `print`.
    """
    said = {
        "title": heading(book),
        "author": book.title,
        "language": say("en"),
        "written": say(
            "Written from %(source)s on %(day)s. The small numbers lead to the line of the policy, which stands "
            "at the end.",
            source=source,
            day=date_of(now),
        ),
        "itself": say("The policy itself"),
        "policy": policy.splitlines(),
        "sections": [
            {"title": section.title, "blocks": [_block(block, lines) for block in section.blocks]}
            for section in book.sections
        ],
    }
    data, missing = shown(msgspec.json.encode(said).decode())
    return _typeset(_template("handbook"), {"data": data, "missing": missing}, "pdf", made_at=now)


def _block(block: Block, lines: Lines) -> dict[str, object]:
    match block:
        case Sentence(text, place):
            return {"kind": "sentence", "text": text, "line": lines.get(place)}
        case Points(sentences, heading, place):
            said = [_block(each, lines) for each in sentences]
            return {"kind": "points", "heading": heading, "line": lines.get(place), "sentences": said}
        case Table(head, rows):
            cells = [{"cells": row.cells, "line": lines.get(row.place)} for row in rows]
            return {"kind": "table", "head": head, "rows": cells, "widths": list(_widths(block))}
        case Prose(heading, text, place):
            return {"kind": "prose", "heading": heading, "text": text.rstrip(), "line": lines.get(place)}
        case Ladder(title, _, _, place):
            picture = ladder_svg(block)
            return {"kind": "ladder", "heading": title, "line": lines.get(place), "picture": picture}


def _widths(table: Table) -> Iterator[int]:
    """Columns as wide as what stands in them, within bounds."""
    for column in zip(table.head, *(row.cells for row in table.rows), strict=True):
        yield min(max(*(len(cell) for cell in column), _NARROWEST), _WIDEST)


@cache
def _template(name: str) -> str:
    return (_TEMPLATES / f"{name}.typ").read_text(encoding="utf-8")


def _typeset(
    source: str,
    inputs: dict[str, str],
    kind: Literal["pdf", "png"],
    *,
    ppi: float = 144,
    made_at: datetime | None = None,
) -> bytes:
    """Without the fonts of this machine, so that the same words give the same bytes everywhere."""
    seconds = None if made_at is None else int(made_at.timestamp())
    made: bytes = extra("print", "typst").compile(
        source.encode(), format=kind, ppi=ppi, sys_inputs=inputs, font_paths=fonts(), timestamp=seconds
    )
    return made
