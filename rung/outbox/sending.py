"""One delivery becomes one call of its adapter, with what it says drawn now."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import cast

from rung.core.reckoning.effects import NoticeKind
from rung.outbox import bursts, quiet_hours, registry
from rung.outbox.models import Delivery
from rung.outbox.ports import (
    Adapter,
    Card,
    Channel,
    Never,
    Outcome,
    Pager,
    Sent,
    Source,
    SummaryChannel,
    Tracker,
)
from rung.outbox.queues import Claimed
from rung.outbox.sentences import Said

Call = Callable[[], Outcome]


def call_for(claimed: Claimed, source: Source, now: datetime) -> Call:
    """The call that sends it. Drawing happens here, the call itself may happen in another thread."""
    delivery = claimed.delivery
    adapter = registry.adapter(delivery.channel)
    if adapter is None:
        return lambda: Never(Said.NOT_CONFIGURED(channel=delivery.channel))
    return _CALLS[NoticeKind(delivery.kind)](adapter, delivery, source, now)


def may_repeat(delivery: Delivery, adapter: Adapter | None) -> bool:
    """Whether an unclear sending is made again: a page, since a missed one is a breach; and where the other side drops
    a second copy, or can be asked first."""
    looked_for = (
        *(NoticeKind.OFFER_CARD, NoticeKind.TRIAGE_CARD, NoticeKind.SUMMARY, NoticeKind.LINK, NoticeKind.REPLY),
    )
    return (
        delivery.kind == NoticeKind.PAGE
        or NoticeKind(delivery.kind) in looked_for
        or (adapter is not None and adapter.repeats_safely)
    )


def _card(adapter: Adapter, delivery: Delivery, source: Source, now: datetime) -> Call:
    channel, card = cast("Channel", adapter), source.card(delivery, now)
    delivery.shown_event = card.version
    external_id, look_first = delivery.external_id, delivery.look_first
    if external_id:
        return lambda: channel.edit_card(card, external_id)

    def post() -> Outcome:
        found = channel.find_card(card) if look_first else None
        match found:
            case Sent(external_id=there) if there:
                return channel.edit_card(card, there)
            case None:
                if look_first and channel.repeats_safely:
                    return _again(channel, card)
                # Looked for and not there: what has ended meanwhile is not posted any more.
                return Sent() if look_first and card.over else channel.post_card(card)
            case _:
                return found

    return post


def _again(channel: Channel, card: Card) -> Outcome:
    """Nobody can look whether it hangs there. A copy would be dropped, and with it what the card has to show since."""
    match channel.post_card(card):
        case Sent(external_id=there):
            return channel.edit_card(card, there)
        case outcome:
            return outcome


def _summary(adapter: Adapter, delivery: Delivery, source: Source, now: datetime) -> Call:
    parts = bursts.parts_of(delivery)
    channel, summary = cast("SummaryChannel", adapter), source.summary(delivery, parts, now)
    shown = {row.ticket for row in summary.rows}  # what has ended meanwhile is still to be looked at
    delivery.shown_event = bursts.version_of(part for part in parts if part.ticket_id in shown)
    external_id, look_first = delivery.external_id, delivery.look_first

    def show() -> Outcome:
        found = channel.find_summary(summary) if look_first and not external_id else None
        if found is not None and not isinstance(found, Sent):
            return found
        there = external_id or (found.external_id if found else "")
        return channel.edit_summary(summary, there) if there else channel.post_summary(summary)

    return show


def _moment(adapter: Adapter, delivery: Delivery, source: Source, _now: datetime) -> Call:
    channel, moment = cast("Channel", adapter), source.moment(delivery)
    return lambda: channel.send_moment(moment)


def _message(adapter: Adapter, delivery: Delivery, source: Source, _now: datetime) -> Call:
    channel, message, look_first = cast("Channel", adapter), source.message(delivery), delivery.look_first

    def send() -> Outcome:
        found: Outcome | None = channel.find_message(message) if look_first else None
        # Where it cannot be known whether the customer has it: better once than twice, and an agent sees it.
        return channel.send_message(message) if found is None else found

    return send


def _digest(adapter: Adapter, delivery: Delivery, source: Source, now: datetime) -> Call:
    parts: Sequence[Delivery] = sorted(delivery.moments.select_related("ticket"), key=quiet_hours.pressing)
    if not parts:
        # Several steps for one recipient in one look: one message whose words name each of them.
        return _moment(adapter, delivery, source, now)
    channel, digest = cast("Channel", adapter), source.digest(delivery, parts)
    return lambda: channel.send_digest(digest)


def _page(adapter: Adapter, delivery: Delivery, source: Source, _now: datetime) -> Call:
    pager, page = cast("Pager", adapter), source.page(delivery)
    return lambda: pager.page(page)


def _comment(adapter: Adapter, delivery: Delivery, source: Source, _now: datetime) -> Call:
    tracker, comment = cast("Tracker", adapter), source.comment(delivery)
    return lambda: tracker.comment(comment)


def _issue(adapter: Adapter, delivery: Delivery, source: Source, _now: datetime) -> Call:
    tracker, issue = cast("Tracker", adapter), source.issue(delivery)

    def create() -> Outcome:
        # Always looked for first: the same ticket may have been asked for before the last restart.
        found = tracker.find(issue)
        return tracker.create(issue) if found is None else found

    return create


_CALLS: dict[NoticeKind, Callable[[Adapter, Delivery, Source, datetime], Call]] = {
    NoticeKind.OFFER_CARD: _card,
    NoticeKind.TRIAGE_CARD: _card,
    NoticeKind.SUMMARY: _summary,
    NoticeKind.MOMENT: _moment,
    NoticeKind.DIGEST: _digest,
    NoticeKind.REPLY: _message,
    NoticeKind.PAGE: _page,
    NoticeKind.LINK: _issue,
    NoticeKind.COMMENT: _comment,
}
