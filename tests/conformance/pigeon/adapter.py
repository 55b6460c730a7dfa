"""One pigeon for each thing that is said."""

from rung.core.reckoning.effects import NoticeKind
from rung.outbox.ports import (
    Card,
    CustomerMessage,
    Digest,
    Lane,
    Later,
    Method,
    Moment,
    Never,
    Outcome,
    Sent,
    Unclear,
)
from tests.conformance.pigeon import loft
from tests.conformance.pigeon.sentences import Said


class Pigeons:
    name = "pigeon"
    takes = frozenset(
        {NoticeKind.MOMENT, NoticeKind.DIGEST, NoticeKind.TRIAGE_CARD, NoticeKind.OFFER_CARD, NoticeKind.REPLY}
    )
    repeats_safely = False

    def lane(self, method: Method, to: str) -> Lane:
        return Lane(f"pigeon/{to}")

    def send_moment(self, moment: Moment) -> Outcome:
        return _fly(moment)

    def send_digest(self, digest: Digest) -> Outcome:
        return _fly(digest)

    def post_card(self, card: Card) -> Outcome:
        return _fly(card)

    def edit_card(self, card: Card, external_id: str) -> Outcome:
        return _fly(card)

    def find_card(self, card: Card) -> Sent | Later | None:
        return Sent(card.key) if card.key in loft.BROUGHT.get(card.to, {}) else None

    def send_message(self, message: CustomerMessage) -> Outcome:
        return _fly(message)

    def find_message(self, message: CustomerMessage) -> Sent | Unclear | Later | None:
        return Sent(message.key) if message.key in loft.BROUGHT.get(message.to, {}) else None


def adapter() -> Pigeons:
    return Pigeons()


def _fly(what: Moment | Digest | Card | CustomerMessage) -> Outcome:
    if what.to not in loft.KNOWN:
        return Never(Said.NO_LOFT(to=what.to))
    befalls = loft.WEATHER.pop(0) if loft.WEATHER else ""
    if befalls == "hungry":
        return Later(Said.HUNGRY())
    if befalls != "lost":
        loft.BROUGHT.setdefault(what.to, {})[what.key] = what
    return Unclear(Said.UNSEEN(to=what.to)) if befalls else Sent(what.key)
