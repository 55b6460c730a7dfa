"""The card of an escalation in the channel of the level it goes to: the whole handoff, to claim or to return."""

from __future__ import annotations

from rung.channels.slack.blocks import elements as b
from rung.channels.slack.blocks.button_values import About, Press, write
from rung.channels.slack.blocks.card import then
from rung.channels.slack.blocks.elements import Block, Leaf
from rung.channels.slack.blocks.field_words import CLOCKS, MARKS, REASONS, field_name, why_priority
from rung.core import actors
from rung.core.actors import Actor
from rung.outbox.ports import Card, Move, OpenOffer


def escalation_card(card: Card) -> list[Block]:
    """The blocks. An escalation that is no longer true becomes one quiet line."""
    if card.over:
        return [
            b.lines([[b.link(card.url, f"#{card.ticket}"), b.words(f" {b.cut(card.title, 200)} – "), _quiet(card)]])
        ]
    rows = [_title(card), _why(card), _who(card), _deadline(card), _told(card), then(card)]
    body: list[Block] = [b.lines([row for row in rows if row])]
    if card.excerpt:
        body.append(b.quote(card.excerpt))
    if card.arrival:
        body.append(b.aside(card.arrival))
    body += _handoff(card)
    if card.links:
        body.append(b.aside("Linked: " + ", ".join(card.links)))
    if card.headline:
        body.append(b.aside(card.headline))
    return [*body, _buttons(card)]


def _offer(card: Card) -> OpenOffer | None:
    """The offer this card is about."""
    return next((one for one in card.offers if one.number == card.offer), card.offers[-1] if card.offers else None)


def _quiet(card: Card) -> Leaf:
    return b.words(card.headline or "no longer needed here", italic=True)


def _title(card: Card) -> list[Leaf]:
    mark = MARKS.get(card.priority) if card.priority else None
    row: list[Leaf] = [{"type": "emoji", "name": mark}, b.words(" ")] if mark else []
    offer = _offer(card)
    to = f" for {offer.level}" if offer else ""
    return [*row, b.words(f"Escalation{to}: ", bold=True), b.link(card.url, f"#{card.ticket}"),
            b.words(f" {b.cut(card.title, 250)}", bold=True)]  # fmt: skip


def _why(card: Card) -> list[Leaf]:
    reason = REASONS[card.reason] if card.reason else "escalated"
    offer = _offer(card)
    row = [b.words(reason.capitalize())]
    if offer is not None:
        row += [b.words(f" · asked by {card.offered_by or spoken_actor(offer.by)} "), b.moment(offer.at)]
    return row


def _told(card: Card) -> list[Leaf]:
    """Who has heard of it beside this channel, and when."""
    row: list[Leaf] = []
    for one in card.told:
        row += [b.words(f"{', ' if row else 'Told: '}{one.who} "), b.moment(one.at)]
    return row


def _who(card: Card) -> list[Leaf]:
    customer = (
        f"{card.customer} ({card.tier})" if card.customer and card.tier else card.customer or "customer not known"
    )
    row = [b.words(b.cut(f"{customer} · ", 300)), b.words(f"priority {card.priority or 'not set'}", bold=True)]
    why = why_priority(card.priority_reasons)
    row += [b.words(f" ({b.cut(why, 200)})")] if why else []
    holder = card.assignee or "nobody"
    return [*row, b.words(f" · until it is claimed: {card.level or 'triage'}, {holder}")]


def _deadline(card: Card) -> list[Leaf]:
    if not card.deadlines:
        return [b.words("No deadline is running")]
    first = card.deadlines[0]
    verb = "was due" if first.missed else "due"
    return [b.words(f"{CLOCKS[first.clock].capitalize()} {verb} ", bold=first.missed), b.moment(first.due_at)]


def _handoff(card: Card) -> list[Block]:
    rows = [[b.words(f"{field_name(name)}: ", bold=True), b.words(b.cut(value, 1000))] for name, value in card.handoff]
    rows += [
        [b.words(f"{field_name(name)}: ", bold=True), b.words("missing – nobody has said", italic=True)]
        for name in card.missing
    ]
    return [b.lines(rows[:20])] if rows else []


def _buttons(card: Card) -> Block:
    value = write(About(card.ticket, offer=card.offer))
    elements = [b.button("Claim", Press.CLAIM, value, style="primary"), b.button("Return…", Press.RETURN, value)]
    if card.url.startswith("http") and Move.OPEN in card.moves:
        elements.append(b.button("Open", Press.OPEN, value, url=card.url))
    return b.actions(elements, "escalation")


def spoken_actor(by: Actor) -> str:
    """`agent:sam` is "sam", `rule:Nobody has answered` is the rule's name in quotes."""
    if actors.is_customer(by):
        return "the customer"
    name = actors.name_of(by)
    return f'the rule "{name}"' if actors.is_rule(by) else name or by
