"""A burst of escalations as one list: the most pressing first, each to be claimed or opened from it."""

from __future__ import annotations

from rung.channels.slack.blocks import elements as b
from rung.channels.slack.blocks.button_values import About, Press, write
from rung.channels.slack.blocks.card import due
from rung.channels.slack.blocks.elements import Block, Leaf
from rung.channels.slack.blocks.field_words import MARKS
from rung.outbox.ports import Deadline, Summary, SummaryRow

#: Two blocks each, of the fifty a message may have.
ROWS = 22


def headline(one: Summary) -> str:
    """How it stands, in one line."""
    waiting = len(one.rows)
    if not waiting:
        return f"Many escalations at once: all {one.gone} have found somebody, or are over"
    return f"Many escalations at once: {waiting} wait to be claimed" + (f", {one.gone} no longer" if one.gone else "")


def summary(one: Summary) -> list[Block]:
    """The blocks."""
    body = [b.lines([[b.words(headline(one), bold=bool(one.rows))]])]
    for row in one.rows[:ROWS]:
        body += [b.lines([_line(row)]), _buttons(row)]
    more = len(one.rows) - ROWS
    return [*body, *([b.aside(f"and {more} more; they come up as these find somebody")] if more > 0 else [])]


def _line(row: SummaryRow) -> list[Leaf]:
    mark = MARKS.get(row.priority) if row.priority else None
    line: list[Leaf] = [{"type": "emoji", "name": mark}, b.words(" ")] if mark else []
    line += [b.link(row.url, f"#{row.ticket}"), b.words(f" {b.cut(row.title, 150)}", bold=True)]
    line.append(b.words(f" · {b.cut(row.customer, 80)}" if row.customer else ""))
    line += [b.words(" · target missed", bold=True)] if row.missed else []
    if row.clock is not None and row.due_at is not None:
        line += [b.words(" · "), *due(Deadline(clock=row.clock, due_at=row.due_at))]
    return [leaf for leaf in line if leaf.get("text") != ""]


def _buttons(row: SummaryRow) -> Block:
    value = write(About(row.ticket, offer=row.offer))
    elements = [b.button("Claim", Press.CLAIM, value), b.button("Show the card", Press.SUMMON, value)]
    return b.actions(elements, f"burst:{row.ticket}:{row.offer}")
