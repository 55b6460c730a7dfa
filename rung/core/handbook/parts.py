"""What a handbook is made of: sections of sentences, tables and ladders, each with its place in the policy."""

from collections.abc import Sequence

from msgspec import Struct

from rung.core.handbook.unanswered import Rung


class Sentence(Struct, frozen=True, tag="sentence"):
    """`place` leads to the line of the policy it comes from; empty: it says what holds under every policy."""

    text: str
    place: str = ""


class Points(Struct, frozen=True, tag="points"):
    """A list of sentences, under an optional heading."""

    sentences: tuple[Sentence, ...]
    heading: str = ""
    place: str = ""


class Row(Struct, frozen=True):
    cells: tuple[str, ...]
    place: str = ""


class Table(Struct, frozen=True, tag="table"):
    head: tuple[str, ...]
    rows: tuple[Row, ...]


class Prose(Struct, frozen=True, tag="prose"):
    """The policy's own words, under their heading."""

    heading: str
    text: str
    place: str = ""


class Ladder(Struct, frozen=True, tag="ladder"):
    """What happens to a ticket that nobody answers, from `levels[0]` up."""

    title: str
    levels: tuple[str, ...]
    rungs: tuple[Rung, ...]
    place: str = ""


Block = Sentence | Points | Table | Prose | Ladder


class Section(Struct, frozen=True):
    title: str
    blocks: tuple[Block, ...]


def points(heading: str, sentences: Sequence[Sentence], place: str = "") -> tuple[Block, ...]:
    """A list, or nothing where there is nothing to list."""
    return (Points(tuple(sentences), heading, place),) if sentences else ()
