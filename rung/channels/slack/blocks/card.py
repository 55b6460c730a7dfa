"""The ticket's card in the triage channel, from a view of the ticket to blocks; one message through its whole life."""

from __future__ import annotations

from msgspec import Struct

from rung.channels.slack.blocks import elements as b
from rung.channels.slack.blocks.button_values import About, Press, write
from rung.channels.slack.blocks.elements import Block, Leaf
from rung.channels.slack.blocks.field_words import CLOCKS, MARKS, STATUSES, TURNS, why_priority
from rung.core.vocabulary import Priority, Status, Turn
from rung.outbox.ports import Card, Deadline

#: Common requests a card offers; the others are on the ticket's page.
WORKFLOWS = 3


class Origin(Struct, frozen=True):
    """Where the customer wrote: a link to their message, the channel's name, and whether it is shared."""

    url: str = ""
    name: str = ""
    is_shared: bool = False


def triage_card(card: Card, origin: Origin = Origin()) -> list[Block]:  # noqa: B008  frozen
    """The blocks. What is over shrinks to a quiet line that can still be opened."""
    if card.over or card.status.is_over:
        return [b.lines([_title(card, quiet=True)]), b.aside(_ended(card))]
    body: list[Block] = [b.lines([_title(card), asked(card, origin), _state(card)]), *words_of(card)]
    if card.arrival:
        body.append(b.aside(card.arrival))
    if card.links:
        body.append(b.aside("Linked: " + ", ".join(card.links)))
    if step := then(card):
        body.append(b.lines([step]))
    return [*body, _buttons(card)]


def words_of(card: Card) -> list[Block]:
    """What the customer asked, what is new since, and the files that came with it."""
    found = [b.quote(card.excerpt)] if card.excerpt else []
    found += [b.lines([[b.words("Since then:", italic=True)]]), b.quote(card.news)] if card.news else []
    found += [b.aside(b.cut("Files: " + ", ".join(card.files), 1000))] if card.files else []
    return found


def asked(card: Card, origin: Origin) -> list[Leaf]:
    """Who asks, when, where, and whom of ours they mean."""
    customer = f"{card.customer} ({card.tier})" if card.customer and card.tier else card.customer
    who = " · ".join(part for part in (customer or "customer not known", card.requester) if part)
    row = [b.words(b.cut(who, 500)), b.words(" asked " if card.requester else " · asked ")]
    row += [b.moment(card.opened_at, b.AGO)] if card.opened_at else [b.words("here")]
    if origin.url or origin.name:
        row += [b.words(" in "), b.link(origin.url, b.cut(origin.name or "Slack", 100))]
        row += [b.words(" (shared channel)")] if origin.is_shared else []
    elif card.channel:
        row.append(b.words(f" by {card.channel}"))
    if card.meant:
        row.append(b.words(b.cut(f" · for {', '.join(card.meant)}", 200)))
    return row


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


def _state(card: Card) -> list[Leaf]:
    """Whose turn it is, until when, how urgent, and who has it; what the title says already is not said again."""
    row = [b.words(TURNS[card.turn].capitalize(), bold=True)]
    row += [b.words(" · "), *due(card.deadlines[0])] if card.deadlines else []
    why = why_priority(card.priority_reasons)
    ordinary = card.priority is Priority.NORMAL and not why
    urgency = "" if ordinary else f"{card.priority or 'no priority yet'}{f' ({b.cut(why, 300)})' if why else ''}"
    level = f"{card.level} of {card.path}" if card.level and card.path else card.level or "no level yet"
    holder = card.assignee or ("" if needs_attention(card) == "nobody has it" else "nobody has it")
    offered = "" if needs_attention(card).startswith("waiting") else ", ".join(one.level for one in card.offers)
    facts = [urgency, card.category or "", b.cut(", ".join(card.tags), 200), level, holder]
    facts.append(f"offered to {offered}" if offered else "")
    return [*row, b.words(b.cut("".join(f" · {fact}" for fact in facts if fact), 1000))]


def then(card: Card) -> list[Leaf]:
    """What the policy does next, when, unless what."""
    step = card.next_step
    if step is None:
        return []
    return [b.words("Then, "), b.moment(step.at), b.words(b.cut(f": {step.what}, unless {step.unless}", 500))]


def due(deadline: Deadline) -> list[Leaf]:
    """What is due, when, and how long that is from now."""
    verb = "was due" if deadline.missed else "due"
    return [
        b.words(f"{CLOCKS[deadline.clock]} {verb} ", bold=deadline.missed),
        b.moment(deadline.due_at),
        b.words(", "),
        b.moment(deadline.due_at, b.AGO),
    ]


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
