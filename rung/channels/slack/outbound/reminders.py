"""Reminders live in their ticket's thread, and go when they are no longer true."""

from __future__ import annotations

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api.addresses import Place, parse
from rung.channels.slack.api.clients import is_error
from rung.channels.slack.models import Reminder
from rung.core.reckoning.effects import NoticeKind
from rung.core.vocabulary import Turn
from rung.outbox.models import Delivery
from rung.outbox.ports import Card

log = structlog.get_logger(__name__)

_CARDS = (NoticeKind.TRIAGE_CARD.value, NoticeKind.OFFER_CARD.value)


def thread_of(ticket: int, place: Place) -> str:
    """The ts of the ticket's newest card in that channel, or nothing."""
    prefix = f"{place.team}/{place.channel}/"
    cards = Delivery.objects.filter(ticket_id=ticket, kind__in=_CARDS, external_id__startswith=prefix)
    newest = cards.order_by("over_at", "-id").values_list("external_id", flat=True).first()
    found = parse(newest) if newest else None
    return found.ts if found else ""


def keep(ticket: int, place: str) -> None:
    """Remember where it stands."""
    Reminder.objects.get_or_create(place=place, defaults={"ticket": ticket})


def are_over(card: Card) -> bool:
    """Nobody needs to be reminded: it is not our turn, or the ticket is over."""
    return card.kind is NoticeKind.TRIAGE_CARD and (card.turn is not Turn.OURS or card.over or card.status.is_over)


def take_away(client: WebClient, ticket: int) -> None:
    """Delete them. What Slack does not take now is taken with the next edit of the card."""
    for reminder in Reminder.objects.filter(ticket=ticket):
        place = parse(reminder.place)
        if place is None:
            reminder.delete()
            continue
        try:
            client.chat_delete(channel=place.channel, ts=place.ts)
        except SlackApiError as error:
            if not is_error(error, "message_not_found", "channel_not_found", "cant_delete_message", "is_archived"):
                log.info("a reminder stays a little longer", ticket=ticket, error=str(error))
                return
        except (SlackClientError, OSError) as error:
            log.info("a reminder stays a little longer", ticket=ticket, error=str(error))
            return
        reminder.delete()
