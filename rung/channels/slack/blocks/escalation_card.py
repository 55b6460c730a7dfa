"""The card of an escalation in the channel of the level it goes to: the whole handoff, to claim or to return."""

from __future__ import annotations

from rung.channels.slack.blocks import elements as b
from rung.channels.slack.blocks.button_values import About, Press, write
from rung.channels.slack.blocks.card import Origin, asked, due, then, words_of
from rung.channels.slack.blocks.elements import Block, Leaf
from rung.channels.slack.blocks.field_words import MARKS, REASONS, field_name, why_priority
from rung.core import actors
from rung.core.actors import Actor
from rung.outbox.ports import Card, Move, OpenOffer


def escalation_card(card: Card, origin: Origin = Origin()) -> list[Block]:  # noqa: B008  frozen
    """The blocks. An escalation that is no longer true becomes one quiet line."""
    if card.over:
        return [
            b.lines([[b.link(card.url, f"#{card.ticket}"), b.words(f" {b.cut(card.title, 200)} – "), _quiet(card)]])
        ]
    rows = [_title(card), [*_why(card), *_deadline(card)], asked(card, origin), _holder(card)]
    arrival = [b.aside(card.arrival)] if card.arrival else []
    body: list[Block] = [b.lines(rows), *words_of(card), *arrival, *_handoff(card)]
    if card.links:
        body.append(b.aside("Linked: " + ", ".join(card.links)))
    rows = [row for row in (_told(card), then(card)) if row]
    body += [b.lines(rows)] if rows else []
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


def _holder(card: Card) -> list[Leaf]:
    why = why_priority(card.priority_reasons)
    urgency = f"priority {card.priority or 'not set'}{f' ({b.cut(why, 200)})' if why else ''}"
    return [b.words(f"{urgency} · until it is claimed: {card.level or 'triage'}, {card.assignee or 'nobody'}")]


def _deadline(card: Card) -> list[Leaf]:
    return [b.words(" · "), *due(card.deadlines[0])] if card.deadlines else [b.words(" · no deadline is running")]


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
