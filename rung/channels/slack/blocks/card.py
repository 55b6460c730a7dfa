"""The ticket's card in the triage channel, from a view of the ticket to blocks; one message through its whole life."""

from __future__ import annotations

from rung.channels.slack.blocks import elements as b
from rung.channels.slack.blocks.button_values import About, Press, write
from rung.channels.slack.blocks.elements import Block, Leaf
from rung.channels.slack.blocks.field_words import CLOCKS, MARKS, STATUSES, TURNS, why_priority
from rung.core.vocabulary import Status, Turn
from rung.outbox.ports import Card, Deadline

#: Common requests a card offers; the others are on the ticket's page.
WORKFLOWS = 3


def triage_card(card: Card) -> list[Block]:
    """The blocks. What is over shrinks to a quiet line that can still be opened."""
    if card.over or card.status.is_over:
        return [b.lines([_title(card, quiet=True)]), b.aside(_ended(card))]
    rows = [_title(card), _who(card), _priority(card), _place(card), _turn(card), then(card)]
    body: list[Block] = [b.lines([row for row in rows if row])]
    if card.excerpt:
        body.append(b.quote(card.excerpt))
    if card.arrival:
        body.append(b.aside(card.arrival))
    if card.links:
        body.append(b.aside("Linked: " + ", ".join(card.links)))
    return [*body, _buttons(card)]


def fallback(card: Card) -> str:
    """What notifications and screen readers say."""
    parts = [f"#{card.ticket} {card.title}", card.customer or "", card.priority or "", card.headline]
    return b.escaped(b.cut(" · ".join(part for part in parts if part), b.FALLBACK))


def needs_attention(card: Card) -> str:
    """Why this card must stand out, or nothing."""
    if card.critical:
        return "critical"
    if any(one.missed for one in card.deadlines):
        return "overdue"
    if card.offers:
        return "waiting to be accepted at " + card.offers[-1].level
    if any(one.at_risk for one in card.deadlines):
        return "at risk"
    if card.turn is Turn.OURS and card.assignee is None:
        return "nobody has it"
    return ""


def _title(card: Card, *, quiet: bool = False) -> list[Leaf]:
    row: list[Leaf] = []
    mark = MARKS.get(card.priority) if card.priority else None
    if mark and not quiet:
        row += [{"type": "emoji", "name": mark}, b.words(" ")]
    row += [b.link(card.url, f"#{card.ticket}"), b.words(" ")]
    row.append(b.words(b.cut(card.title, 250), bold=not quiet, strike=quiet and card.status is Status.CLOSED))
    attention = needs_attention(card)
    if attention and not quiet:
        row.append(b.words(f"  – {attention}", bold=True))
    return row


def _ended(card: Card) -> str:
    ending = card.headline or STATUSES[card.status]
    return " · ".join(part for part in (ending[:1].upper() + ending[1:], card.customer, card.assignee) if part)


def _who(card: Card) -> list[Leaf]:
    customer = f"{card.customer} ({card.tier})" if card.customer and card.tier else card.customer
    asked = f"{card.requester} asks" if card.requester else ""
    where = f"by {card.channel}" if card.channel else ""
    told = " · ".join(part for part in (customer or "customer not known", asked, where) if part)
    return [b.words(b.cut(told, 500))]


def _priority(card: Card) -> list[Leaf]:
    row = [b.words("Priority "), b.words(card.priority or "not set yet", bold=True)]
    why = why_priority(card.priority_reasons)
    if why:
        row.append(b.words(f" ({b.cut(why, 300)})"))
    if card.category:
        row += [b.words(" · Category "), b.words(card.category, bold=True)]
    if card.tags:
        row.append(b.words(" · " + b.cut(", ".join(card.tags), 200)))
    return row


def _place(card: Card) -> list[Leaf]:
    level = f"{card.level} of {card.path}" if card.level and card.path else card.level or "no level yet"
    row = [
        b.words("Level "),
        b.words(level, bold=True),
        b.words(" · "),
        b.words(card.assignee or "nobody has it", bold=True),
    ]
    if card.offers:
        offers = ", ".join(f"{one.level}" for one in card.offers)
        row.append(b.words(f" · offered to {offers}"))
    return row


def _turn(card: Card) -> list[Leaf]:
    row = [b.words(TURNS[card.turn].capitalize(), bold=True)]
    row += _due(card.deadlines[0]) if card.deadlines else []
    if card.headline:
        row.append(b.words(f" · {b.cut(card.headline, 300)}"))
    return row


def then(card: Card) -> list[Leaf]:
    """What the policy does next, when, unless what."""
    step = card.next_step
    if step is None:
        return []
    return [b.words("Then, "), b.moment(step.at), b.words(b.cut(f": {step.what}, unless {step.unless}", 500))]


def _due(deadline: Deadline) -> list[Leaf]:
    verb = "was due" if deadline.missed else "due"
    return [b.words(f" · {CLOCKS[deadline.clock]} {verb} "), b.moment(deadline.due_at)]


def _buttons(card: Card) -> Block:
    """What offers itself as it stands comes first, then what can always be done."""
    value = write(About(card.ticket))
    elements = [] if card.assignee else [b.button("Take it", Press.TAKE, value, style="primary")]
    elements += [_workflow(card.ticket, n, name) for n, name in enumerate(card.workflows[:WORKFLOWS])]
    elements += [
        b.button("Reply", Press.REPLY, value),
        b.button("Escalate", Press.ESCALATE, value),
        b.button("Resolve", Press.RESOLVE, value),
        b.overflow(Press.MORE, more(card.ticket)),
    ]
    return b.actions(elements, "ticket")


def _workflow(ticket: int, place: int, name: str) -> Block:
    """Its place keeps the names of several apart, as Slack wants; what is done is in the value."""
    return b.button(
        b.cut(name[:1].upper() + name[1:], 60), f"{Press.WORKFLOW}:{place}", write(About(ticket, what=name))
    )


def more(ticket: int) -> list[tuple[str, str]]:
    """The choices behind the three dots: what is needed less often."""
    choices = {
        "Assign to…": Press.ASSIGN,
        "Priority…": Press.PRIORITY,
        "Category…": Press.CATEGORY,
        "Snooze…": Press.SNOOZE,
        "Dismiss": Press.NOT_A_TICKET,
    }
    return [(label, write(About(ticket, what=press))) for label, press in choices.items()]
